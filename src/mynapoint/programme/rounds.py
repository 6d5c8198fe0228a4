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

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from mynapoint.programme.contacts import ContactLine, parse_contact_line
from mynapoint.programme.graces import Grace, parse_grace
from mynapoint.programme.incentive_files import parse_incentive
from mynapoint.programme.incentives import DirectRule, Incentive, PremiumRule
from mynapoint.programme.parameters import Parameter, Statement, parse_parameter, parse_statement
from mynapoint.programme.rule_file import RuleFileError, RuleTable, read_toml
from mynapoint.programme.sources import Source, load_sources, parse_source, parse_sources
from mynapoint.programme.values import IncentiveId
from mynapoint.programme.words import Words

__all__ = [
    "CARD_UPTAKE",
    "HEALTH_INSURANCE",
    "PUBLIC_FUNDS_ACCOUNT",
    "ROUND_IDS",
    "DirectRule",
    "Examined",
    "Grace",
    "Incentive",
    "PremiumRule",
    "Round",
    "RuleFileError",
    "UnknownRound",
    "current_round",
    "examine_round",
    "find_round",
    "load_round",
    "read_round",
]

CARD_UPTAKE = IncentiveId("card_uptake")
HEALTH_INSURANCE = IncentiveId("health_insurance")
PUBLIC_FUNDS_ACCOUNT = IncentiveId("public_funds_account")
ROUND_IDS = ("round1", "round2", "mihon")
"""The rounds that ship with the package; ``mihon`` is the municipal example."""
_GROUPS = ("source", "incentive", "statement", "contact_line", "grace")
_NAME = re.compile("[a-z0-9][a-z0-9_-]*")

Kept = TypeVar("Kept")

_DATA = resources.files("mynapoint.programme") / "data"


class UnknownRound(LookupError):
    """No round of that name ships with the package."""

    def __init__(self, round_id: str) -> None:
        super().__init__(
            f"there is no round {round_id!r}; known: {', '.join(ROUND_IDS)}; or give the path of a programme file"
        )


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


def current_round(round_id: str) -> Round:
    """Return a round of the package as its files say now: read again when one of them has changed.

    What is judged by ``load_round`` stays as it was when the process began. Raises UnknownRound, RuleFileError.
    """
    if round_id not in ROUND_IDS:
        raise UnknownRound(round_id)
    if not isinstance(_DATA, Path):
        return load_round(round_id)
    files = sorted(_DATA.glob("*.toml"))
    return _read_at(round_id, _DATA, tuple((one.name, (at := one.stat()).st_mtime_ns, at.st_size) for one in files))


def file_of(name: str) -> Path | Traversable:
    """Return the file of a round of the package by its name, or the path that a name is."""
    return _DATA / f"{name}.toml" if name in ROUND_IDS else Path(name)


def find_round(name: str) -> Round:
    """Return a round of the package by its name, or of any file by its path. Raises UnknownRound, RuleFileError."""
    if name in ROUND_IDS:
        return load_round(name)
    path = Path(name)
    if path.suffix != ".toml" and not path.exists():
        raise UnknownRound(name)
    return read_round(path, load_sources())


def read_round(path: Path | Traversable, sources: Mapping[str, Source]) -> Round:
    """Return the round of any file; a file it ``includes`` is one of the package. Raises RuleFileError."""
    examined = examine_round(path, sources)
    if examined.law is None:
        raise examined.faults[0]
    return examined.law


@dataclass(frozen=True, slots=True)
class Examined:
    """A programme file as far as it can be read: ``law`` is None where there is a fault."""

    law: Round | None
    faults: tuple[RuleFileError, ...]


def examine_round(path: Path | Traversable, sources: Mapping[str, Source]) -> Examined:
    """Read a whole programme file, past its faults, so that all of them can be told at once.

    Of each block (a table, an announcement) the first fault is told, and every key that is not known. What depends
    on something that could not be read (a figure, a source) is judged once that is put right.
    """
    parts = _Parts(dict(sources))
    try:
        file = read_toml(path)
    except RuleFileError as fault:
        return Examined(None, (fault,))
    round_id, label, tables = "", Words("", ""), dict[str, RuleTable]()
    with parts.faults_kept():
        round_id = _plain_name(file, "id")
    with parts.faults_kept():
        label = file.words("label")
    parts.read_sources(file)
    with parts.faults_kept():
        for name in file.texts("includes"):
            included = _DATA / f"{name}.toml"
            if not included.is_file():
                raise file.error("includes", f"there is no shared file {name!r}")
            parts.read(read_toml(included))
    with parts.faults_kept():
        tables = dict(file.tables("incentive"))
    parts.read(file)
    if not tables:
        parts.faults.append(file.error("incentive", "needs at least one incentive, as a table [incentive.its-name]"))
    parts.read_incentives(tables)
    if parts.faults:
        return Examined(None, tuple(parts.faults))
    return Examined(
        Round(
            id=round_id,
            label=label,
            parameters=parts.parameters,
            statements=parts.statements,
            contact_lines=parts.contact_lines,
            graces=parts.graces,
            incentives=parts.incentives,
        ),
        (),
    )


