"""simulate: before launch, what a programme would cost: applications and points by week, each with its p5 to p95.

Method. A run draws one number for the whole programme, how willing people are, from a triangle between the low, the
likely and the high share of applicants; all incentives move with it, so the spread of their sum is not made to look
narrow. Of the people at most ``SAMPLE_MAX`` are simulated, and each stands for an equal part of them: the weights are
whole and sum to the number of people. The sample is systematic, laid evenly over the shares from a random start, so
applicants and their days follow the take-up curve without chance of their own. Chance decides who fills the cap, what
the others spend, and when the points come. Points are those of the rule, whole, by one person's spending; no sum of
money is ever a float. A seed gives the same outcome every time.

What it does not know: people who hurry because the budget runs out, services that leave, refunds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from mynapoint.programme.assumptions import WHOLE, Assumptions, IncentiveAssumptions, application_period
from mynapoint.programme.parameters import Parameter
from mynapoint.programme.rounds import Incentive, PremiumRule, Round
from mynapoint.programme.values import IncentiveId, Points

SAMPLE_MAX = 5_000
"""The most people simulated in a run; a sample of 5,000 places shares to 2 of 10,000 before its random start."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What nineteen runs in twenty exceed, the middle one, and what one in twenty exceeds."""

    p5: int
    median: int
    p95: int


@dataclass(frozen=True, slots=True)
class Week:
    """One week from its Monday: applications and points in it, and all up to its end."""

    starts_on: date
    applications: Spread
    points: Spread
    applications_so_far: Spread
    points_so_far: Spread


