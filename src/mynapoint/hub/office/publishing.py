"""Publishing an edition of the open data: counted as of its Sunday, compared with the one before, kept for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.db import IntegrityError, transaction

from mynapoint.hub.books.models import BudgetShare
from mynapoint.hub.office.figures import Tally, cells, visits_by_prefecture_and_day
from mynapoint.hub.office.models import Edition
from mynapoint.hub.office.open_data import EVERY_SERVICE, Cell, Row, VisitRow, due, rows, visit_rows
from mynapoint.programme.rounds import load_round
from mynapoint.programme.simulation import most_per_person
from mynapoint.programme.values import IncentiveId

_Row = TypeVar("_Row", Row, VisitRow)


class EditionDiffers(Exception):
    """What is counted today of a published week is not what was published; nothing is published until that is clear."""


def publish(*, now: datetime) -> bool:
    """Publish the edition that is due, unless that is done; say whether it was. Raises EditionDiffers."""
    through = due(now)
    if Edition.objects.filter(through__gte=through).exists():
        return False
    made = rows(_cells(through), through=through)
    visits = visit_rows(visits_by_prefecture_and_day(as_of=through), through=through)
    before = Edition.objects.order_by("-through").first()
    if before is not None:
        _refuse_other(published(before), [row for row in made if row.through <= before.through])
        if before.visits is not None:
            _refuse_other(published_visits(before), [row for row in visits if row.through <= before.through])
    kept = [[row.through.isoformat(), row.prefecture, row.visits] for row in visits]
    try:
        with transaction.atomic():
            Edition.objects.create(through=through, rows=[_kept(row) for row in made], visits=kept, published_at=now)
    except IntegrityError:
        return False  # somebody else did meanwhile, with the same numbers
    return True


def published(edition: Edition) -> Sequence[Row]:
    """Return the rows of an edition."""
    return [Row(date.fromisoformat(through), *rest) for through, *rest in edition.rows]


def published_visits(edition: Edition) -> Sequence[VisitRow]:
    """Return the rows of visits of an edition; of one from before there were any, nothing."""
    return [VisitRow(date.fromisoformat(through), *rest) for through, *rest in edition.visits or []]


def _kept(row: Row) -> list[str | int]:
    return [
        row.through.isoformat(),
        row.round_id,
        row.incentives,
        row.service_number,
        row.applications,
        row.points,
    ]


def _cells(through: date) -> Mapping[Cell, Mapping[date, Tally]]:
    """Return what is counted together: services apart, but not where they share a limited budget."""
    shared = _limited()
    found: dict[Cell, dict[date, Tally]] = {}
    for (round_id, incentive, service), days in cells(as_of=through).days.items():
        together = shared.get((round_id, incentive))
        ids = together or (incentive,)
        laws = load_round(round_id).incentives
        most = max(most_per_person(laws[IncentiveId(one)]) for one in ids)
        cell = Cell(round_id, "+".join(ids), EVERY_SERVICE if together else service, most)
        own = found.setdefault(cell, {})
        for day, tally in days.items():
            own[day] = own.get(day, Tally()) + tally
    return found


def _limited() -> Mapping[tuple[str, str], tuple[str, ...]]:
    shares = BudgetShare.objects.filter(budget__is_limited=True).values_list("budget", "round_id", "incentive")
    sharing: dict[int, list[tuple[str, str]]] = {}
    for budget, round_id, incentive in shares.order_by("round_id", "incentive"):
        sharing.setdefault(budget, []).append((round_id, incentive))
    return {one: tuple(id_ for _, id_ in all_) for all_ in sharing.values() for one in all_}


def _refuse_other(before: Sequence[_Row], now: Sequence[_Row]) -> None:
    if list(before) != list(now):
        gone, come = sorted({*before} - {*now}), sorted({*now} - {*before})
        raise EditionDiffers(f"{len(gone)} published rows are not counted so today; first: {(gone or come)[0]}")
