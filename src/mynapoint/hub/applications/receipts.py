"""What a resident is told at once when a choice is recorded: from when use counts, and when points are expected."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from mynapoint.hub.applications.cases import Case
from mynapoint.programme.schedules import AfterUse, MonthClose, parse_schedule
from mynapoint.programme.service_rules import Effective
from mynapoint.programme.values import tokyo_day


@dataclass(frozen=True, slots=True)
class ExpectedAward:
    """When points of some use are expected: days of the service's schedule, not promises.

    ``use``          ``each``, ``in_month``, ``reached_in_month`` (all together, once enough was used) or ``unreached``
    ``month``        any day of the month meant      ``hours_after`` each use, where points come that way
    ``expected_on``  the day in Tokyo
    """

    use: str
    month: date | None = None
    expected_on: date | None = None
    hours_after: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One application as it was recorded. ``effective_from``: the first instant whose use counts."""

    application: uuid.UUID
    applied_at: datetime
    effective_from: datetime
    expected_awards: tuple[ExpectedAward, ...]


def receipt(case: Case, application: uuid.UUID, *, now: datetime) -> Receipt:
    """Return the receipt of a choice recorded at ``now``."""
    effective_from = Effective(case.effective).starts_at(now)
    earning = case.law.earning_period
    used_on = tokyo_day(effective_from)
    if earning is None or used_on > earning.ends_on or not case.schedule:  # a fixed sum is brought by no use
        return Receipt(application, now, effective_from, ())
    schedule = frozenset(case.schedule.items())
    return Receipt(application, now, effective_from, _expected(schedule, used_on, earning.ends_on))


@lru_cache(maxsize=4096)
def _expected(table: frozenset[tuple[str, object]], used_on: date, ends_on: date) -> tuple[ExpectedAward, ...]:
    """Return when use on the first day that counts is awarded; the same for everybody who applies there that day."""
    schedule = parse_schedule(dict(table))
    if isinstance(schedule, AfterUse):
        return (ExpectedAward("each", hours_after=schedule.hours),)
    if isinstance(schedule, MonthClose):
        return (ExpectedAward("in_month", used_on, schedule.opens_on(used_on)),)
    return (
        ExpectedAward("reached_in_month", used_on, schedule.opens_on(used_on)),
        ExpectedAward("unreached", None, schedule.opens_on(ends_on)),
    )
