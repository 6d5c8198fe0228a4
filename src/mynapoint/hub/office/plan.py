"""The plan of `programme simulate` against what happened: week by week, as of the end of any day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate

from mynapoint.hub import web
from mynapoint.hub.office import figures
from mynapoint.hub.office.figures import Cells, Cut, Tally
from mynapoint.programme.assumptions import default_assumptions, shipped_assumptions
from mynapoint.programme.rounds import Incentive, load_round
from mynapoint.programme.simulation import Outcome, Spread, Week, simulate

_SIX_DAYS = timedelta(days=6)


class Place(StrEnum):
    """Where what happened lies in what nineteen of twenty runs had at least, and nineteen of twenty at most."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class PlannedWeek:
    """A week of the plan; ``so_far``: what happened up to its end. None: it was not over yet."""

    planned: Week
    so_far: Tally | None

    @property
    def ends_on(self) -> date:
        """Its Sunday."""
        return self.planned.starts_on + _SIX_DAYS

    @property
    def applications(self) -> Place | None:
        """Where the applications lie."""
        return _place(self.so_far.applications, self.planned.applications_so_far) if self.so_far else None

    @property
    def points(self) -> Place | None:
        """Where the points lie."""
        return _place(self.so_far.points, self.planned.points_so_far) if self.so_far else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One incentive's weeks, from the plan's first to its last."""

    incentive: Incentive
    weeks: Sequence[PlannedWeek]

    @property
    def latest(self) -> PlannedWeek | None:
        """The last week that was over."""
        return next((one for one in reversed(self.weeks) if one.so_far), None)


def compare(round_id: str, *, people: int, seed: int, runs: int, as_of: date) -> Sequence[Compared]:
    """Return every incentive of a round, as planned for so many people and as it came.

    Raises ValueError where there is nothing to simulate: no people, or a day of a period is not announced.
    """
    outcome = _played(round_id, people, seed, runs)
    first = min(one.weeks[0].starts_on for one in outcome.incentives)
    counted = figures.cells(as_of=as_of, cut=Cut(round_id), first=first)
    return [
        Compared(one.incentive, _weeks(one.weeks, counted.of(one.incentive.id), as_of)) for one in outcome.incentives
    ]


def as_csv(compared: Sequence[Compared]) -> str:
    """Return one line a week and incentive: its Sunday, plan (p5, median, p95) and what happened, all so far."""
    ranks = ("p5", "median", "p95")
    series = ("applications", "points")
    columns = ["week_ends_on", "incentive", *(f"{one}_{rank}" for one in series for rank in ranks), *series]
    rows: list[list[object]] = []
    for one in compared:
        for week in one.weeks:
            plan = (week.planned.applications_so_far, week.planned.points_so_far)
            planned = [rank for spread in plan for rank in (spread.p5, spread.median, spread.p95)]
            happened = [week.so_far.applications, week.so_far.points] if week.so_far else ["", ""]
            rows.append([week.ends_on.isoformat(), one.incentive.id, *planned, *happened])
    return web.as_csv(columns, rows)


@lru_cache(maxsize=16)
def _played(round_id: str, people: int, seed: int, runs: int) -> Outcome:
    law = load_round(round_id)
    assumed = shipped_assumptions(law) or default_assumptions(law)
    return simulate(law, assumed, people=people, seed=seed, runs=runs)


def _weeks(planned: Sequence[Week], counted: Cells, as_of: date) -> list[PlannedWeek]:
    first = planned[0].starts_on
    over = [one for one in planned if one.starts_on + _SIX_DAYS <= as_of]
    if not over:
        return [PlannedWeek(one, None) for one in planned]
    last = over[-1].starts_on + _SIX_DAYS
    days = list(counted.by_day(first=first, last=last).values())
    weekly = [sum(days[nth : nth + 7], start=figures.NOTHING) for nth in range(0, len(days), 7)]
    so_far = list(accumulate(weekly, initial=counted.total(before=first)))[1:]
    return [PlannedWeek(one, so_far[nth] if nth < len(over) else None) for nth, one in enumerate(planned)]


def _place(number: int, spread: Spread) -> Place:
    if number < spread.p5:
        return Place.BELOW
    return Place.ABOVE if number > spread.p95 else Place.WITHIN
