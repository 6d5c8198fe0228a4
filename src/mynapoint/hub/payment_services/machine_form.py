"""The search's answers for machines: the register as JSON, texts in both languages, days as ISO dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import JsonResponse

from mynapoint.hub.payment_services.search import Offer
from mynapoint.hub.words import PageWords


def results(offers: Sequence[Offer], *, day: date) -> dict[str, Any]:
    """Return every service found, with the day its openness was judged on."""
    return {"on": day.isoformat(), "count": len(offers), "payment_services": [result(one) for one in offers]}


def result(offer: Offer) -> dict[str, Any]:
    """Return one service: register entry, and what is open on the day."""
    service = offer.service
    return {
        "number": service.number,
        "name": {"ja": service.name, "kana": service.kana, "en": service.name_en},
        "provider": _words(service.provider.name),
        "kind": service.kind,
        "counts": [str(counts) for counts in service.countable],
        "minimum_yen": service.minimum_yen,
        "effective": service.effective,
        "rounding": service.rounding,
        "schedule": service.schedule,
        "prior_registration": _words(service.prior_registration) if service.prior_registration else None,
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
        "open": {"channels": list(offer.channels), "incentives": list(offer.incentives)},
        "points": {"name": _words(service.points_name), "used": service.points_used, "use": _words(service.points_use)},
        "points_expiry": _words(service.points_expiry),
        "link": service.link,
        "as_of": _day(service.as_of),
    }


def problem(errors: Mapping[str, Sequence[object]]) -> JsonResponse:
    """Return problem+json (400) naming each wrong parameter."""
    reasons = [{"parameter": name, "detail": " ".join(map(str, messages))} for name, messages in errors.items()]
    body = {"type": "about:blank", "title": "A search parameter is wrong.", "status": 400, "reasons": reasons}
    return JsonResponse(body, status=400, content_type="application/problem+json")


def _words(words: PageWords) -> dict[str, str]:
    return {"ja": words.ja, "en": words.en}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
