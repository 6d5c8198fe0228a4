"""The visitor's own view: waiting, putting the card down, what to do next, and that it is over."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.applications.standing import applications_of
from mynapoint.hub.identity import card_step
from mynapoint.hub.identity.models import Purpose, Resident
from mynapoint.hub.identity.sessions import signed_in_resident
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.reservations.actions import standing_reservation
from mynapoint.hub.support import visits
from mynapoint.hub.support.models import Ending, Visit
from mynapoint.hub.support.visit_guard import COUNTER_PATH, over, visit_of

NONCE_CHARACTERS_MAX = 128


@dataclass(frozen=True, slots=True)
class Next:
    """What a visitor does next, as one large button: where it leads, and whether it is done already."""

    url: str
    is_reserved: bool
    has_applied: bool
    service: PaymentService | None


@never_cache
@require_GET
def counter(request: HttpRequest) -> HttpResponse:
    """Show what the visitor does now: wait, put the card down, or go on."""
    visit = visit_of(request)
    if visit is None:
        return render(request, "support/waiting.html")
    resident = signed_in_resident(request)
    if resident is None:
        step = card_step.begin(
            request,
            purpose=Purpose.SIGN_IN,
            statement=_("マイナポイントのサイトにログインします。ほかの手続きには同意しません。"),
            continue_to=COUNTER_PATH,
        )
        return render(request, "support/put_card.html", {"step": step})
    return render(request, "support/next.html", {"next": _next(visit, resident)})


@never_cache
@require_GET
def state(request: HttpRequest) -> JsonResponse:
    """Say which visit is open and for how long, without keeping it alive; no word about who."""
    visit = visit_of(request)
    left = visits.seconds_left(visit) if visit else 0
    return JsonResponse({"visit": str(visit.pk) if visit else "", "seconds_left": left})


@require_POST
def extend(request: HttpRequest) -> HttpResponse:
    """Keep the visit alive: somebody is typing or reading. The guard has noted it already."""
    visit = visit_of(request)
    return JsonResponse({"seconds_left": visits.seconds_left(visit) if visit else 0})


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End the visit: the one key that everybody may press."""
    visit = visit_of(request)
    if visit is None:
        return redirect("support:counter")
    visits.end(visit, why=Ending.KEY, now=web.now())
    return over(request, why=Ending.KEY)


@csrf_exempt
@require_POST
def card_left(request: HttpRequest) -> HttpResponse:
    """Take a terminal's card agent at its word that the card has left; its proof is the nonce that card signed.

    404 while it is not known: the browser may still be on its way with the signature, and the agent says it again.
    """
    known = visits.card_left(request.POST.get("nonce", "")[:NONCE_CHARACTERS_MAX], now=web.now())
    return HttpResponse(status=204 if known else 404)


@csrf_exempt
@require_POST
def card_came(request: HttpRequest) -> HttpResponse:
    """Take a terminal's card agent at its word that a card has come, and let it begin a visit there.

    409 where it begins none, and the helper's button does; 404: nothing that the agent says is worth anything any more.
    """
    try:
        visit = visits.begin_by_card(request.POST.get("nonce", "")[:NONCE_CHARACTERS_MAX], now=web.now())
    except visits.NotHere:
        return HttpResponse(status=409)
    return HttpResponse(status=204 if visit else 404)


@never_cache
@require_GET
def ended(request: HttpRequest, why: str) -> HttpResponse:
    """Say that the visit is over, why, and what to take along."""
    if why not in Ending.values:
        raise Http404
    context = {"why": Ending(why), "is_warning": why == Ending.OTHER_CARD}
    return render(request, "support/ended.html", context)


def _next(visit: Visit, resident: Resident) -> Next:
    service = PaymentService.objects.filter(number=visit.service).first()
    is_reserved = standing_reservation(resident) is not None
    has_applied = applications_of(resident).filter(applied_at__gte=visit.begun_at).exists()
    if has_applied:
        url = reverse("ledger:my_page")
    elif not is_reserved:
        url = reverse("reservations:reserve")
    elif service is not None and visit.incentive:
        url = reverse("applications:apply", args=[service.number, visit.incentive])
    else:
        url = reverse("payment_services:search")
    return Next(url, is_reserved, has_applied, service)
