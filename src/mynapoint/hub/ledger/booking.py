"""What a report comes to in the books: one movement for each budget and way, whatever the number of its lines."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.actions import Drawn, book, budgets_drawn
from mynapoint.hub.books.models import Account, Kind, Movement
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.programme.values import Points

_CHUNK = 500


def voucher_of(report: AwardReport) -> str:
    """Return what a report's movements are booked for."""
    return f"report:{report.pk}"


def book_lines(
    report: AwardReport,
    lines: Iterable[tuple[Application, Points]],
    *,
    service_number: str,
    stopped: Collection[uuid.UUID],
    now: datetime,
) -> None:
    """Book the recorded lines of a report.

    Points awarded come from what was reserved for their application. Points clawed back are reserved again, because
    the person may earn them again; where the application is stopped or its room was released, they are free at once.
    """
    drawn = budgets_drawn()
    lines = list(lines)
    gone = set(stopped) | released([one.pk for one, points in lines if points < 0])
    sums: Counter[tuple[Drawn, Kind, Account, Account]] = Counter()
    for application, points in lines:
        source = drawn[application.round_id, application.incentive]
        if points > 0:
            sums[source, Kind.RECORDED, Account.RESERVED, Account.AWARDED] += points
        else:
            receiver = source.source if application.pk in gone else Account.RESERVED
            sums[source, Kind.CLAWED_BACK, Account.AWARDED, receiver] -= points
    for (source, kind, giver, receiver), total in sums.items():
        book(
            kind,
            budget=source.budget,
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
