"""The start page, the payment-service search and each service's own page; the last two also as JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from mynapoint.hub import web
from mynapoint.hub.payment_services import machine_door, sheet
from mynapoint.hub.payment_services.forms import SearchForm
from mynapoint.hub.payment_services.listing import Offer, listed, offer
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import incentives_on, taking_applications
from mynapoint.hub.payment_services.search import find, public_service, relaxations
from mynapoint.programme.values import tokyo_day


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Say what the programme is, how much and by when, and lead through its five steps."""
    today = tokyo_day(web.now())
    incentives = incentives_on(today)
    context = {
        "today": today,
        "incentives": incentives,
        "open_now": [one for one in incentives if one.takes_applications],
        "points_in_all": sum(one.points or 0 for one in incentives if one.takes_applications),
    }
    return render(request, "payment_services/start.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find payment services; ``?format=json`` answers the same question to machines. 400 for a wrong parameter."""
    if request.GET.get("format") == "json":
        return machine_door.search(request)
    today = tokyo_day(web.now())
    form = SearchForm(request.GET, today=today)
    if not form.is_valid():
        return render(request, "payment_services/search.html", {"form": form}, status=400)
    query = form.query()
    day = query.on or today
    found = find(query, **form.order())
    if not found.services and found.total:
        found = find(query, **(form.order() | {"page": found.pages}))
    open_then = taking_applications(day)
    offers = [offer(one, on=day, taking_applications=open_then) for one in found.services]
    context: dict[str, Any] = {
        "form": form,
        "found": found,
        "cards": [_card(one, day=day) for one in offers],
        "day": day,
        "today": today,
        "relaxations": [] if found.total else _relaxed(form),
    }
    return render(request, "payment_services/search.html", context)


@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show everything the register holds about one payment service."""
    try:
        service = public_service(number)
    except PaymentService.DoesNotExist as error:
        raise Http404 from error
    today = tokyo_day(web.now())
    found = offer(listed(service), on=today, taking_applications=taking_applications(today))
    if request.GET.get("format") == "json":
        return JsonResponse(machine_door.result(found))
    return render(request, "payment_services/detail.html", sheet.sheet(found, day=today))


def _card(offer: Offer, *, day: date) -> str:
    """Return the card of one result, made once in each language and for what is open."""

    def make() -> str:
        return render_to_string("payment_services/card.html", {"card": sheet.card(offer, day=day)})

    return offer.listed.once((web.language(), offer.channels, offer.incentives), make)


def _relaxed(form: SearchForm) -> list[dict[str, Any]]:
    """Return for each condition that stands in the way its field and how many services there are without it."""
    names = {"name": "q"}
    totals = relaxations(form.query())
    return [{"field": form[names.get(part, part)], "total": total} for part, total in totals.items()]
