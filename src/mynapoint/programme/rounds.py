"""Round, Incentive, PremiumRule, DirectRule: a programme's TOML file read into types, or RuleFileError(file, key, why).

What the law says on a day is obtained like this (municipal pages print from nothing else)::

    law = load_round("round2")
    law.parameters["card_requested_by"].as_of(day)            # Announcement or None: value, source, note
    law.statements["carry_over"].as_of(day)                   # StatementVersion or None: words, source
    law.contact_lines["free_dial"].hours_as_of(day)           # ContactHours or None; .lapsed(day)
    law.incentives[CARD_UPTAKE].applications_from.as_of(day)  # the same parameters, by their part in an incentive
    explain.figure_words(parameter, day, "ja")                # 「2023年2月28日まで」, 「未定(…)」, or None
    explain.rule_words(incentive, day, "ja")                  # the rule in one sentence, or None
    explain.hours_words(hours, day, "ja")                     # the hours, line by line

None means that nothing had been announced by that day, so a page of that day must not state it. Whatever ``national``
holds (PIN, telephone line, statements on the card …) is part of both rounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from mynapoint.programme.contacts import ContactLine, parse_contact_line
from mynapoint.programme.incentives import DirectRule, Grace, Incentive, PremiumRule, parse_grace, parse_incentive
from mynapoint.programme.parameters import Parameter, Statement, parse_parameter, parse_statement
from mynapoint.programme.rule_file import RuleFileError, RuleTable, read_toml
from mynapoint.programme.sources import Source, load_sources
from mynapoint.programme.values import IncentiveId
from mynapoint.programme.words import Words

__all__ = [
    "CARD_UPTAKE",
    "HEALTH_INSURANCE",
    "PUBLIC_FUNDS_ACCOUNT",
    "ROUND_IDS",
    "DirectRule",
    "Grace",
    "Incentive",
    "PremiumRule",
    "Round",
    "RuleFileError",
    "UnknownRound",
    "load_round",
    "read_round",
]

CARD_UPTAKE = IncentiveId("card_uptake")
HEALTH_INSURANCE = IncentiveId("health_insurance")
PUBLIC_FUNDS_ACCOUNT = IncentiveId("public_funds_account")
ROUND_IDS = ("round1", "round2", "mihon")
"""The rounds that ship with the package; ``mihon`` is the municipal example."""

Kept = TypeVar("Kept")

_DATA = resources.files("mynapoint.programme") / "data"


class UnknownRound(LookupError):
    """No round of that name ships with the package."""

    def __init__(self, round_id: str) -> None:
        super().__init__(f"there is no round {round_id!r}; known: {', '.join(ROUND_IDS)}")


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a programme: its figures, statements, telephone lines, exceptions and incentives, by key."""

    id: str
    label: Words
    parameters: Mapping[str, Parameter]
    statements: Mapping[str, Statement]
    contact_lines: Mapping[str, ContactLine]
    graces: Mapping[str, Grace]
    incentives: Mapping[IncentiveId, Incentive]


@cache
def load_round(round_id: str) -> Round:
    """Return a round of the package, read once. Raises UnknownRound, and RuleFileError for a bad file."""
    if round_id not in ROUND_IDS:
        raise UnknownRound(round_id)
    return read_round(_DATA / f"{round_id}.toml", load_sources())


def read_round(path: Path | Traversable, sources: Mapping[str, Source]) -> Round:
    """Return the round of any file; a file it ``includes`` is one of the package. Raises RuleFileError."""
    with read_toml(path) as file:
        round_id, label = file.text("id"), file.words("label")
        parts = _Parts()
        for name in file.texts("includes"):
            included = _DATA / f"{name}.toml"
            if not included.is_file():
                raise file.error("includes", f"there is no shared file {name!r}")
            with read_toml(included) as shared:
                parts.read(shared, sources)
        incentives = list(file.tables("incentive"))
        parts.read(file, sources)
        if not incentives:
            raise file.error("incentive", "needs at least one incentive")
        return Round(
            id=round_id,
            label=label,
            parameters=parts.parameters,
            statements=parts.statements,
            contact_lines=parts.contact_lines,
            graces=parts.graces,
            incentives={
                IncentiveId(id_): parse_incentive(id_, table, parts.parameters, parts.graces)
                for id_, table in incentives
            },
        )


class _Parts:
    """What a round is put together from while its files are read; a key that comes twice is refused."""

    def __init__(self) -> None:
        self.parameters: dict[str, Parameter] = {}
        self.statements: dict[str, Statement] = {}
        self.contact_lines: dict[str, ContactLine] = {}
        self.graces: dict[str, Grace] = {}

    def read(self, file: RuleTable, sources: Mapping[str, Source]) -> None:
        """Take over one file: its statements, lines and exceptions; every other table is a figure."""
        statements, lines, graces = (list(file.tables(group)) for group in ("statement", "contact_line", "grace"))
        for key in file.other_keys():
            table = file.table(key)
            _keep(table, self.parameters, key, parse_parameter(key, table, sources))
        for key, table in statements:
            _keep(table, self.statements, key, parse_statement(key, table, sources))
        for key, table in lines:
            _keep(table, self.contact_lines, key, parse_contact_line(key, table, self.parameters, sources))
        for key, table in graces:
            _keep(table, self.graces, key, parse_grace(key, table, self.parameters, sources))


def _keep(table: RuleTable, kept: dict[str, Kept], key: str, part: Kept) -> None:
    if key in kept:
        raise table.error("", "stands in an included file too")
    kept[key] = part
