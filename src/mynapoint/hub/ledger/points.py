"""What has been recorded for single applications."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Sum

from mynapoint.hub.ledger.models import LedgerEntry


def points_of(applications: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return the points recorded for each of a few applications."""
    wanted = list(applications)
    recorded = LedgerEntry.objects.filter(application__in=wanted).values_list("application")
    return dict.fromkeys(wanted, 0) | dict(recorded.annotate(Sum("points")))
