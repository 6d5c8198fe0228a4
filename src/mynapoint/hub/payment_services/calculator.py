"""What a plan of top-ups or purchases would give at a service, and when: the law of the award, asked about a plan.

A plan lies ahead: nothing here is for what somebody has bought (docs/decisions/0028-calculator.md). Every figure
comes from ``award.explain`` over the rule that the service's register entry and the programme's announcements give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from mynapoint.award.explain import PremiumExplained, Reason, UseExplained, explain_premium
from mynapoint.award.premium import Enrolment, Kind, Transaction, premium_points, yen_to_fill
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay
from mynapoint.programme.schedules import month_day
from mynapoint.programme.service_rules import Rounding, ServiceRule, parse_service_rule
from mynapoint.programme.values import TOKYO, Points, Yen, tokyo_day, tokyo_midnight

LINES_MOST = 10
USES_MOST = 80
"""So many uses does a plan come to at most, repetitions counted: more is not answered quickly."""

_TERMS = ("counts", "effective", "minimum_yen", "rounding", "schedule")
_ACCOUNT = "plan"
NOTHING = Yen(0)


class Every(StrEnum):
    """How often a line of the plan comes again, until earning ends."""

    ONCE = "once"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan: ``yen`` at noon of a day, again and again, ``refunded_yen`` of each taken back later."""

    kind: Kind
    yen: Yen
    on: date
    every: Every = Every.ONCE
    refunded_yen: Yen = NOTHING


@dataclass(frozen=True, slots=True)
class Plan:
    """An application on a day, for top-ups or purchases, after some points elsewhere, and what is to be used then.

    The application is taken as made as the day begins, so a use of the same day comes after it.
    """

    applied_on: date
    counts: Kind
    points_elsewhere: Points
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Uses of one line that fare alike: why they do not count (None: they do), how many, and what is left of them."""

    reason: Reason | None
    times: int
    net_yen: Yen


@dataclass(frozen=True, slots=True)
class Award:
    """So many points on a day."""

    on: date
    points: Points


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a plan gives.

    ``awards``      what comes on which day, the earliest first    ``points``   all of them together
    ``uncapped``    the points of all that counts, had there been no cap
    ``yen_left``    what would still fill the room; None where each use is rounded and that depends on the uses
    ``first_day``   the first day whose use counts
    """

    explained: PremiumExplained
    parts: tuple[tuple[Part, ...], ...]
    awards: tuple[Award, ...]
    points: Points
    uncapped: Points
    yen_left: Yen | None
    first_day: date


class TooManyUses(ValueError):
    """A plan that comes to more than USES_MOST uses."""


def unstated(service: PaymentService) -> list[str]:
    """Return the terms without which nothing can be computed and that the register does not state."""
    return [term for term in _TERMS if not getattr(service, term)]


def rule_for(service: PaymentService, incentive: IncentiveOnDay) -> ServiceRule | None:
    """Return what an award is judged by there, as announced by the incentive's day; None: the end is left open.

    Only for a service that states every term, and an incentive with a premium rate.
    """
    if incentive.earning_until is None or incentive.premium_rate is None or incentive.points is None:
        return None
    final = parse_service_rule(
        {
            "service_number": service.number,
            "incentive": str(incentive.id),
            "effective": service.effective,
            "minimum_yen": service.minimum_yen,
            "rounding": service.rounding,
            "schedule": service.schedule,
        }
    )
    return replace(
        final,
        earning_until=incentive.earning_until,
        premium_rate=incentive.premium_rate,
        points_max=incentive.points,
    )


def outcome(rule: ServiceRule, plan: Plan) -> Outcome:
    """Return what a plan gives by a rule, with what it comes from. Raises TooManyUses."""
    applied_at = tokyo_midnight(plan.applied_on)
    enrolment = Enrolment(_ACCOUNT, _ACCOUNT, plan.counts, applied_at, points_elsewhere=plan.points_elsewhere)
    rows = [list(_rows(line, place, until=rule.earning_until)) for place, line in enumerate(plan.lines)]
    account = [row for of_line in rows for row in of_line]
    if sum(row.kind is not Kind.REFUND for row in account) > USES_MOST:
        raise TooManyUses
    explained = explain_premium(rule, enrolment, account, as_of=applied_at - timedelta(microseconds=1))
    by_id = {use.transaction_id: use for use in explained.uses}
    counted = [use.net_yen or Yen(0) for use in explained.uses]
    points = Points(sum(change.points for change in explained.next))
    left = Yen(max(yen_to_fill(explained.room, rule.premium_rate) - explained.net_yen, 0))
    return Outcome(
        explained=explained,
        parts=tuple(
            _parts([by_id[row.transaction_id] for row in of_line if row.kind is not Kind.REFUND]) for of_line in rows
        ),
        awards=_by_day(explained),
        points=points,
        uncapped=_uncapped(rule, counted),
        yen_left=left if rule.rounding is Rounding.TOTAL else None,
        first_day=tokyo_day(explained.starts_at),
    )


def days(line: Line, *, until: date) -> Iterator[date]:
    """Yield the days of a line: its own, whatever day that is, and then each repetition up to a last day."""
    yield line.on
    if line.every is Every.ONCE:
        return
    for times in range(1, USES_MOST + 1):
        weekly = line.every is Every.WEEK
        on = line.on + timedelta(weeks=times) if weekly else _months_later(line.on, times)
        if on > until:
            return
        yield on


def _months_later(on: date, months: int) -> date:
    last = month_day(on, months=months, day="last")
    return last.replace(day=min(on.day, last.day))


def _rows(line: Line, place: int, *, until: date) -> Iterator[Transaction]:
    for nth, on in enumerate(days(line, until=until)):
        at = datetime.combine(on, time(12), TOKYO)
        use = f"{place}-{nth}"
        yield Transaction(use, _ACCOUNT, line.kind, None, line.yen, at)
        if line.refunded_yen:
            yield Transaction(f"{use}-refund", _ACCOUNT, Kind.REFUND, use, line.refunded_yen, at)


def _parts(uses: Sequence[UseExplained]) -> tuple[Part, ...]:
    times = Counter(use.reason for use in uses)
    net: Counter[Reason | None] = Counter()
    for use in uses:
        net[use.reason] += use.net_yen or 0
    return tuple(Part(reason, count, Yen(net[reason])) for reason, count in times.items())


def _by_day(explained: PremiumExplained) -> tuple[Award, ...]:
    points: Counter[date] = Counter()
    for change in explained.next:
        points[tokyo_day(change.at)] += change.points
    return tuple(Award(on, Points(sum_)) for on, sum_ in sorted(points.items()))


def _uncapped(rule: ServiceRule, nets: Sequence[Yen]) -> Points:
    if rule.rounding is Rounding.EACH:
        return Points(sum(premium_points(net, rule.premium_rate) for net in nets))
    return premium_points(Yen(sum(nets)), rule.premium_rate)
