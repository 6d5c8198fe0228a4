"""The phone as a way to answer: デジタル認証アプリ by OpenID Connect, each answer bound to one statement."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from datetime import datetime
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from mynapoint.hub.identity.oidc_faults import OidcFault, OidcRefused
from mynapoint.hub.identity.oidc_provider import Line, Provider, provider
from mynapoint.hub.identity.oidc_tokens import Expected, judge
from mynapoint.hub.identity.verification import OpenIdSubject, Question, Verified

RETURN_PATH = "/phone/return/"
ANSWER_CHARACTERS_MAX = 4096
_NONCE_PREFIX = b"mynapoint-phone-auth:v1\0"


def authorization_url(known: Provider, question: Question) -> str:
    """Return where the resident's browser goes to answer a question with the phone.

    Always ``prompt=login`` and ``max_age=0``: at a shared terminal the provider may still know who was there before.
    Only ``openid`` is asked for: no name, no address.
    """
    fields = {
        "response_type": "code",
        "client_id": known.client_id,
        "redirect_uri": question.origin + RETURN_PATH,
        "scope": "openid",
        "state": question.nonce,
        "nonce": nonce_of(question),
        "code_challenge": _base64url(hashlib.sha256(_verifier(question).encode()).digest()),
        "code_challenge_method": "S256",
        "prompt": "login",
        "max_age": "0",
    }
    if known.acr_values:
        fields["acr_values"] = known.acr_values
    return f"{known.authorize}?{urlencode(fields)}"


def nonce_of(question: Question) -> str:
    """Return the nonce that binds an ID token to one question: where it was put, its random value, its statement.

    base64url(SHA-256("mynapoint-phone-auth:v1\\0" ‖ SHA-256(origin) ‖ SHA-256(nonce) ‖ SHA-256(statement))), the shape
    of what a card signs (``exchange.card_token.signed_bytes``) under a name of its own.
    """
    parts = (question.origin, question.nonce, question.statement)
    digests = b"".join(hashlib.sha256(part.encode()).digest() for part in parts)
    return _base64url(hashlib.sha256(_NONCE_PREFIX + digests).digest())


class DigitalId:
    """The back end of the phone. The proof is the ID token as it came and, on a second line, the key it verifies with.

    Instants in tokens are judged by the machine's clock (docs/decisions/0004-two-clocks.md), not by the programme's.
    """

    def __init__(self) -> None:
        self._line = Line()

    def verify(self, answer: str, question: Question, *, now: datetime) -> Verified:
        """Return who was authenticated anew for exactly this question. ``answer``: the callback's query string."""
        known = provider()
        if known is None or question.asked_at is None:
            raise ImproperlyConfigured("a phone's answer, but no OpenID provider or no beginning of the step")
        code = _code(answer, known, question)
        tokens = self._line.tokens(
            known, code=code, verifier=_verifier(question), redirect_uri=question.origin + RETURN_PATH
        )
        expected = Expected(known.issuer, known.client_id, nonce_of(question), question.asked_at, known.acr)
        token = judge(
            tokens.id_token,
            access_token=tokens.access_token,
            expected=expected,
            key_of=lambda key_id: self._line.key(known, key_id),
            now=timezone.now(),
        )
        key = json.dumps(token.key.as_dict(private=False), sort_keys=True, separators=(",", ":"))
        return Verified(OpenIdSubject(known.issuer, token.subject), f"{token.text}\n{key}".encode())


def state_of(answer: str) -> str:
    """Return which question a callback's query string is about; empty if it does not say."""
    state = _fields(answer).get("state", "")
    return state if state.isascii() and state.isprintable() else ""


def _code(answer: str, known: Provider, question: Question) -> str:
    fields = _fields(answer)
    if not compare_digest(fields.get("state", "").encode(), question.nonce.encode()):
        raise OidcRefused(OidcFault.RESPONSE_STATE)
    if fields.get("iss", known.issuer) != known.issuer:
        raise OidcRefused(OidcFault.RESPONSE_ISSUER)
    if "error" in fields:
        raise OidcRefused(OidcFault.CANCELLED)
    code = fields.get("code", "")
    if not (code and code.isascii() and code.isprintable()):
        raise OidcRefused(OidcFault.RESPONSE)
    return code


def _fields(answer: str) -> dict[str, str]:
    """Read a query string: each name once. Raises OidcRefused."""
    if len(answer) > ANSWER_CHARACTERS_MAX:
        raise OidcRefused(OidcFault.RESPONSE)
    try:
        found = parse_qs(answer, keep_blank_values=True, max_num_fields=16)
    except ValueError as error:
        raise OidcRefused(OidcFault.RESPONSE) from error
    if any(len(values) != 1 for values in found.values()):
        raise OidcRefused(OidcFault.RESPONSE)
    return {name: values[0] for name, values in found.items()}


def _verifier(question: Question) -> str:
    # Kept nowhere: only who has the hub's secret and the question can say it.
    key: Any = settings.SECRET_KEY
    return _base64url(hmac.digest(key.encode(), b"phone-verifier:v1\0" + question.nonce.encode(), "sha256"))


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
