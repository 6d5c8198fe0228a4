"""What must be true before the hub starts: roots of its environment with their lists, and origins cards can sign."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from mynapoint.exchange.card_token import BadCardToken, origin_of
from mynapoint.hub.identity.trust import trust_store

ENVIRONMENTS = {"production", "emulated"}


@register()
def check_trust(**_: Any) -> list[CheckMessage]:
    """Refuse an emulated root in production, a real one in an emulation, and files that are not what they say."""
    if settings.CARD_ENVIRONMENT not in ENVIRONMENTS:
        return [
            Error(
                f"MYNAPOINT_ENVIRONMENT is {settings.CARD_ENVIRONMENT!r}, must be one of {sorted(ENVIRONMENTS)}",
                id="identity.E001",
            )
        ]
    try:
        store = trust_store()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="identity.E002")]
    if not store.roots:
        hint = "Put the card authority's roots (*.pem) and lists (*.crl) there; until then nobody can sign in."
        return [checks.Warning(f"No root certificate in {settings.TRUST}", hint=hint, id="identity.W001")]
    missing = [key_id.hex()[:16] for key_id in store.roots if key_id not in store.revocation_lists]
    if missing and settings.CARD_ENVIRONMENT == "production":
        hint = "Cards of these roots are refused until their list is there."
        return [checks.Warning(f"No revocation list for roots {', '.join(missing)}", hint=hint, id="identity.W002")]
    return []


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
