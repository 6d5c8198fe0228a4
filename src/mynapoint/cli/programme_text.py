"""A round in words on a terminal: incentives with their figures, rules by topic, the telephone line, the sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TextIO

from rich.console import Console
from rich.text import Text

from mynapoint.cli.citations import Citations
from mynapoint.cli.columns import pad, widths, wrap
from mynapoint.programme import explain
from mynapoint.programme.contacts import ContactLine
from mynapoint.programme.history_words import grace_words
from mynapoint.programme.parameters import Parameter, Unit
from mynapoint.programme.rounds import Round
from mynapoint.programme.statement_of_day import Evidence, decisions, stated_parameters
from mynapoint.programme.words import Words, date_in

WIDTH = 100
"""Cells a line when the output is no terminal; a terminal's own width, up to this, otherwise."""

TEXTS = {
    "as_of": Words("{label} ── {day}現在", "{label} — as of {day}"),
    "incentive": Words("施策{number} {label}", "Incentive {number}: {label}"),
    "nothing": Words("この日までに公表されたことはありません。", "Nothing had been announced by this day."),
    "others": Words("そのほかの数字", "Other figures"),
    "pages": Words("国のページ", "National pages"),
    "contact": Words("お問い合わせ", "Inquiries"),
    "menu": Words("{line} {number}(音声ガイダンスで{key}番)", "{line}: {number} (press {key} in the voice menu)"),
    "no_menu": Words("{line} {number}", "{line}: {number}"),
    "graces": Words("期限の特例", "Exceptions to the deadlines"),
    "other_number": Words("{label} {number}", "{label}: {number}"),
    "decisions": Words("国の定めが見つからず、このソフトウェアで決めたこと", "No rule found; decided by this software"),
    "decision": Words("{figure}:{words}", "{figure}: {words}"),
    "announced": Words("{day}公表", "{day}"),
    "note": Words("※{note}", "Note: {note}"),
    "bullet": Words("・", "- "),
}
"""The headings and small words of a round's page, on a terminal and in HTML."""


def print_round(law: Round, day: date, language: str, *, to: TextIO) -> None:
    """Write the round as of ``day`` to a stream, with styles only where it is a terminal."""
    print_lines(lambda width: _Page(day, language, width).lines(law), to=to)


def print_lines(lines: Callable[[int], Iterable[Text]], *, to: TextIO) -> None:
    """Write the lines made for a width in cells to a stream, with styles only where it is a terminal."""
    console = Console(file=to, highlight=False, emoji=False, markup=False)
    for line in lines(min(console.width, WIDTH) if console.is_terminal else WIDTH):
        console.print(line, soft_wrap=True)