def _plain_name(file: RuleTable, key: str) -> str:
    name = file.text(key)
    if not _NAME.fullmatch(name):
        raise file.error(key, f"must be of small letters, digits, - and _, such as our-town; got {name!r}")
    return name


@lru_cache(maxsize=len(ROUND_IDS))
def _read_at(round_id: str, folder: Path, _stamp: tuple[tuple[str, int, int], ...]) -> Round:
    return read_round(folder / f"{round_id}.toml", parse_sources(read_toml(folder / "sources.toml")))


@dataclass(slots=True)
class _Parts:
    """What a round is put together from while its files are read; a key that comes twice is a fault."""

    sources: dict[str, Source]
    parameters: dict[str, Parameter] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    contact_lines: dict[str, ContactLine] = field(default_factory=dict)
    graces: dict[str, Grace] = field(default_factory=dict)
    incentives: dict[IncentiveId, Incentive] = field(default_factory=dict)
    faults: list[RuleFileError] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    @contextmanager
    def faults_kept(self, *names: str) -> Iterator[None]:
        """Keep a fault and go on after the block; ``names`` are what then could not be read."""
        try:
            yield
        except RuleFileError as fault:
            self.faults += (fault, *fault.others)
            self.unread.update(names)

    def read_sources(self, file: RuleTable) -> None:
        """Take over the sources that a file brings along under ``[source.…]``, for a programme of its own."""
        for id_, table in self._group(file, "source"):
            with self.faults_kept(id_):
                twice = "is a source of the package; give yours another name"
                _keep(table, self.sources, id_, parse_source(id_, table), twice)

    def read(self, file: RuleTable) -> None:
        """Take over one file: its statements, lines and exceptions; every other table is a figure."""
        statements, lines, graces = (self._group(file, group) for group in ("statement", "contact_line", "grace"))
        for key in file.other_keys():
            with self.faults_kept(key):
                if key.removesuffix("s") in _GROUPS:
                    raise file.error(key, f"is not a key that is known here; is {key.removesuffix('s')!r} meant?")
                table = file.table(key)
                if not table.mentions(self.unread):
                    _keep(table, self.parameters, key, parse_parameter(key, table, self.sources))
                else:
                    self.unread.add(key)
        for key, table in statements:
            with self.faults_kept():
                if not table.mentions(self.unread):
                    _keep(table, self.statements, key, parse_statement(key, table, self.sources))
        for key, table in lines:
            with self.faults_kept():
                if not table.mentions(self.unread):
                    line = parse_contact_line(key, table, self.parameters, self.sources)
                    _keep(table, self.contact_lines, key, line)
        for key, table in graces:
            with self.faults_kept():
                if not table.mentions(self.unread):
                    _keep(table, self.graces, key, parse_grace(key, table, self.parameters, self.sources))

    def read_incentives(self, tables: Mapping[str, RuleTable]) -> None:
        """Take over the incentives, last, as they name figures and exceptions; their numbers must differ."""
        numbers: dict[int, str] = {}
        for id_, table in tables.items():
            number = table.value("number")
            with self.faults_kept():
                if isinstance(number, int) and numbers.setdefault(number, id_) != id_:
                    raise table.error("number", f"{number} is {numbers[number]}'s; give each incentive its own")
            with self.faults_kept():
                incentive = parse_incentive(id_, table, self.parameters, self.graces, self.unread)
                if incentive is not None:
                    self.incentives[incentive.id] = incentive

    def _group(self, file: RuleTable, group: str) -> list[tuple[str, RuleTable]]:
        tables: list[tuple[str, RuleTable]] = []
        with self.faults_kept():
            tables = list(file.tables(group))
        return tables


def _keep(
    table: RuleTable, kept: dict[str, Kept], key: str, part: Kept, twice: str = "stands in an included file too"
) -> None:
    if key in kept:
        raise table.error("", twice)
    kept[key] = part
