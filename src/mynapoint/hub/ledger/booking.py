"""What a report comes to in the books: one movement for each budget and way, whatever the number of its lines."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.actions import book, budgets_drawn
from mynapoint.hub.books.models import Account, Kind, Movement
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.programme.values import Points

_CHUNK = 500


def voucher_of(report: AwardReport) -> str:
    """Return what a report's movements are booked for."""
    return f"report:{report.pk}"


@dataclass(frozen=True, slots=True)
class Way:
    """Between which accounts the points of some lines move.

    ``is_gone``  of points clawed back: the application is stopped or its room was released, so they are free at once.
                 Otherwise they are reserved again, because the person may earn them again
    """

    round_id: str
    incentive: str
    is_award: bool
    is_gone: bool = False


def ways(lines: Iterable[tuple[Application, Points]], *, stopped: Collection[uuid.UUID]) -> Counter[Way]:
    """Return the points, never negative, that recorded lines move on each way."""
    sums: Counter[Way] = Counter()
    for one, points in lines:
        way = Way(one.round_id, one.incentive, points > 0, is_gone=points < 0 and one.pk in stopped)
        sums[way] += abs(points)
    return sums


def book_report(report: AwardReport, sums: Mapping[Way, int], *, service_number: str, now: datetime) -> None:
    """Book what a report's recorded lines move: points awarded come from what was reserved."""
    drawn = budgets_drawn()
    moves: Counter[tuple[int, Kind, Account, Account]] = Counter()
    for way, points in sums.items():
        source = drawn[way.round_id, way.incentive]
        back = source.source if way.is_gone else Account.RESERVED
        if way.is_award:
            moves[source.budget, Kind.RECORDED, Account.RESERVED, Account.AWARDED] += points
        else:
            moves[source.budget, Kind.CLAWED_BACK, Account.AWARDED, back] += points
    for (budget, kind, giver, receiver), total in moves.items():
        book(
            kind,
            budget=budget,
            giver=giver,
            receiver=receiver,
            points=Points(total),
            now=now,
            service_number=service_number,
            voucher=voucher_of(report),
        )


def released(applications: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of some applications whose room was released: stopped ones, and all once an incentive is closed."""
    ids, found = list(applications), set[uuid.UUID]()
    for start in range(0, len(ids), _CHUNK):
        rows = Movement.objects.filter(application__in=ids[start : start + _CHUNK], kind=Kind.RELEASED)
        found |= {one for one in rows.values_list("application", flat=True) if one is not None}
    return found