class _Page:
    """One printing of a round."""

    def __init__(self, day: date, language: str, width: int) -> None:
        self._day = day
        self._language = language
        self._width = width
        self._citations = Citations(language, width)

    def lines(self, law: Round) -> Iterator[Text]:
        """Yield the page line by line, the sources last."""
        yield Text(self._text("as_of", label=law.label, day=date_in(self._day, self._language)), style="bold")
        stated = stated_parameters(law, self._day)
        if not stated:
            yield Text(self._text("nothing"))
        yield from self._incentives(law, stated)
        yield from self._other_figures(law, stated)
        yield from self._statements(law)
        for line in law.contact_lines.values():
            yield from self._contact_line(line)
        yield from self._graces(law)
        yield from self._decisions(law)
        yield from self._citations.lines()

    def _incentives(self, law: Round, stated: Sequence[Parameter]) -> Iterator[Text]:
        for incentive in law.incentives.values():
            figures = [parameter for parameter in incentive.parts().values() if parameter in stated]
            if figures:
                yield from self._heading("incentive", number=incentive.number, label=incentive.label)
                words = explain.rule_words(incentive, self._day, self._language)
                yield from self._wrapped(words or "", "  ", "  ")
                born = explain.birthdays_words(incentive, self._day, self._language)
                yield from self._wrapped(born or "", "  ", "  ")
                yield from self._figures(figures)

    def _other_figures(self, law: Round, stated: Sequence[Parameter]) -> Iterator[Text]:
        shown = {parameter.key for incentive in law.incentives.values() for parameter in incentive.parts().values()}
        shown |= {
            p.key for line in law.contact_lines.values() for p in (line.number, line.menu_key, *line.alternatives) if p
        }
        others = [parameter for parameter in stated if parameter.key not in shown]
        pages = [parameter for parameter in others if parameter.unit is Unit.WEB_ADDRESS]
        figures = [parameter for parameter in others if parameter.unit is not Unit.WEB_ADDRESS]
        if figures:
            yield from self._heading("others")
            yield from self._figures(figures)
        if pages:
            yield from self._heading("pages")
        for page in pages:
            if announcement := page.as_of(self._day):
                yield from self._item(self._in(page.label), announcement)
                yield Text(f"    {announcement.value}")

    def _figures(self, parameters: Iterable[Parameter]) -> Iterator[Text]:
        rows = []
        for parameter in parameters:
            if announcement := parameter.as_of(self._day):
                words = explain.figure_words(parameter, self._day, self._language) or ""
                announced = self._text("announced", day=announcement.announced_on.isoformat())
                marks = self._marks(announcement)
                rows.append(((self._in(parameter.label), words, announced, marks), announcement.note))
        label_cells, words_cells, *_ = widths(row for row, _ in rows)
        for (label, words, announced, marks), note in rows:
            yield Text.assemble(
                f"  {pad(label, label_cells)}  ",
                (pad(words, words_cells), "bold"),
                (f"  {announced} {marks}", "dim"),
            )
            yield from self._note(note)

    def _statements(self, law: Round) -> Iterator[Text]:
        for topic, heading in explain.TOPIC_WORDS.items():
            versions = [s.as_of(self._day) for s in law.statements.values() if s.topic is topic]
            if any(versions):
                yield from self._headed(self._in(heading))
            for version in versions:
                if version is not None:
                    yield from self._item(self._in(version.words), version)

    def _contact_line(self, line: ContactLine) -> Iterator[Text]:
        number, hours = line.number.as_of(self._day), line.hours_as_of(self._day)
        if number is None:
            return
        yield from self._heading("contact")
        menu = line.menu_key.as_of(self._day) if line.menu_key else None
        words = self._text(
            "menu" if menu else "no_menu", line=line.label, number=number.value, key=menu.value if menu else ""
        )
        yield from self._item(words, number)
        if hours is not None:
            for text in explain.hours_words(hours, self._day, self._language):
                yield from self._marked(text, hours)
            yield from self._note(hours.note)
        for other in line.alternatives:
            if announcement := other.as_of(self._day):
                yield from self._item(
                    self._text("other_number", label=other.label, number=announcement.value), announcement
                )

    def _graces(self, law: Round) -> Iterator[Text]:
        graces = [grace for grace in law.graces.values() if grace.announced_on <= self._day]
        if graces:
            yield from self._heading("graces")
        for grace in graces:
            yield from self._item(grace_words(law, grace, self._language), grace)

    def _decisions(self, law: Round) -> Iterator[Text]:
        decided = decisions(law)
        if decided:
            yield from self._heading("decisions")
        for parameter in decided:
            announcement = parameter.announcements[-1]
            words = explain.announcement_words(parameter.unit, announcement, self._language)
            text = self._text("decision", figure=parameter.label, words=words)
            yield from self._item(text, announcement)

    def _item(self, words: str, evidence: Evidence) -> Iterator[Text]:
        yield from self._marked(words, evidence)
        yield from self._note(evidence.note)

    def _marked(self, words: str, evidence: Evidence) -> Iterator[Text]:
        yield from self._wrapped(f"{words} {self._marks(evidence)}", f"  {self._text('bullet')}", "    ")

    def _marks(self, evidence: Evidence) -> str:
        return self._citations.marks(evidence, self._day)

    def _note(self, note: Words | None) -> Iterator[Text]:
        if note is not None:
            yield from self._wrapped(self._text("note", note=note), "    ", "    ", style="dim")

    def _heading(self, text: str, **figures: object) -> Iterator[Text]:
        yield from self._headed(self._text(text, **figures))

    @staticmethod
    def _headed(words: str) -> Iterator[Text]:
        yield Text()
        yield Text(words, style="bold")

    def _wrapped(self, words: str, first: str, rest: str, *, style: str = "") -> Iterator[Text]:
        for line in wrap(words, self._width, first=first, rest=rest):
            yield Text(line, style=style)

    def _text(self, text: str, **figures: object) -> str:
        """Return one of the page's own texts; figures that are words come in the page's language."""
        filled = {name: self._in(figure) if isinstance(figure, Words) else figure for name, figure in figures.items()}
        return self._in(TEXTS[text]).format(**filled)

    def _in(self, words: Words) -> str:
        return words.in_language(self._language)
