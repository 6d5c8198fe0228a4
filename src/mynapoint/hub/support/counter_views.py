"""The helper's guidance: which terminals are free, begin, how far the visitor is, extend, end."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.applications.standing import applications_of
from mynapoint.hub.reservations.actions import standing_reservation
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Terminal
from mynapoint.hub.support import visits
from mynapoint.hub.support.models import Ending, Visit
from mynapoint.hub.support.visits import AT_COUNTERS


@dataclass(frozen=True, slots=True)
class Place:
    """A terminal as the helper sees it: how far its visitor is, never who or with which account.

    ``at``  0 nobody, 1 waiting for the card, 2 signed in, 3 reserved, 4 applied
    """

    terminal: Terminal
    visit: Visit | None
    at: int
    seconds_left: int


@require_GET
@staff_required(*AT_COUNTERS)
def counter(request: StaffRequest) -> HttpResponse:
    """Show every terminal of one's own municipality."""
    places = _places(request)
    mine = [one for one in places if one.terminal == request.staff.terminal]
    others = [one for one in places if one.terminal != request.staff.terminal]
    return render(request, "support/counter.html", {"places": mine + others, "state": _state(places)})


@require_GET
@staff_required(*AT_COUNTERS, keeps_alive=False)
def state(request: StaffRequest) -> HttpResponse:
    """Say whether the page is still true; asking keeps neither the visit nor the helper's session alive."""
    places = _places(request)
    left = {str(one.visit.pk): one.seconds_left for one in places if one.visit}
    return JsonResponse({"state": _state(places), "seconds_left": left})


@require_POST
@staff_required(*AT_COUNTERS)
def begin(request: StaffRequest, terminal: int) -> HttpResponse:
    """Begin a visit at a terminal of one's own municipality."""
    place = get_object_or_404(_terminals(request), pk=terminal)
    visits.begin(
        terminal=place,
        staff=request.staff,
        service=request.POST.get("service", "")[:9],
        incentive=request.POST.get("incentive", "")[:40],
        now=web.now(),
    )
    return redirect("counter:counter")


@require_POST
@staff_required(*AT_COUNTERS)
def extend(request: StaffRequest, visit: uuid.UUID) -> HttpResponse:
    """Keep a visit alive: the visitor is looking for something, or reading."""
    visits.keep_alive(_own(request, visit))
    return redirect("counter:counter")


@require_POST
@staff_required(*AT_COUNTERS)
def end(request: StaffRequest, visit: uuid.UUID) -> HttpResponse:
    """End a visit, such as of somebody who went away."""
    visits.end(_own(request, visit), why=Ending.HELPER, staff=request.staff, now=web.now())
    return redirect("counter:counter")


def _own(request: StaffRequest, visit: uuid.UUID) -> Visit:
    return get_object_or_404(Visit, pk=visit, municipality=request.staff.municipality)


def _terminals(request: StaffRequest) -> QuerySet[Terminal]:
    own = Terminal.objects.filter(municipality=request.staff.municipality, withdrawn_at=None)
    return own.exclude(secret_digest="").order_by("name")


def _places(request: StaffRequest) -> list[Place]:
    return [_place(terminal, visits.at(terminal, now=web.now())) for terminal in _terminals(request)]


def _place(terminal: Terminal, visit: Visit | None) -> Place:
    if visit is None:
        return Place(terminal, None, 0, 0)
    at = 1
    if visit.resident is not None:
        at = 3 if standing_reservation(visit.resident) is not None else 2
        if applications_of(visit.resident).filter(applied_at__gte=visit.begun_at).exists():
            at = 4
    return Place(terminal, visit, at, visits.seconds_left(visit))


def _state(places: list[Place]) -> str:
    return " ".join(f"{one.terminal.pk}:{one.visit.pk if one.visit else ''}:{one.at}" for one in places)
