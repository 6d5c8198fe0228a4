"""A history of the programme for tests of the office: who applies, is awarded and is told when, by a list of acts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from hub.people import CARD_UPTAKE, applies, awarded
from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.actions import prove_registration
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.comparing import compare
from mynapoint.hub.office import backlog, figures
from mynapoint.hub.office.figures import Tally
from mynapoint.programme.values import IncentiveId, Points, tokyo_day, tokyo_midnight

FIRST = date(2022, 7, 4)
"""A Monday after round 2 opened in full."""
HEALTH = IncentiveId("health_insurance")
_people = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens some seconds after the first midnight: an application, or points for the last ones."""

    seconds: int
    incentive: IncentiveId
    points: int
    """0: somebody new applies; else awarded to the first application that has none. A registration's fixed sum is
    told to its provider first, and awarded the next time."""

    @property
    def at(self) -> datetime:
        return tokyo_midnight(FIRST) + timedelta(seconds=self.seconds)


STEPS = st.lists(
    st.builds(
        Step,
        st.builds(
            lambda day, second: day * 86_400 + second,
            st.integers(0, 4),
            st.sampled_from([0, 1, 40_000, 86_399]),
        ),
        st.sampled_from([CARD_UPTAKE, HEALTH]),
        st.sampled_from([0, 0, 100, 2_500]),
    ),
    max_size=12,
).map(lambda steps: sorted(steps, key=lambda one: one.seconds))


def do(step: Step, open_ones: list[Application]) -> Tally:
    """Do one step; return what it adds."""
    if step.points == 0:
        open_ones.append(applies(CertificateId("aa", f"p{next(_people)}"), step.at, step.incentive))
        return Tally(applications=1)
    mine = next((one for one in open_ones if one.incentive == step.incentive), None)
    if mine is None:
        return Tally()
    if step.incentive == HEALTH and not mine.notices.filter(kind=NoticeKind.AWARD_INSTRUCTION.value).exists():
        day = tokyo_day(step.at)
        prove_registration(resident=mine.resident, incentive=HEALTH, proven_on=day, source="register", now=step.at)
        return Tally()
    open_ones.remove(mine)
    points = Points(7_500 if step.incentive == HEALTH else step.points)
    awarded(mine, points, step.at)
    return Tally(points=points)


def happened(*steps: Step) -> list[Application]:
    """Do these steps, one after the other; return the applications that wait for points in the end."""
    made: list[Application] = []
    for step in steps:
        do(step, made)
    return made


def everything(day: date) -> tuple[object, ...]:
    """All that the office can say of a day."""
    counted = figures.cells(as_of=day)
    since = figures.cells(as_of=day, first=max(FIRST, day - timedelta(days=1)))
    return (
        since.total(),
        dict(since.by_service()),
        dict(since.by_day(first=day, last=day)),
        counted.total(),
        dict(counted.by_day(first=FIRST, last=day)),
        list(counted.by_service().items()),
        list(counted.by_incentive().items()),
        counted.days,
        figures.by_counter(as_of=day),
        figures.by_prefecture(as_of=day),
        [(one.counts, one.oldest) for one in backlog.backlog(as_of=day)],
        [(one.name, one.granted, dict(one.balances)) for one in figures.budgets(as_of=day)],
    )


def day_of(step: Step) -> date:
    return tokyo_day(step.at)


def compared(day: date) -> list[object]:
    """What is off by the end of a day, as the hub then knows it."""
    return list(compare(now=tokyo_midnight(day + timedelta(days=1)) - timedelta(seconds=1)))
