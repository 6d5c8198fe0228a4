"""The start page, the payment-service search and each service's own page; the last two also as JSON."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mynapoint.hub import web
from mynapoint.hub.payment_services import machine_form, sheet
from mynapoint.hub.payment_services.forms import SearchForm
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import incentives_on, taking_applications
from mynapoint.hub.payment_services.search import approved_service, find, offer
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
    today = tokyo_day(web.now())
    names = [(str(one.id), str(one.label)) for one in incentives_on(today)]
    form = SearchForm(request.GET, incentives=names)
    as_json = request.GET.get("format") == "json"
    if not form.is_valid():
        if as_json:
            return machine_form.problem(form.errors)
        return render(request, "payment_services/search.html", {"form": form}, status=400)
    query = form.query()
    day = query.on or today
    open_then = taking_applications(day)
    offers = [offer(service, on=day, taking_applications=open_then) for service in find(query)]
    if as_json:
        return JsonResponse(machine_form.results(offers, day=day))
    cards = [sheet.card(one, day=day) for one in offers]
    context = {"form": form, "cards": cards, "day": day, "searched": any(request.GET.get(name) for name in form.fields)}
    return render(request, "payment_services/search.html", context)


@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show everything the register holds about one payment service."""
    try:
        service = approved_service(number)
    except PaymentService.DoesNotExist as error:
        raise Http404 from error
    today = tokyo_day(web.now())
    found = offer(service, on=today, taking_applications=taking_applications(today))
    if request.GET.get("format") == "json":
        return JsonResponse(machine_form.result(found))
    return render(request, "payment_services/detail.html", sheet.sheet(found, day=today))
