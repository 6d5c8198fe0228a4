"""Pages of the queue: the helper draws, prints and calls; everybody sees how long the wait is."""

from __future__ import annotations

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.support import queue as lines
from mynapoint.hub.support.models import QueueTicket
from mynapoint.hub.support.visits import AT_COUNTERS

NUMBER_MAX = 9_999


@require_GET
@staff_required(*AT_COUNTERS)
def queue(request: StaffRequest) -> HttpResponse:
    """Show who waits, and the buttons: draw, call, skip, return."""
    now, own = web.now(), request.staff.municipality
    tickets = lines.standing(own, now=now).order_by("day", "number")
    context = {
        "wait": lines.wait(own, now=now),
        "mine": tickets.filter(state=QueueTicket.State.CALLED, terminal=request.staff.terminal).first(),
        "waiting": tickets.filter(state=QueueTicket.State.WAITING),
        "skipped": tickets.filter(state=QueueTicket.State.SKIPPED),
    }
    return render(request, "support/queue.html", context)


@require_POST
@staff_required(*AT_COUNTERS)
def draw(request: StaffRequest) -> HttpResponse:
    """Draw the next number and show it to be printed."""
    return redirect("counter:queue_print", lines.draw(staff=request.staff, now=web.now()).pk)


@require_GET
@staff_required(*AT_COUNTERS)
def printed(request: StaffRequest, ticket: int) -> HttpResponse:
    """Show a ticket as it is printed: its number, and the way to see the wait."""
    own = _own(request, ticket)
    address = web.origin(request) + reverse("support:queue", args=[own.municipality]) + f"?number={own.number}"
    picture = segno.make(address, error="m").svg_inline(border=4, svgclass="qr", lineclass=None, omitsize=True)
    context = {
        "ticket": own,
        "wait": lines.wait(own.municipality, now=web.now(), ahead_of=own.number),
        "picture": mark_safe(picture),  # noqa: S308 - drawn here from our own letters
        "address": address,
    }
    return render(request, "support/queue_ticket.html", context)


@require_POST
@staff_required(*AT_COUNTERS)
def call(request: StaffRequest) -> HttpResponse:
    """Call the next one to this terminal."""
    lines.call(staff=request.staff, now=web.now())
    return redirect("counter:queue")


@require_POST
@staff_required(*AT_COUNTERS)
def skip(request: StaffRequest, ticket: int) -> HttpResponse:
    """Nobody came."""
    lines.skip(ticket=_own(request, ticket), staff=request.staff, now=web.now())
    return redirect("counter:queue")


@require_POST
@staff_required(*AT_COUNTERS)
def back(request: StaffRequest, ticket: int) -> HttpResponse:
    """Somebody who was skipped is here now."""
    lines.back(ticket=_own(request, ticket), staff=request.staff, now=web.now())
    return redirect("counter:queue")


@never_cache
@require_GET
def public(request: HttpRequest, municipality: str) -> HttpResponse:
    """Say how many wait, and before a number; what a QR code leads to."""
    place = get_object_or_404(Municipality, slug=municipality)
    asked = request.GET.get("number", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= len(str(NUMBER_MAX)) else None
    context = {
        "municipality": place,
        "number": number,
        "wait": lines.wait(place.slug, now=web.now(), ahead_of=number),
    }
    return render(request, "support/queue_public.html", context)


def _own(request: StaffRequest, ticket: int) -> QueueTicket:
    return get_object_or_404(QueueTicket, pk=ticket, municipality=request.staff.municipality)
