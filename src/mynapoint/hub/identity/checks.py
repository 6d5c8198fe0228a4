"""What must be true before the hub starts: roots of its environment with their lists, and origins cards can sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from mynapoint.exchange.card_methods import METHODS
from mynapoint.exchange.card_token import BadCardToken, origin_of
from mynapoint.hub import web
from mynapoint.hub.identity.profiles import AUTHENTICATION_POLICY
from mynapoint.hub.identity.revocation import is_in_force, must_be_known
from mynapoint.hub.identity.trust import ENVIRONMENTS, TrustStore, trust_store


@register()
def check_trust(**_: Any) -> list[CheckMessage]:
    """Refuse an emulated root in production, a real one in an emulation, and files that are not what they say."""
    known = sorted(ENVIRONMENTS.values())
    if settings.CARD_ENVIRONMENT not in known:
        what = f"MYNAPOINT_ENVIRONMENT is {settings.CARD_ENVIRONMENT!r}, must be one of {known}"
        return [Error(what, id="identity.E001")]
    try:
        store = trust_store()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="identity.E002")]
    if not store.roots:
        hint = "Put the card authority's roots (*.pem) and lists (*.crl) there; until then nobody can sign in."
        return [checks.Warning(f"No root certificate in {settings.TRUST}", hint=hint, id="identity.W001")]
    return [*_too_old(store)] if must_be_known() else []


@register()
def check_cards(**_: Any) -> list[CheckMessage]:
    """Refuse settings by which a card of another kind could sign in, or none could."""
    found: list[CheckMessage] = []
    production = AUTHENTICATION_POLICY.dotted_string
    if (production == settings.CARD_POLICY) is (settings.CARD_ENVIRONMENT == "test"):
        what = f"MYNAPOINT_CARD_POLICY is {settings.CARD_POLICY}, MYNAPOINT_ENVIRONMENT {settings.CARD_ENVIRONMENT}"
        hint = f"{production} is for real and emulated cards; what J-LIS's test cards have instead, its documents say."
        found.append(Error(what, hint=hint, id="identity.E004"))
    if not settings.CARD_ALGORITHMS or set(settings.CARD_ALGORITHMS) - set(METHODS):
        what = f"MYNAPOINT_CARD_ALGORITHMS is {','.join(settings.CARD_ALGORITHMS)}, must be of {', '.join(METHODS)}"
        found.append(Error(what, id="identity.E005"))
    if settings.OCSP_RESPONDER and not settings.OCSP_RESPONDER.startswith(("http://", "https://")):
        found.append(
            Error(f"MYNAPOINT_OCSP is {settings.OCSP_RESPONDER!r}, must be an http address", id="identity.E006")
        )
    return found


def _too_old(store: TrustStore) -> Iterator[CheckMessage]:
    """Yield a warning for each root whose list would not do now: with it alone, its cards are refused."""
    now = web.now()
    then = "its cards are let in only while the OCSP responder answers"
    then = then if settings.OCSP_RESPONDER else "its cards are refused"
    for key_id, root in store.roots.items():
        listed = store.revocation_lists.get(key_id)
        if root.valid_until < now or is_in_force(listed, now=now):
            continue
        of = f"the list of {listed.this_update:%Y-%m-%d %H:%M} UTC is out of date" if listed else "no revocation list"
        what = f"Root {key_id.hex()[:16]}: {of}; {then}"
        yield checks.Warning(what, hint="Type: mynapoint hub crl FILE", id="identity.W002")


@register()
def check_origins(**_: Any) -> list[CheckMessage]:
    """Refuse an origin that is not written as browsers and cards name it: then nobody could sign in."""
    hint = "Write MYNAPOINT_ORIGINS like https://points.example: lower case, no path; http for this machine only."
    return [
        Error(f"{origin!r} is not an origin that cards sign", hint=hint, id="identity.E003")
        for origin in settings.ORIGINS
        if not _is_origin(origin)
    ]


def _is_origin(text: str) -> bool:
    try:
        return origin_of(text) == text
    except BadCardToken:
        return False
