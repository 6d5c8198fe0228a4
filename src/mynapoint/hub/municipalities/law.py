"""The law as a municipal page may state it on its day: only what mynapoint.programme had announced by then."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mynapoint.hub.words import PageWords
from mynapoint.programme import explain
from mynapoint.programme.contacts import ContactLine
from mynapoint.programme.incentives import Incentive
from mynapoint.programme.parameters import Parameter, Statement, Topic, Unit
from mynapoint.programme.rounds import Round, RuleFileError, current_round, load_round
from mynapoint.programme.statement_of_day import stated_parameters
from mynapoint.programme.values import IncentiveId

_log = logging.getLogger("mynapoint.law")

ROUND_IDS = ("round2", "round1")
FAQ = {
    "timing": ("timing_differs", "timing_after_use", "timing_month_close", "timing_threshold"),
    "use": ("use_differs", "use_directly", "use_after_exchange"),
    "change": ("choice_is_final",),
    "both": ("both_are_needed",),
}
"""The statements that answer each common question; they are not repeated under their topic."""
PIN_FIGURES = ("pin_digits", "pin_tries")
_ANSWERED = frozenset(key for keys in FAQ.values() for key in keys)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its name, in words: 「申込の期限」「2023年2月28日まで」."""

    part: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class IncentiveText:
    """One incentive as a page states it."""

    id: IncentiveId
    number: int
    label: str
    rule: str | None
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class RoundText:
    """One round as a page states it; ``has_ended`` when the last day of its applications is past."""

    id: str
    label: str
    has_ended: bool
    incentives: list[IncentiveText]
    statements: list[str]


@dataclass(frozen=True, slots=True)
class LineText:
    """One telephone line as a page states it, and the law it is taken from."""

    line: ContactLine
    label: str
    number: str
    menu_key: str | None
    hours: list[str]


