"""A simulation as files: CSV by week and incentive, and plain data for machines."""

from __future__ import annotations

import csv
from pathlib import Path

from mynapoint.programme.assumptions import Assumptions
from mynapoint.programme.rounds import Round
from mynapoint.programme.simulation import IncentiveOutcome, Outcome, Spread, Week
from mynapoint.programme.statement_of_day import Json

_SERIES = ("applications", "points", "applications_so_far", "points_so_far")


def write_csv(outcome: Outcome, path: Path) -> None:
    """Write one line a week and incentive: Monday, incentive, and p5, median and p95 of each series."""
    columns = [f"{series}_{rank}" for series in _SERIES for rank in ("p5", "median", "p95")]
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["week_starts_on", "incentive", *columns])
        for one in outcome.incentives:
            for week in one.weeks:
                lines.writerow([week.starts_on.isoformat(), one.incentive.id, *_ranks(week)])


def as_json(law: Round, assumptions: Assumptions, outcome: Outcome, language: str) -> Json:
    """Return the outcome with what was assumed; people and points are whole numbers, and keys are only ever added."""
    return {
        "programme": law.id,
        "label": law.label.in_language(language),
        "people": outcome.people,
        "sample": outcome.sample,
        "seed": outcome.seed,
        "runs": outcome.runs,
        "basis": assumptions.basis.in_language(language),
        "points": _spread(outcome.points),
        "promised_points": _spread(outcome.promised),
        "incentives": [_incentive(one, assumptions) for one in outcome.incentives],
        "budgets": [
            {
                "key": budget.parameter.key,
                "budget_points": budget.parameter.final_number,
                "promised_points": _spread(budget.promised),
                "runs_over": budget.runs_over,
                "closes_in_week": budget.closes_in_week.isoformat() if budget.closes_in_week else None,
            }
            for budget in outcome.budgets
        ],
    }


def _incentive(one: IncentiveOutcome, assumptions: Assumptions) -> Json:
    assumed = assumptions.incentives[one.incentive.id]
    return {
        "id": one.incentive.id,
        "applications": _spread(one.applications),
        "points": _spread(one.points),
        "promised_points": _spread(one.promised),
        "assumed": {
            "applied_per_10000": {"low": assumed.low, "likely": assumed.likely, "high": assumed.high},
            "fills_cap_per_10000": assumed.fills_cap_per_10000,
            "weeks_to_points": assumed.weeks_to_points,
            "take_up": [{"by": end.by.isoformat(), "share_per_10000": end.share_per_10000} for end in assumed.take_up],
        },
        "weeks": [
            {
                "starts_on": week.starts_on.isoformat(),
                **{series: _spread(getattr(week, series)) for series in _SERIES},
            }
            for week in one.weeks
        ],
    }


def _ranks(week: Week) -> list[int]:
    spreads: list[Spread] = [getattr(week, series) for series in _SERIES]
    return [rank for spread in spreads for rank in (spread.p5, spread.median, spread.p95)]


def _spread(spread: Spread) -> Json:
    return {"p5": spread.p5, "median": spread.median, "p95": spread.p95}
