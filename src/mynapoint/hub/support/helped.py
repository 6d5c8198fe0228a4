"""Who helped a resident: their visits to support counters, for their own page and their own data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from mynapoint.hub.identity.lineage import everyone
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.support.models import Visit

register = template.Library()
"""A tag known in every template: ``{% visits_of request.resident as visits %}``."""


@register.simple_tag
def visits_of(resident: Resident) -> Sequence[Visit]:
    """Return a person's visits, whichever of their certificates signed in, the first one first; ``place`` is where.

    Which of the staff helped is in the audit record, by a number; a resident is told the counter, not the person.
    """
    visits = Visit.objects.filter(resident__in=everyone(resident)).select_related("terminal").order_by("begun_at", "id")
    names = {one.slug: one.name for one in Municipality.objects.all()}
    found = list(visits)
    for visit in found:
        visit.place = f"{names.get(visit.municipality, '')} {visit.terminal.name}".strip()  # type: ignore[attr-defined]
    return found


def own_visits(resident: Resident) -> list[dict[str, Any]]:
    """Return the same for the resident's own data."""
    return [
        {
            "begun_at": visit.begun_at,
            "ended_at": visit.ended_at,
            "ending": visit.ending,
            "place": visit.place,  # type: ignore[attr-defined]
            "applications": visit.applications,
        }
        for visit in visits_of(resident)
    ]