@dataclass(frozen=True, slots=True)
class IncentiveOutcome:
    """What became of one incentive; ``promised`` is the simple maximum: applications times the most one can get."""

    incentive: Incentive
    applications: Spread
    points: Spread
    promised: Spread
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class BudgetOutcome:
    """What became of a budget, in points: in how many runs more was promised, and in the middle one of these when."""

    parameter: Parameter
    promised: Spread
    runs_over: int
    closes_in_week: date | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all runs together say; ``points`` and ``promised`` are of all incentives together."""

    people: int
    sample: int
    seed: int
    runs: int
    incentives: tuple[IncentiveOutcome, ...]
    points: Spread
    promised: Spread
    budgets: tuple[BudgetOutcome, ...]


def simulate(law: Round, assumptions: Assumptions, *, people: int, seed: int, runs: int) -> Outcome:
    """Return what a programme would cost for so many people who may take part.

    Raises ValueError for no people or runs, and while a day of an application period is open.
    """
    if people < 1 or runs < 1:
        raise ValueError(f"needs at least 1 person and 1 run; got {people} and {runs}")
    rng = Random(seed)  # noqa: S311  reproducible on purpose; nothing secret
    first, weeks = _weeks(law, assumptions)
    people_of = _weights(people)
    days_of = {id_: _days(assumptions.incentives[id_], law.incentives[id_]) for id_ in law.incentives}
    made: dict[IncentiveId, list[_Run]] = {id_: [] for id_ in law.incentives}
    for _ in range(runs):
        willingness = int(rng.triangular(-1_000, 1_000, 0))
        for incentive in law.incentives.values():
            run = _Run([0] * weeks, [0] * weeks)
            _simulate(run, incentive, assumptions.incentives[incentive.id], days_of[incentive.id], people_of,
                      willingness=willingness, first=first, rng=rng)  # fmt: skip
            made[incentive.id].append(run)
    return _outcome(law, made, first=first, people=people, sample=len(people_of), seed=seed)


def most_per_person(incentive: Incentive) -> Points:
    """Return the most points one person can get: the cap, or the fixed sum."""
    return incentive.rule.points_max if isinstance(incentive.rule, PremiumRule) else incentive.rule.points


@dataclass(slots=True)
class _Run:
    """One run of one incentive: people and points by week."""

    applications: list[int]
    points: list[int]


def _simulate(
    run: _Run,
    incentive: Incentive,
    assumed: IncentiveAssumptions,
    days: Sequence[int],
    people_of: Sequence[int],
    *,
    willingness: int,
    first: date,
    rng: Random,
) -> None:
    """Fill a run. ``days`` holds for each of 10,000 equal parts of the applicants the day they apply, as an ordinal."""
    spread = assumed.high - assumed.likely if willingness > 0 else assumed.likely - assumed.low
    share = assumed.likely + spread * willingness // 1_000
    earning, rule, start = incentive.earning_period, incentive.rule, first.toordinal()
    opens = earning.starts_on.toordinal() if earning else 0
    closes = earning.ends_on.toordinal() if earning else None
    lag, offset, random = assumed.weeks_to_points * 7, int(rng.random() * WHOLE), rng.random
    for number, people in enumerate(people_of):
        position = (number * WHOLE + offset) // len(people_of)
        if position >= share:
            break
        day = days[position * WHOLE // share]
        run.applications[(day - start) // 7] += people
        if isinstance(rule, PremiumRule):
            if closes is not None and day > closes:
                continue
            full = int(random() * WHOLE) < assumed.fills_cap_per_10000
            yen = rule.yen_to_fill if full else int(random() * rule.yen_to_fill)
            points = min(rule.points_max, yen * rule.premium_rate // 100)
        else:
            points = rule.points
        comes = max(day, opens) + int(random() * lag)
        run.points[(comes - start) // 7] += people * points


def _weights(people: int) -> list[int]:
    """Return how many people each simulated person stands for; the sum is the number of people."""
    sample = min(people, SAMPLE_MAX)
    return [people * (number + 1) // sample - people * number // sample for number in range(sample)]


def _days(assumed: IncentiveAssumptions, incentive: Incentive) -> list[int]:
    """Return the ordinal of the day on which each of 10,000 equal parts of the applicants apply, by the curve."""
    day, share = application_period(incentive).starts_on.toordinal() - 1, 0
    days: list[int] = []
    for end in assumed.take_up:
        parts, length = end.share_per_10000 - share, end.by.toordinal() - day
        days.extend(day + 1 + part * length // parts for part in range(parts))
        day, share = end.by.toordinal(), end.share_per_10000
    return days


def _weeks(law: Round, assumptions: Assumptions) -> tuple[date, int]:
    """Return the Monday of the first week, and how many weeks there are until the last points can come."""
    starts = [application_period(incentive).starts_on for incentive in law.incentives.values()]
    first = min(starts) - timedelta(days=min(starts).weekday())
    last = max(
        max(
            application_period(incentive).ends_on,
            incentive.earning_period.starts_on if incentive.earning_period else date.min,
        )
        + timedelta(weeks=assumptions.incentives[incentive.id].weeks_to_points)
        for incentive in law.incentives.values()
    )
    return first, (last - first).days // 7 + 1


def _outcome(
    law: Round, made: Mapping[IncentiveId, list[_Run]], *, first: date, people: int, sample: int, seed: int
) -> Outcome:
    runs = len(next(iter(made.values())))
    promised = {
        id_: [sum(run.applications) * most_per_person(law.incentives[id_]) for run in made[id_]] for id_ in made
    }
    return Outcome(
        people=people,
        sample=sample,
        seed=seed,
        runs=runs,
        incentives=tuple(
            IncentiveOutcome(
                incentive=law.incentives[id_],
                applications=_spread([sum(run.applications) for run in made[id_]]),
                points=_spread([sum(run.points) for run in made[id_]]),
                promised=_spread(promised[id_]),
                weeks=tuple(_by_week(made[id_], first)),
            )
            for id_ in made
        ),
        points=_spread([sum(sum(made[id_][number].points) for id_ in made) for number in range(runs)]),
        promised=_spread([sum(promised[id_][number] for id_ in made) for number in range(runs)]),
        budgets=tuple(_budgets(law, made, first)),
    )


def _by_week(runs: Sequence[_Run], first: date) -> Iterator[Week]:
    applications_so_far = [list(accumulate(run.applications)) for run in runs]
    points_so_far = [list(accumulate(run.points)) for run in runs]
    for week in range(len(runs[0].points)):
        yield Week(
            starts_on=first + timedelta(weeks=week),
            applications=_spread([run.applications[week] for run in runs]),
            points=_spread([run.points[week] for run in runs]),
            applications_so_far=_spread([sums[week] for sums in applications_so_far]),
            points_so_far=_spread([sums[week] for sums in points_so_far]),
        )


def _budgets(law: Round, made: Mapping[IncentiveId, list[_Run]], first: date) -> Iterator[BudgetOutcome]:
    budgets = {incentive.budget.key: incentive.budget for incentive in law.incentives.values() if incentive.budget}
    for budget in budgets.values():
        sharing = [incentive for incentive in law.incentives.values() if incentive.budget == budget]
        so_far = [
            list(accumulate(_promised_in_week(sharing, made, number, week) for week in range(len(run.points))))
            for number, run in enumerate(made[sharing[0].id])
        ]
        over = [
            [sum_ > budget.final_number for sum_ in sums].index(True)
            for sums in so_far
            if sums[-1] > budget.final_number
        ]
        yield BudgetOutcome(
            parameter=budget,
            promised=_spread([sums[-1] for sums in so_far]),
            runs_over=len(over),
            closes_in_week=first + timedelta(weeks=_spread(over).median) if over else None,
        )


def _promised_in_week(
    sharing: Sequence[Incentive], made: Mapping[IncentiveId, list[_Run]], number: int, week: int
) -> int:
    return sum(made[one.id][number].applications[week] * most_per_person(one) for one in sharing)


def _spread(values: Sequence[int]) -> Spread:
    """Return the nearest ranks at 5, 50 and 95 %."""
    ranked, last = sorted(values), len(values) - 1
    p5, median, p95 = (ranked[(last * percent + 50) // 100] for percent in (5, 50, 95))
    return Spread(p5, median, p95)
