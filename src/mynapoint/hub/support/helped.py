"""Who helped a resident: their visits to support counters, for their own page and their own data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from mynapoint.hub.identity.lineage import everyone
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger.corrections import corrections_of
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.support.correction_words import Told, told
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


@register.simple_tag
def corrections_about(resident: Resident) -> Sequence[Told]:
    """Return how every correction that concerns a person stands."""
    return [told(one, resident) for one in corrections_of(resident)]


def own_corrections(resident: Resident) -> list[dict[str, Any]]:
    """Return the same for the resident's own data."""
    return [
        {
            "number": one.number,
            "about_own_application": one.is_own,
            "state": one.state.value,
            "opened_on": one.opened_on,
            "due_on": one.due_on,
            "words": one.words,
        }
        for one in corrections_about(resident)
    ]


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
