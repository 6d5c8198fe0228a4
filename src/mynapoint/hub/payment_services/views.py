"""The payment-service search, each service's own page, and up to three side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from mynapoint.hub import web
from mynapoint.hub.payment_services import comparison, machine_door, sheet
from mynapoint.hub.payment_services.forms import SearchForm
from mynapoint.hub.payment_services.listing import Offer, approved, listed, offer
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import out_of_money, taking_applications
from mynapoint.hub.payment_services.search import find, public_service, public_services, relaxations
from mynapoint.programme.values import tokyo_day


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find payment services; ``?format=json`` answers the same question to machines. 400 for a wrong parameter."""
    if request.GET.get("format") == "json":
        return machine_door.search(request)
    today = tokyo_day(web.now())
    form = SearchForm(request.GET, today=today)
    chosen, asked = _chosen(request.GET)
    if not form.is_valid():
        return render(request, "payment_services/search.html", {"form": form, "chosen": chosen}, status=400)
    query = form.query()
    day = query.on or today
    found = find(query, **form.order())
    if not found.services and found.total:
        found = find(query, **(form.order() | {"page": found.pages}))
    open_then = taking_applications(day)
    offers = [offer(one, on=day, taking_applications=open_then) for one in found.services]
    numbers = {one["number"] for one in chosen}
    shown = {one.service.number for one in found.services}
    context: dict[str, Any] = {
        "form": form,
        "found": found,
        "cards": [_card(one, day=day, is_chosen=one.service.number in numbers) for one in offers],
        "day": day,
        "today": today,
        "conditions": [(label, value, _without(asked, name)) for name, label, value in form.conditions()],
        "relaxations": [] if found.total else _relaxed(asked, form),
        "without_all": comparison.parameters(sorted(numbers)),
        "asked": asked,
        "chosen": chosen,
        "chosen_elsewhere": sorted(numbers - shown),
        "machines": _without(asked, comparison.PARAMETER, keep_page=True),
        "most": comparison.MOST,
        "out_of_money": out_of_money(day, taking=open_then),
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


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show up to three payment services side by side. 400 for more, or for a number the register does not hold."""
    today = tokyo_day(web.now())
    numbers = comparison.once_each(request.GET.getlist(comparison.PARAMETER))
    services = public_services(numbers[: comparison.READ_MOST])
    known = {one.number for one in services}
    unknown = [number for number in numbers if number not in known]
    open_now = taking_applications(today)
    offers = [offer(listed(one), on=today, taking_applications=open_now) for one in services]
    is_too_many = len(services) > comparison.MOST
    rows = [] if is_too_many else comparison.rows(offers, day=today)
    context = {
        "columns": comparison.columns(offers),
        "rows": rows,
        "differing": sum(row.differs for row in rows),
        "is_too_many": is_too_many,
        "most": comparison.MOST,
        "unknown": unknown,
        "today": today,
        "kept": comparison.parameters([one.number for one in services]),
    }
    return render(request, "payment_services/compare.html", context, status=400 if is_too_many or unknown else 200)


def _chosen(asked: QueryDict) -> tuple[list[dict[str, Any]], QueryDict]:
    """Return the services chosen for comparing, of those that can be found, and the question with no others."""
    numbers = comparison.once_each(asked.getlist(comparison.PARAMETER))
    if not numbers:
        return [], asked
    by_number = {one.service.number: one.service for one in approved()}
    known = [number for number in numbers if number in by_number]
    chosen = [
        {
            "number": number,
            "label": by_number[number].label,
            "without": f"?{_with_chosen(asked, [one for one in known if one != number]).urlencode()}",
        }
        for number in known
    ]
    return chosen, _with_chosen(asked, known)


def _with_chosen(asked: QueryDict, numbers: Sequence[str]) -> QueryDict:
    left = asked.copy()
    left.setlist(comparison.PARAMETER, list(numbers))
    return left


def _card(offer: Offer, *, day: date, is_chosen: bool) -> str:
    """Return the card of one result, made once in each language, for what is open and whether it is chosen."""

    def make() -> str:
        context = {"card": sheet.card(offer, day=day), "is_chosen": is_chosen}
        return render_to_string("payment_services/card.html", context)

    return offer.listed.once((web.language(), offer.channels, offer.incentives, is_chosen), make)


def _without(asked: QueryDict, part: str, *, keep_page: bool = False) -> str:
    """Return the search's parameters without one part; the first page of what is found then."""
    left = asked.copy()
    for name in (part, *([] if keep_page else ["page"])):
        left.pop(name, None)
    for name in [name for name in left if not any(left.getlist(name))]:
        left.pop(name)
    return f"?{left.urlencode()}"


def _relaxed(asked: QueryDict, form: SearchForm) -> list[dict[str, Any]]:
    """Return for each condition that stands in the way how many services there are without it, and where."""
    names = {"name": "q"}
    totals = relaxations(form.query())
    return [
        {"label": form[(name := names.get(part, part))].label, "total": total, "without": _without(asked, name)}
        for part, total in totals.items()
    ]
