"""The search for machines: the register as JSON at an address of its own, texts in both languages, ISO days."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from mynapoint.hub import web
from mynapoint.hub.payment_services.forms import SearchForm
from mynapoint.hub.payment_services.listing import Offer, listed, offer
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import taking_applications
from mynapoint.hub.payment_services.search import find, public_service, relaxations
from mynapoint.hub.problems import Problem, ProblemCode, problem_response
from mynapoint.hub.words import PageWords
from mynapoint.programme.values import tokyo_day

FORMAT = "format"
"""Asks the page for JSON; nothing to the address for machines."""


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Answer one page of the search. 400 problem+json naming every parameter that is wrong, unknown or there twice."""
    today = tokyo_day(web.now())
    with translation.override("en"):
        form = SearchForm(request.GET, today=today)
        wrong = [*_not_parameters(request, form), *_wrong(form)]
        if wrong:
            return problem(wrong)
        query = form.query()
    day = query.on or today
    found = find(query, **form.order())
    open_then = taking_applications(day)
    answer: dict[str, Any] = {
        "on": day.isoformat(),
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "per_page": found.per_page,
        "count": len(found.services),
    }
    if not found.total:
        names = {"name": "q"}
        answer["relax"] = [
            {"parameter": names.get(part, part), "total": total} for part, total in relaxations(query).items()
        ]
    services = ", ".join(_text_once(offer(one, on=day, taking_applications=open_then)) for one in found.services)
    body = f'{_text(answer)[:-1]}, "payment_services": [{services}]}}'
    return HttpResponse(body, content_type="application/json")


@require_safe
def one_service(request: HttpRequest, number: str) -> HttpResponse:
    """Answer one payment service as it stands today. 404 problem+json where the register has none of that number."""
    if request.GET:
        return problem([(name, "is not a parameter here; this address has none.") for name in sorted(request.GET)])
    try:
        service = public_service(number)
    except PaymentService.DoesNotExist:
        title = "The public register holds no payment service of this number."
        return problem_response(Problem(ProblemCode.UNKNOWN_SERVICE, title))
    today = tokyo_day(web.now())
    answer = result(offer(listed(service), on=today, taking_applications=taking_applications(today)))
    return HttpResponse(_text(answer), content_type="application/json")


def result(offer: Offer) -> dict[str, Any]:
    """Return one service: register entry, and what is open on the day; null: the register does not state it."""
    service = offer.service
    return {
        "number": service.number,
        "number_is_sample": service.number_is_sample,
        "name": {"ja": service.name, "kana": service.kana, "en": service.name_en},
        "provider": _words(service.provider.name),
        "kind": service.kind,
        "state": service.state,
        "effect": _words(service.effect),
        "summary": _words(service.summary),
        "counts": [str(counts) for counts in service.countable],
        "minimum_yen": service.minimum_yen,
        "effective": service.effective or None,
        "rounding": service.rounding or None,
        "timing": service.timing or None,
        "schedule": service.schedule,
        "schedule_words": _words(service.schedule_words),
        **_form_parts(service),
        "prior": service.prior or None,
        "prior_registration": _words(service.prior_registration),
        **_rows(service),
        "open": {"channels": list(offer.channels), "incentives": list(offer.incentives)},
        "points": {
            "name": _words(service.points_name),
            "used": service.points_used or None,
            "use": _words(service.points_use),
            "expiry": _words(service.points_expiry),
        },
        "extra": _words(service.extra),
        "notes": _words(service.notes),
        "link": service.link or None,
        "as_of": _day(service.as_of),
        "sources": service.sources,
    }


def _text_once(offer: Offer) -> str:
    """Return a service as JSON, written once for what is open."""
    return offer.listed.once(("json", offer.channels, offer.incentives), lambda: _text(result(offer)))


def _text(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)


def problem(wrong: Sequence[tuple[str, str]]) -> HttpResponse:
    """Return problem+json (400) naming each wrong parameter and what is wrong with it."""
    reasons = [{"parameter": name, "detail": detail} for name, detail in wrong]
    title = "A parameter of the search is wrong."
    return problem_response(Problem(ProblemCode.BAD_REQUEST, title, reasons=reasons))


def _not_parameters(request: HttpRequest, form: SearchForm) -> list[tuple[str, str]]:
    known = set(form.fields) | ({FORMAT} if not request.path.startswith(web.API_PREFIX) else set())
    unknown = [(name, f"is not a parameter; known are {', '.join(form.fields)}.") for name in request.GET]
    twice = [(name, "is there more than once.") for name in request.GET if len(request.GET.getlist(name)) > 1]
    return [one for one in unknown if one[0] not in known] + twice


def _wrong(form: SearchForm) -> list[tuple[str, str]]:
    errors: Mapping[str, Sequence[object]] = form.errors
    return [(name, " ".join(map(str, messages))) for name, messages in errors.items()]


def _form_parts(service: PaymentService) -> dict[str, Any]:
    return {
        "account": {
            "label": _words(service.account_label),
            "help": _words(service.account_help),
            "pattern": service.account_pattern or None,
            "example": service.account_example or None,
        },
        "security_codes": [
            {"label": _words(code.label), "help": _words(code.help), "pattern": code.pattern}
            for code in service.security_codes.all()
        ],
    }


def _rows(service: PaymentService) -> dict[str, Any]:
    return {
        "channels": [
            {"kind": row.kind, "first_day": _day(row.first_day), "last_day": _day(row.last_day)}
            for row in service.channels.all()
        ],
        "incentives": [
            {
                "incentive": row.incentive,
                "round": row.round_id,
                "joined_on": _day(row.joined_on),
                "left_on": _day(row.left_on),
            }
            for row in service.participations.all()
        ],
    }


def _words(words: PageWords) -> dict[str, str] | None:
    return {"ja": words.ja, "en": words.en} if words else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
