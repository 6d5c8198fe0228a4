"""Parameter: a figure, its unit and each announcement of it; Statement: a rule without a figure, dated the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Protocol, TypeVar

from mynapoint.programme.areas import Municipality, parse_area
from mynapoint.programme.rule_file import RuleTable, each
from mynapoint.programme.sources import Confidence, Source, also_in, confidence, named_source, note
from mynapoint.programme.words import Words

Value = date | int | str | tuple[Municipality, ...]


class Unit(StrEnum):
    """What a figure is measured in; it decides the type of every value."""

    FIRST_DAY = "first day, inclusive, Tokyo"
    LAST_DAY = "last day, inclusive, Tokyo"
    PERCENT = "percent"
    POINTS = "points"
    YEN = "yen"
    PEOPLE = "people"
    TRIES = "tries"
    DIGITS = "digits"
    HOURS = "hours"
    DAYS = "days"
    DAYS_LONG = "days long, the first one included"
    TELEPHONE = "telephone number"
    MENU_KEY = "menu key"
    WEB_ADDRESS = "web address"
    ON_SERVICE_LEFT = "reapply or ends"
    WHEN_SPENT = "refuse or waiting_list"
    AREA = "municipalities"
    AGE_FROM = "youngest age, inclusive, whole years"
    AGE_UNTIL = "oldest age, inclusive, whole years"
    AGE_DAY = "day on which ages are judged, Tokyo"


class OnServiceLeft(StrEnum):
    """What happens to the rest of the cap when the chosen service did not join the next round."""

    REAPPLY = "reapply"
    ENDS = "ends"


class WhenSpent(StrEnum):
    """What happens to those who would apply when the budget is spent."""

    REFUSE = "refuse"
    WAITING_LIST = "waiting_list"


class Topic(StrEnum):
    """What a statement is about; pages print statements topic by topic."""

    PROGRAMME = "programme"
    ROUND = "round"
    CARD = "card"
    RESERVATION = "reservation"
    APPLICATION = "application"
    EARNING = "earning"
    POINTS = "points"
    PRIVACY = "privacy"
    COUNTERS = "counters"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement of a figure.

    ``announced_on``  the day from which a page may state it; where the exact day was not found, the latest it can be
    ``value``         the figure; None where it was officially left open, and pages print 「未定」
    ``month_only``    the announcement named only the month of the day in ``value``, so words name only that month
    ``around``        the first day of the month that was named as a plan while the value was left open
    ``also_in``       further sources that state the same
    """

    announced_on: date
    value: Value | None
    source: Source
    confidence: Confidence
    note: Words | None = None
    also_in: tuple[Source, ...] = ()
    month_only: bool = False
    around: date | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure of the law as the list of its announcements, oldest first, at least one."""

    key: str
    label: Words
    unit: Unit
    announcements: tuple[Announcement, ...]

    def as_of(self, day: date) -> Announcement | None:
        """Return what a page of ``day`` may state: the latest announcement made by then, None before the first."""
        return latest(self.announcements, day)

    @property
    def final(self) -> Value | None:
        """What an award is judged by: the last value announced; None where it stayed open."""
        return self.announcements[-1].value

    @property
    def final_day(self) -> date | None:
        """The last announced day of a day figure. Raises TypeError for other units."""
        if self.final is not None and not isinstance(self.final, date):
            raise TypeError(f"{self.key} is not a day but {self.unit.value}")
        return self.final

    @property
    def final_number(self) -> int:
        """The last announced number. Raises TypeError where there is none."""
        if not isinstance(self.final, int):
            raise TypeError(f"{self.key} has no number")
        return self.final

    @property
    def final_area(self) -> tuple[Municipality, ...]:
        """The last announced area. Raises TypeError where there is none."""
        if not isinstance(self.final, tuple):
            raise TypeError(f"{self.key} has no area")
        return self.final


@dataclass(frozen=True, slots=True)
class StatementVersion:
    """One wording of a statement, in our own words, with the day and the sources that state it."""

    announced_on: date
    words: Words
    source: Source
    confidence: Confidence
    note: Words | None = None
    also_in: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A rule that is not a figure, such as “the choice cannot be changed”, dated like one."""

    key: str
    topic: Topic
    versions: tuple[StatementVersion, ...]

    def as_of(self, day: date) -> StatementVersion | None:
        """Return what a page of ``day`` may state, None before the first announcement."""
        return latest(self.versions, day)


class Announced(Protocol):
    """Anything with the day it was announced on."""

    @property
    def announced_on(self) -> date: ...


Dated = TypeVar("Dated", bound=Announced)


def latest(announced: Sequence[Dated], day: date) -> Dated | None:
    """Return the last of a list, oldest first, that was announced on or before ``day``."""
    return next((entry for entry in reversed(announced) if entry.announced_on <= day), None)


