"""history and changes: who announced what when, and what changed for residents between two days; values, no words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from mynapoint.programme import explain
from mynapoint.programme.contacts import ContactHours, ContactLine
from mynapoint.programme.graces import Grace
from mynapoint.programme.parameters import Announcement, Parameter, Statement, StatementVersion
from mynapoint.programme.rounds import Round
from mynapoint.programme.statement_of_day import decisions, stated_parameters

Dated = TypeVar("Dated")


@dataclass(frozen=True, slots=True)
class FigureAnnounced:
    """One announcement of a figure; ``before`` is the announcement it followed, None for the first."""

    parameter: Parameter
    before: Announcement | None
    after: Announcement

    @property
    def repeats(self) -> bool:
        """Whether it states what had been announced before, such as a municipality repeating the press."""
        return self.before is not None and stated(self.before) == stated(self.after)


@dataclass(frozen=True, slots=True)
class StatementAnnounced:
    """One wording of a rule; ``before`` is the wording it followed, None for the first."""

    statement: Statement
    before: StatementVersion | None
    after: StatementVersion


@dataclass(frozen=True, slots=True)
class HoursAnnounced:
    """The hours of a telephone line; ``before`` are the hours they followed, None for the first."""

    line: ContactLine
    before: ContactHours | None
    after: ContactHours


@dataclass(frozen=True, slots=True)
class GraceAnnounced:
    """One exception to a last day; ``before`` is what had been announced of that day by then."""

    grace: Grace
    before: Announcement | None

    @property
    def after(self) -> Grace:
        """The exception itself."""
        return self.grace


Event = FigureAnnounced | StatementAnnounced | HoursAnnounced | GraceAnnounced


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that pages of the two days state differently; None on a day by which nothing was announced.

    ``ended``  whether, by the later day, its last day had passed, and had not by the earlier one
    """

    parameter: Parameter
    before: Announcement | None
    after: Announcement
    ended: bool

    @property
    def days_moved(self) -> int | None:
        """By how many days a day moved, later ones positive; None for other figures, and while a side is open."""
        before, after = self.before.value if self.before else None, self.after.value
        if not isinstance(before, date) or not isinstance(after, date):
            return None
        return (after - before).days


Change = FigureChange | StatementAnnounced | HoursAnnounced | GraceAnnounced


def history(law: Round) -> list[Event]:
    """Return every announcement of a programme in the order of its day; decisions of ours are not among them."""
    return sorted(_events(law), key=lambda event: event.after.announced_on)


def changes(law: Round, earlier: date, later: date) -> list[Change]:
    """Return what a page of ``later`` states and a page of ``earlier`` did not, figures first.

    A figure counts as changed by its value, by being left open or settled, and by its last day passing; a source
    that repeats a value changes nothing. Raises ValueError when the days are reversed.
    """
    if later < earlier:
        raise ValueError(f"{later} is before {earlier}")
    return [
        *(change for parameter in stated_parameters(law, later) if (change := _figure(parameter, earlier, later))),
        *(
            StatementAnnounced(statement, before, after)
            for statement in law.statements.values()
            if (after := statement.as_of(later)) and (before := statement.as_of(earlier)) != after
        ),
        *(
            HoursAnnounced(line, before_hours, hours)
            for line in law.contact_lines.values()
            if (hours := line.hours_as_of(later))
            and ((before_hours := line.hours_as_of(earlier)) != hours or hours.lapsed(later) != hours.lapsed(earlier))
        ),
        *(
            GraceAnnounced(grace, grace.parameter.as_of(grace.announced_on))
            for grace in law.graces.values()
            if earlier < grace.announced_on <= later
        ),
    ]


def stated(announcement: Announcement) -> tuple[object, ...]:
    """Return what an announcement states, without its day and its source."""
    return announcement.value, announcement.month_only, announcement.around


def _events(law: Round) -> Iterator[Event]:
    ours = decisions(law)
    for parameter in law.parameters.values():
        if parameter not in ours:
            for before, after in _steps(parameter.announcements):
                yield FigureAnnounced(parameter, before, after)
    for statement in law.statements.values():
        for earlier, version in _steps(statement.versions):
            yield StatementAnnounced(statement, earlier, version)
    for line in law.contact_lines.values():
        for earlier_hours, hours in _steps(line.hours):
            yield HoursAnnounced(line, earlier_hours, hours)
    for grace in law.graces.values():
        yield GraceAnnounced(grace, grace.parameter.as_of(grace.announced_on))


def _figure(parameter: Parameter, earlier: date, later: date) -> FigureChange | None:
    before, after = parameter.as_of(earlier), parameter.as_of(later)
    if after is None:
        return None
    ended = explain.has_ended(parameter, after, later)
    ended_before = before is not None and explain.has_ended(parameter, before, earlier)
    if before is not None and stated(before) == stated(after) and ended == ended_before:
        return None
    return FigureChange(parameter, before, after, ended and not ended_before)


def _steps(announced: Sequence[Dated]) -> Iterator[tuple[Dated | None, Dated]]:
    return zip((None, *announced), announced, strict=False)
