"""The start page, with where a resident is on their journey, and my page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from mynapoint.hub import web
from mynapoint.hub.applications.waiting_list import own_places
from mynapoint.hub.identity import card_step
from mynapoint.hub.identity.oidc_provider import provider
from mynapoint.hub.identity.phones import has_phone
from mynapoint.hub.identity.sessions import ResidentRequest, resident_required, signed_in_resident
from mynapoint.hub.ledger.journey import journey
from mynapoint.hub.ledger.my_page import my_page as read_my_page
from mynapoint.hub.ledger.own_data import own_data, signed_acts, timeline_csv
from mynapoint.hub.municipalities.models import TOWNS_SHOWN, Municipality
from mynapoint.hub.payment_services.open_incentives import incentives_on, out_of_money
from mynapoint.programme.values import tokyo_day


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Say what the programme is, how much and by when, and lead through its five steps from where the resident is."""
    now = web.now()
    today = tokyo_day(now)
    incentives = incentives_on(today)
    open_now = [one for one in incentives if one.takes_applications]
    closings = {one.closes_on for one in open_now}
    closes_on = min((day for day in closings if day), default=None)
    context: dict[str, Any] = {
        "today": today,
        "incentives": incentives,
        "open_now": open_now,
        "out_of_money": out_of_money(today),
        "points_in_all": sum(one.points or 0 for one in open_now),
        "closes_on": closes_on,
        "days_left": (closes_on - today).days if closes_on else None,
        "closings_differ": len(closings) > 1,
        "towns": list(Municipality.objects.order_by("slug")[: TOWNS_SHOWN + 1]),
        "towns_shown": TOWNS_SHOWN,
    }
    if resident := signed_in_resident(request):
        context["journey"] = journey(resident, session=card_step.session_digest(request), now=now)
    return render(request, "start.html", context)


@require_GET
@resident_required
def my_page(request: ResidentRequest) -> HttpResponse:
    """Show a resident everything the hub holds about them, and what they can do next."""
    now = web.now()
    page = read_my_page(request.resident, now=now)
    others = [{"incentive": one.incentive, "sentences": web.sentences(one.reasons)} for one in page.others]
    context = {"page": page, "others": others, "today": tokyo_day(now)}
    context["journey"] = journey(request.resident, session=card_step.session_digest(request), now=now)
    context["places"] = own_places(request.resident, on=tokyo_day(now))
    context["signed_acts"] = signed_acts(request.resident)
    context |= {"has_phone_route": provider() is not None, "has_phone": has_phone(request.resident)}
    return render(request, "ledger/my_page.html", context)


@require_GET
@resident_required
def own_data_json(request: ResidentRequest) -> HttpResponse:
    """Hand over all the hub holds about the resident, for other programs to read."""
    data = own_data(request.resident, now=web.now())
    body = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2}).content
    return web.attached(body, "application/json", _file_name("json"))


@require_GET
@resident_required
def own_data_csv(request: ResidentRequest) -> HttpResponse:
    """Hand over what happened, one row each, for a spreadsheet."""
    return web.sheet(timeline_csv(request.resident), _file_name("csv"))


def _file_name(ending: str) -> str:
    return f"mynapoint-{tokyo_day(web.now())}.{ending}"