def parse_parameter(key: str, table: RuleTable, sources: Mapping[str, Source]) -> Parameter:
    """Return the figure of one table of a round file. Raises RuleFileError."""
    with table:
        unit = table.choice("unit", Unit)
        announcements = each(table.rows("announcement"), lambda row: _parse_announcement(row, unit, sources))
        require_order(table, announcements)
        return Parameter(key, table.words("label"), unit, tuple(announcements))


def parse_statement(key: str, table: RuleTable, sources: Mapping[str, Source]) -> Statement:
    """Return the statement of one ``[statement.…]`` table. Raises RuleFileError."""
    with table:
        versions = each(table.rows("announcement"), lambda row: _parse_version(row, sources))
        require_order(table, versions)
        return Statement(key, table.choice("topic", Topic), tuple(versions))


def require_order(table: RuleTable, announced: Iterable[Announced]) -> None:
    """Refuse an empty list of announcements, and one that is not strictly in the order of its days."""
    days = [entry.announced_on for entry in announced]
    if not days:
        raise table.error("announcement", "needs at least one announcement")
    for earlier, later in pairwise(days):
        if later <= earlier:
            why = f"must be in order; {later} cannot follow {earlier}; sort them by announced_on, one a day"
            raise table.error("announcement", why)


def named_parameter(table: RuleTable, part: str, parameters: Mapping[str, Parameter], *units: Unit) -> Parameter:
    """Return the figure that ``part`` of a table names, which must be in one of the units. Raises RuleFileError."""
    name = table.text(part)
    if name not in parameters:
        raise table.error(
            part, f"names no figure of this file: {name!r}; write it as a table [{name}], or correct the name"
        )
    if parameters[name].unit not in units:
        raise table.error(part, f"must be in “{'” or “'.join(units)}”; {name} is in “{parameters[name].unit}”")
    return parameters[name]


def _parse_announcement(row: RuleTable, unit: Unit, sources: Mapping[str, Source]) -> Announcement:
    with row:
        value = _checked_value(row, unit)
        around = row.day("around") if row.has("around") else None
        month_only = row.flag("month_only")
        if around and value is not None:
            raise row.error("around", "is for a value that was left open")
        if month_only and not isinstance(value, date):
            raise row.error("month_only", "is for a day")
        return Announcement(
            announced_on=row.day("announced_on"),
            value=value,
            source=named_source(row, sources),
            confidence=confidence(row, sources),
            note=note(row),
            also_in=also_in(row, sources),
            month_only=month_only,
            around=around,
        )


def _parse_version(row: RuleTable, sources: Mapping[str, Source]) -> StatementVersion:
    with row:
        return StatementVersion(
            announced_on=row.day("announced_on"),
            words=row.words("words"),
            source=named_source(row, sources),
            confidence=confidence(row, sources),
            note=note(row),
            also_in=also_in(row, sources),
        )


def _checked_value(row: RuleTable, unit: Unit) -> Value | None:
    """Return the row's value in the type its unit asks for; None where it was left open. Raises RuleFileError."""
    if row.value("value") is None:
        return None
    if unit in (Unit.FIRST_DAY, Unit.LAST_DAY, Unit.AGE_DAY):
        return row.day("value")
    if unit in (Unit.TELEPHONE, Unit.WEB_ADDRESS):
        return row.web_address("value") if unit is Unit.WEB_ADDRESS else row.text("value")
    if choices := _CHOICES.get(unit):
        return row.choice("value", choices)
    if unit is Unit.AREA:
        return parse_area(row, "value")
    return _whole(row, unit)


_CHOICES: dict[Unit, type[OnServiceLeft | WhenSpent]]
_CHOICES = {Unit.ON_SERVICE_LEFT: OnServiceLeft, Unit.WHEN_SPENT: WhenSpent}
_BOUNDS = {Unit.PERCENT: (1, 100), Unit.AGE_FROM: (0, 150), Unit.AGE_UNTIL: (0, 150)}
"""The least and the most of a number; 0 or more for every other unit. Beyond them it is a slip of the pen."""


def _whole(row: RuleTable, unit: Unit) -> int:
    value, percent = row.value("value"), unit is Unit.PERCENT
    least, most = _BOUNDS.get(unit, (0, None))
    if not isinstance(value, int) or isinstance(value, bool) or value < least or (most is not None and value > most):
        noun = "years" if unit in (Unit.AGE_FROM, Unit.AGE_UNTIL) else unit
        bounds = f"from {least} to {most}" if most is not None else f"{least} or more"
        is_quoted = isinstance(value, str) and value.replace(",", "").isdigit()
        hint = "; write it without quotes and commas" if is_quoted else ""
        if percent and isinstance(value, float):
            hint = "; only a whole percentage gives exact points"
        raise row.error("value", f"must be a whole number of {noun}, {bounds}; got {value!r}{hint}")
    return value
