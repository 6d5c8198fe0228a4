"""An entry of the register as a document: the shape it has in files and in the history, built from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from mynapoint.hub.payment_services.models import Channel, Participation, PaymentService, Provider, SecurityCode
from mynapoint.hub.words import PageWords

Document = dict[str, Any]
"""JSON values only; a key that is not there is something the register does not state."""

LISTS = ("security_code", "channel", "participation", "sources")


def document_of(service: PaymentService) -> Document:
    """Return a stored entry as the register's file has it, in the file's order; days as ISO texts."""
    return document(
        service,
        provider=service.provider.slug,
        codes=service.security_codes.all(),
        channels=service.channels.all(),
        participations=service.participations.all(),
    )


def document(
    service: PaymentService,
    *,
    provider: str,
    codes: Iterable[SecurityCode],
    channels: Iterable[Channel],
    participations: Iterable[Participation],
) -> Document:
    """Return the document of an entry's rows, stored or not."""
    return _stated(
        {
            "number": service.number,
            "provider": provider,
            "state": service.state,
            "name": service.name,
            "kana": service.kana,
            "name_en": service.name_en,
            "kind": service.kind,
            "summary": _words(service.summary),
            **_award(service),
            "account": _account(service),
            "security_code": [
                {"label": _words(code.label), "help": _words(code.help), "pattern": code.pattern} for code in codes
            ],
            "prior": "" if service.prior_registration else service.prior,
            "prior_registration": _words(service.prior_registration),
            "channel": [_channel(row) for row in channels],
            "participation": [_participation(row) for row in participations],
            "points": _points(service),
            "extra": _words(service.extra),
            "notes": _words(service.notes),
            "link": service.link,
            "as_of": _day(service.as_of),
            "sources": service.sources,
        }
    )


def provider_document(provider: Provider) -> Document:
    """Return a provider as the register's file has it."""
    return _stated({"id": provider.slug, "name": _words(provider.name), "account_api_url": provider.account_api_url})


def flat(document: Mapping[str, Any]) -> Document:
    """Return a document with one key for each field: ``account.label.ja``; lists stay whole.

    >>> flat({"kind": "qr", "account": {"label": {"ja": "番号", "en": "Number"}}})
    {'kind': 'qr', 'account.label.ja': '番号', 'account.label.en': 'Number'}
    """
    fields: Document = {}
    for key, value in document.items():
        if isinstance(value, Mapping):
            fields |= {f"{key}.{inner}": one for inner, one in flat(value).items()}
        else:
            fields[key] = value
    return fields


def nested(fields: Mapping[str, Any]) -> Document:
    """Return what ``flat`` was made from."""
    document: Document = {}
    for path, value in fields.items():
        *outer, last = path.split(".")
        place = document
        for key in outer:
            place = place.setdefault(key, {})
        place[last] = value
    return document


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return each field that differs between two documents, with its value before and after; None: not there.

    The state is no field of a change: it has steps of its own.
    """
    old, new = flat(before), flat(after)
    return {
        key: [old.get(key), new.get(key)]
        for key in [*new, *(key for key in old if key not in new)]
        if key != "state" and old.get(key) != new.get(key)
    }


def _award(service: PaymentService) -> Document:
    return {
        "counts": service.counts,
        "effective": service.effective,
        "minimum_yen": service.minimum_yen,
        "rounding": service.rounding,
        "schedule": service.schedule,
        "schedule_words": _words(service.schedule_words),
        "timing": "" if service.schedule else service.timing,
    }


def _account(service: PaymentService) -> Document:
    return _stated(
        {
            "label": _words(service.account_label),
            "help": _words(service.account_help),
            "pattern": service.account_pattern,
            "example": service.account_example,
        }
    )


def _points(service: PaymentService) -> Document:
    return _stated(
        {
            "name": _words(service.points_name),
            "used": service.points_used,
            "use": _words(service.points_use),
            "expiry": _words(service.points_expiry),
        }
    )


def _channel(row: Channel) -> Document:
    return _stated({"kind": row.kind, "first_day": _day(row.first_day), "last_day": _day(row.last_day)})


def _participation(row: Participation) -> Document:
    days = {"joined_on": _day(row.joined_on), "left_on": _day(row.left_on)}
    return _stated({"incentive": row.incentive, "round": row.round_id, **days})


def _stated(document: Document) -> Document:
    return {key: value for key, value in document.items() if value not in (None, "", [], {})}


def _words(words: PageWords) -> dict[str, str]:
    return {"ja": words.ja, "en": words.en} if words else {}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
