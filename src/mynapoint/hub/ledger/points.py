"""What has been recorded for single applications, and for a person in all."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Sum

from mynapoint.hub.ledger.models import LedgerEntry, RecordedTotal
from mynapoint.programme.values import IncentiveId, Points


def points_of(applications: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return the points recorded for each of a few applications."""
    wanted = list(applications)
    recorded = LedgerEntry.objects.filter(application__in=wanted).values_list("application")
    return dict.fromkeys(wanted, 0) | dict(recorded.annotate(Sum("points")))


def recorded_in_all(survivor: uuid.UUID, incentive: IncentiveId) -> Points:
    """Return every point recorded for a person and incentive, at all services; more than the cap after some merges."""
    total = RecordedTotal.objects.filter(resident=survivor, incentive=incentive).first()
    return Points(total.in_all if total else 0)
