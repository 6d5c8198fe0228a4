"""ContactLine: a telephone line with its number, its menu key and its hours, each dated like every other figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from mynapoint.programme.parameters import Parameter, Unit, latest, named_parameter, require_order
from mynapoint.programme.rule_file import RuleTable, each
from mynapoint.programme.sources import Confidence, Source, also_in, confidence, named_source, note
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


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day of every year, such as 29 December."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class ContactHours:
    """The hours as one source announced them.

    ``valid_until``  the last day the source vouches for, None if it names none
    ``closed``       the first and the last day of the yearly rest around New Year, where ``year_end`` is closed and
                     the source names them
    """

    announced_on: date
    valid_until: date | None
    openings: tuple[Opening, ...]
    year_end: YearEnd
    closed: tuple[MonthDay, MonthDay] | None
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

    def rests_on(self, day: date) -> bool:
        """Say whether a day lies in the yearly rest that the source names; both its days included, over New Year."""
        if self.closed is None:
            return False
        first, last = self.closed
        today = MonthDay(day.month, day.day)
        return first <= today <= last if first <= last else today >= first or today <= last


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One line: who answers, the number to dial, the key to press in the voice menu, and when.

    ``alternatives``  further numbers that sources name beside the first; what hours they keep is not known
    """

    key: str
    label: Words
    number: Parameter
    menu_key: Parameter | None
    hours: tuple[ContactHours, ...]
    alternatives: tuple[Parameter, ...] = ()

    def hours_as_of(self, day: date) -> ContactHours | None:
        """Return the latest hours announced by ``day``; ask ``lapsed(day)`` before stating them as in force."""
        return latest(self.hours, day)


def parse_contact_line(
    key: str, table: RuleTable, parameters: Mapping[str, Parameter], sources: Mapping[str, Source]
) -> ContactLine:
    """Return the line of one ``[contact_line.…]`` table. Raises RuleFileError."""
    with table:
        hours = each(table.rows("announcement"), lambda row: _parse_hours(row, sources))
        require_order(table, hours)
        return ContactLine(
            key=key,
            label=table.words("label"),
            number=named_parameter(table, "number", parameters, Unit.TELEPHONE),
            menu_key=named_parameter(table, "menu_key", parameters, Unit.MENU_KEY) if table.has("menu_key") else None,
            hours=tuple(hours),
            alternatives=tuple(_alternatives(table, parameters)),
        )


def _alternatives(table: RuleTable, parameters: Mapping[str, Parameter]) -> Iterator[Parameter]:
    for row in table.rows("alternative"):
        with row:
            yield named_parameter(row, "number", parameters, Unit.TELEPHONE)


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
            year_end=(year_end := row.choice("year_end", YearEnd)),
            closed=_parse_closed(row, year_end),
            source=named_source(row, sources),
            confidence=confidence(row, sources),
            note=note(row),
            also_in=also_in(row, sources),
        )


def _parse_closed(row: RuleTable, year_end: YearEnd) -> tuple[MonthDay, MonthDay] | None:
    if not row.has("closed_from") and not row.has("closed_until"):
        return None
    if year_end is not YearEnd.CLOSED:
        raise row.error("closed_from", f"is for hours with year_end = {str(YearEnd.CLOSED)!r}")
    return _month_day(row, "closed_from"), _month_day(row, "closed_until")


def _month_day(row: RuleTable, key: str) -> MonthDay:
    text = row.text(key)
    try:
        day = date.fromisoformat(f"2000-{text}")
    except ValueError:
        raise row.error(key, f'must be a month and a day such as "12-29"; got {text!r}') from None
    return MonthDay(day.month, day.day)


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