class LawOfDay:
    """Every figure and rule a page of ``day`` may state, in ``language``; from the national rounds."""

    def __init__(self, day: date, language: str) -> None:
        self.day = day
        self.language = language
        self._rounds = [_as_it_stands(id_) for id_ in ROUND_IDS]
        newest, *others = self._rounds
        self._national = {
            key: statement
            for key, statement in newest.statements.items()
            if all(key in one.statements for one in others)
        }

    def rounds(self) -> list[RoundText]:
        """Return the rounds known by the day, the newest first."""
        texts = [self._round(law) for law in self._rounds]
        return [text for text in texts if text.incentives]

    def takes_applications(self) -> bool:
        """Tell whether anybody can apply for anything on the day, by what had been announced."""
        return any(self._is_open(one) for law in self._rounds for one in law.incentives.values())

    def last_closing(self) -> date | None:
        """Return the latest last day of applications announced by the day."""
        days = [self._day(one.applications_until) for law in self._rounds for one in law.incentives.values()]
        return max((day for day in days if day), default=None)

    def topics(self) -> Mapping[str, list[str]]:
        """Return the national rules by topic; those that answer a common question stand there instead."""
        return {
            str(topic): self._words(
                one for key, one in self._national.items() if one.topic is topic and key not in _ANSWERED
            )
            for topic in Topic
        }

    def faq(self) -> Mapping[str, list[str]]:
        """Return the answers to the common questions, those that had been announced."""
        return {
            question: self._words(self._national[key] for key in keys if key in self._national)
            for question, keys in FAQ.items()
        }

    def figures(self) -> dict[str, str]:
        """Return every figure's words by key, for texts that name one in braces.

        A figure that a round has for itself is also found as ``round1_applications_until``; without the round it is
        the newest's.
        """
        found: dict[str, str] = {}
        for name, parameter in self.placeable():
            if words := explain.figure_words(parameter, self.day, self.language):
                found[name] = words
        return found

    def placeable(self) -> Iterator[tuple[str, Parameter]]:
        """Yield every figure that a text may place, by name; of a name that comes twice the latter one stands."""
        newest = self._rounds[0].parameters
        for law in reversed(self._rounds):
            for key, parameter in law.parameters.items():
                if parameter.unit is not Unit.ON_SERVICE_LEFT:
                    yield key, parameter
                    if newest.get(key) is not parameter and not _is_shared(key, self._rounds):
                        yield f"{law.id}_{key}", parameter

    def label(self, name: str) -> str:
        """Return what a figure is called, with its round where it is one round's."""
        for law in self._rounds:
            if name.startswith(f"{law.id}_"):
                parameter = law.parameters[name.removeprefix(f"{law.id}_")]
                return f"{law.label.in_language(self.language)} {parameter.label.in_language(self.language)}"
        found = next(law.parameters[name] for law in self._rounds if name in law.parameters)
        return found.label.in_language(self.language)

    def pin_figures(self) -> list[Figure]:
        """Return what is fixed about the PIN: its digits, and how many wrong tries lock the card."""
        found = self.figures()
        named = ((key, self._rounds[0].parameters[key].label) for key in PIN_FIGURES)
        return [Figure(key, label.in_language(self.language), found[key]) for key, label in named if key in found]

    def web_addresses(self) -> list[tuple[PageWords, str]]:
        """Return the national pages to point to: label and address."""
        pages = [one for one in self._rounds[0].parameters.values() if one.unit is Unit.WEB_ADDRESS]
        stated = [(one.label, one.as_of(self.day)) for one in pages]
        return [(PageWords.of(label), str(found.value)) for label, found in stated if found]

    def contact_lines(self) -> list[LineText]:
        """Return the telephone lines: label, number, the key to press, and the hours in words."""
        lines: list[LineText] = []
        for line in self._rounds[0].contact_lines.values():
            number, hours = line.number.as_of(self.day), line.hours_as_of(self.day)
            if number is None:
                continue
            lines.append(
                LineText(
                    line=line,
                    label=line.label.in_language(self.language),
                    number=str(number.value),
                    menu_key=explain.figure_words(line.menu_key, self.day, self.language) if line.menu_key else None,
                    hours=explain.hours_words(hours, self.day, self.language) if hours else [],
                )
            )
        return lines

    def last_change(self) -> date | None:
        """Return the last day, up to the page's, on which something of the law was announced."""
        announced: set[date] = set()
        for law in self._rounds:
            stated = stated_parameters(law, self.day)
            announced.update(one.announced_on for parameter in stated for one in parameter.announcements)
            announced.update(one.announced_on for s in law.statements.values() for one in s.versions)
            announced.update(one.announced_on for line in law.contact_lines.values() for one in line.hours)
        return max((day for day in announced if day <= self.day), default=None)

    def _round(self, law: Round) -> RoundText:
        incentives = [self._incentive(one) for one in law.incentives.values()]
        closings = [self._day(one.applications_until) for one in law.incentives.values()]
        own = (one for key, one in law.statements.items() if key not in self._national)
        return RoundText(
            id=law.id,
            label=law.label.in_language(self.language),
            has_ended=all(day is not None and day < self.day for day in closings),
            incentives=[one for one in incentives if one.figures],
            statements=self._words(own),
        )

    def _incentive(self, one: Incentive) -> IncentiveText:
        figures = [
            Figure(part, parameter.label.in_language(self.language), words)
            for part, parameter in one.parts().items()
            if parameter.unit is not Unit.ON_SERVICE_LEFT
            and (words := explain.figure_words(parameter, self.day, self.language))
        ]
        rule = explain.rule_words(one, self.day, self.language)
        return IncentiveText(one.id, one.number, one.label.in_language(self.language), rule, figures)

    def _words(self, statements: Iterable[Statement]) -> list[str]:
        versions = [one.as_of(self.day) for one in statements]
        return [version.words.in_language(self.language) for version in versions if version]

    def _is_open(self, one: Incentive) -> bool:
        opens, closes = self._day(one.applications_from), self._day(one.applications_until)
        return opens is not None and opens <= self.day and (closes is None or self.day <= closes)

    def _day(self, parameter: Parameter) -> date | None:
        announced = parameter.as_of(self.day)
        return announced.value if announced and isinstance(announced.value, date) else None


def _as_it_stands(round_id: str) -> Round:
    """Return a round as its file says now; while a changed file cannot be read, as it was when the hub began."""
    at_first = load_round(round_id)
    try:
        return current_round(round_id)
    except RuleFileError as fault:
        _log.error("%s cannot be read; pages state what it said when this process began", fault.file)
        return at_first


def _is_shared(key: str, rounds: Sequence[Round]) -> bool:
    """Say whether a figure is the same in every round, such as those of the shared national file."""
    stated = [law.parameters[key].announcements for law in rounds if key in law.parameters]
    return len(stated) == len(rounds) and all(one == stated[0] for one in stated)
