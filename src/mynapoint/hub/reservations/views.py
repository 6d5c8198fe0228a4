"""The page of the reservation: what it is, making it with the card, and the My Key ID afterwards."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mynapoint.hub import web
from mynapoint.hub.identity import card_step
from mynapoint.hub.identity.models import Purpose
from mynapoint.hub.identity.sessions import ResidentRequest, own_path, resident_required
from mynapoint.hub.reservations import actions
from mynapoint.programme.values import tokyo_day


@require_GET
@resident_required
def reserve(request: ResidentRequest) -> HttpResponse:
    """Show the reservation, or what the card signs to make it."""
    back = own_path(request)
    reservation = actions.standing_reservation(request.resident)
    if reservation:
        reserved_on = tokyo_day(reservation.reserved_at)
        context = {"reservation": reservation, "reserved_on": reserved_on, "back": back}
        return render(request, "reservations/reserved.html", context)
    step = card_step.begin(
        request,
        purpose=Purpose.RESERVE,
        statement=_("マイナポイントを予約し、マイキーIDの発行を受けます。予約は1人1回です。"),
        continue_to=_with_next(reverse("reservations:signed"), back),
    )
    return render(request, "reservations/reserve.html", {"step": step})


@require_GET
@resident_required
def signed(request: ResidentRequest) -> HttpResponse:
    """Make the reservation the card has just signed; the answer is taken once, so this address works once."""
    signature, credential = card_step.take_own_signature(request, purpose=Purpose.RESERVE)
    actions.reserve(signature=signature, credential=credential, now=web.now())
    return redirect(_with_next(reverse("reservations:reserve"), own_path(request)))


def _with_next(path: str, back: str) -> str:
    return f"{path}?{urlencode({'next': back})}" if back else path
