"""ContactLine: a telephone line with its number, its menu key and its hours, each dated like every other figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from mynapoint.programme.parameters import Parameter, also_in, latest, named_source, note, require_order
from mynapoint.programme.rule_file import RuleTable
from mynapoint.programme.sources import Confidence, Source
from mynapoint.programme.words import Words


class DayKind(StrEnum):
    """The kinds of day that opening hours tell apart; a public holiday is a holiday whatever its weekday."""

    WEEKDAY = "weekday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"


class YearEnd(StrEnum):
    """What hours say of the days around New Year."""

    OPEN = "open"
    CLOSED = "closed"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class Opening:
    """The hours of some kinds of day: open from ``opens`` up to, and not at, ``closes`` (Tokyo)."""

    days: frozenset[DayKind]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class ContactHours:
    """The hours as one source announced them; ``valid_until`` is the last day it vouches for, None if it names none."""

    announced_on: date
    valid_until: date | None
    openings: tuple[Opening, ...]
    year_end: YearEnd
    source: Source
    confidence: Confidence
    note: Words | None
    also_in: tuple[Source, ...]

    def lapsed(self, day: date) -> bool:
        """Say whether the source no longer vouches for these hours on ``day``."""
        return self.valid_until is not None and day > self.valid_until

    def on(self, kind: DayKind) -> Opening | None:
        """Return the opening of one kind of day, None when closed."""
        return next((opening for opening in self.openings if kind in opening.days), None)


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One line: who answers, the number to dial, the key to press in the voice menu, and when."""

    key: str
    label: Words
    number: Parameter
    menu_key: Parameter | None
    hours: tuple[ContactHours, ...]

    def hours_as_of(self, day: date) -> ContactHours | None:
        """Return the latest hours announced by ``day``; ask ``lapsed(day)`` before stating them as in force."""
        return latest(self.hours, day)


def parse_contact_line(
    key: str, table: RuleTable, parameters: Mapping[str, Parameter], sources: Mapping[str, Source]
) -> ContactLine:
    """Return the line of one ``[contact_line.…]`` table. Raises RuleFileError."""
    with table:
        hours = [_parse_hours(row, sources) for row in table.rows("announcement")]
        require_order(table, hours)
        return ContactLine(
            key=key,
            label=table.words("label"),
            number=_named(table, "number", parameters),
            menu_key=_named(table, "menu_key", parameters) if table.has("menu_key") else None,
            hours=tuple(hours),
        )


def _named(table: RuleTable, key: str, parameters: Mapping[str, Parameter]) -> Parameter:
    name = table.text(key)
    if name not in parameters:
        raise table.error(key, f"names no figure of this file: {name!r}")
    return parameters[name]


def _parse_hours(row: RuleTable, sources: Mapping[str, Source]) -> ContactHours:
    with row:
        openings = tuple(_parse_opening(opening) for opening in row.rows("open"))
        named = [day for opening in openings for day in opening.days]
        if not named or len(named) != len(set(named)):
            raise row.error("open", "must name each kind of day at most once, and at least one")
        announced_on = row.day("announced_on")
        valid_until = row.day("valid_until") if row.has("valid_until") else None
        if valid_until is not None and valid_until < announced_on:
            raise row.error("valid_until", f"{valid_until} is before the announcement of {announced_on}")
        return ContactHours(
            announced_on=announced_on,
            valid_until=valid_until,
            openings=openings,
            year_end=row.choice("year_end", YearEnd),
            source=named_source(row, sources),
            confidence=row.choice("confidence", Confidence),
            note=note(row),
            also_in=also_in(row, sources),
        )


def _parse_opening(row: RuleTable) -> Opening:
    with row:
        days = set()
        for name in row.texts("days"):
            if name not in set(DayKind):
                raise row.error("days", f"must be of {', '.join(DayKind)}; got {name!r}")
            days.add(DayKind(name))
        opening = Opening(frozenset(days), row.clock_time("opens"), row.clock_time("closes"))
        if opening.closes <= opening.opens:
            raise row.error("closes", f"{opening.closes} is not after {opening.opens}")
        return opening
