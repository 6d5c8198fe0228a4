"""The hub's line to the OpenID provider: its settings, the token request, and its keys, asked for seldom."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from mynapoint.hub.identity.bounded_http import Answer, Limits, NoAnswer, get, post
from mynapoint.hub.identity.circuits import Circuit
from mynapoint.hub.identity.oidc_faults import OidcFault, OidcRefused

ASSERTION_SECONDS = 60
"""How long a client assertion is good for; each is used once."""
KEYS_SECONDS = 3600.0
"""After this a provider's keys are asked for again, so that one it withdrew is not believed for long."""
KEYS_PAUSE_SECONDS = 30.0
"""The least time between two requests for keys: tokens with invented key names do not make us ask for each."""
LIMITS = Limits(connect_seconds=2.0, total_seconds=5.0)
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider and what the hub is to it, from ``settings.OPENID``; nothing is discovered at run time.

    acr_values  how strongly it is asked to authenticate; ``acr`` is what its tokens must then say (empty: not judged)
    client_key  the file (PEM) of the hub's private key for its own assertions: P-256, or RSA
    """

    issuer: str
    authorize: str
    token: str
    keys: str
    client_id: str
    client_key: str
    acr_values: str = ""
    acr: str = ""


def provider() -> Provider | None:
    """Return the configured provider, or None where residents cannot use their phones."""
    return Provider(**settings.OPENID) if settings.OPENID["client_id"] else None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider gave for a code; used at once, and nothing of it is kept but the ID token."""

    id_token: str
    access_token: str


class Line:
    """Asks one provider. One for each process: it remembers the provider's keys, and pauses when nothing answers."""

    def __init__(self) -> None:
        self._circuit = Circuit("the OpenID provider")
        self._keys: dict[str, ECKey] = {}
        self._asked_at = float("-inf")
        self._answered_at = float("-inf")
        self._lock = Lock()

    def tokens(self, known: Provider, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Exchange a code, once. Raises OidcRefused."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": known.client_id,
            "code_verifier": verifier,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion(known),
        }
        body = urlencode(form).encode()
        answer = self._asked(lambda: post(known.token, body, headers=_FORM, limits=LIMITS))
        said = _object(answer)
        if answer.status in {400, 401}:
            raise OidcRefused(OidcFault.CODE_REFUSED)
        texts = [said.get("id_token"), said.get("access_token")]
        if answer.status != 200 or not all(isinstance(text, str) for text in texts):
            raise OidcRefused(OidcFault.MALFORMED)
        return Tokens(*map(str, texts))

    def key(self, known: Provider, key_id: str) -> ECKey:
        """Return the provider's key of this name, asking for its keys anew at most every half minute.

        Raises OidcRefused for a name it does not have.
        """
        with self._lock:
            now = time.monotonic()
            is_old = now - self._answered_at > KEYS_SECONDS
            if is_old:
                self._keys = {}
            if key_id not in self._keys and now - self._asked_at > KEYS_PAUSE_SECONDS:
                self._asked_at = now
                answer = self._asked(lambda: get(known.keys, headers={"Accept": "application/json"}, limits=LIMITS))
                self._keys = _keys(_object(answer))
                self._answered_at = now
            if key_id not in self._keys:
                raise OidcRefused(OidcFault.UNREACHABLE if is_old and not self._keys else OidcFault.KEY_UNKNOWN)
            return self._keys[key_id]

    def _asked(self, ask: Any) -> Answer:
        if not self._circuit.lets_through():
            raise OidcRefused(OidcFault.UNREACHABLE)
        try:
            answer: Answer = ask()
        except NoAnswer as error:
            self._circuit.failed(str(error))
            raise OidcRefused(OidcFault.UNREACHABLE) from error
        if answer.status >= 500:
            self._circuit.failed(f"status {answer.status}")
            raise OidcRefused(OidcFault.UNREACHABLE)
        self._circuit.answered()
        return answer


def assertion(known: Provider) -> str:
    """Return a fresh proof that this is the hub (private_key_jwt, RFC 7523): for one request, for a minute."""
    key = _client_key(known.client_key)
    seconds = int(time.time())
    claims = {
        "iss": known.client_id,
        "sub": known.client_id,
        "aud": known.token,
        "jti": secrets.token_urlsafe(24),
        "iat": seconds,
        "exp": seconds + ASSERTION_SECONDS,
    }
    algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
    header = {"alg": algorithm, "kid": key.thumbprint(), "typ": "JWT"}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


@lru_cache(maxsize=4)
def _client_key(path: str) -> ECKey | RSAKey:
    text = Path(path).read_text()
    return import_key(text, "RSA") if "BEGIN RSA" in text else _pkcs8(text)


def _pkcs8(text: str) -> ECKey | RSAKey:
    try:
        return import_key(text, "EC")
    except (JoseError, ValueError):
        return import_key(text, "RSA")


def _object(answer: Answer) -> Mapping[str, Any]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise OidcRefused(OidcFault.MALFORMED) from error
    if not isinstance(said, dict):
        raise OidcRefused(OidcFault.MALFORMED)
    return said


def _keys(said: Mapping[str, Any]) -> dict[str, ECKey]:
    """Return the keys that can sign ID tokens, by name; others, and what is no key, are left aside."""
    listed = said.get("keys")
    found = {}
    for one in listed if isinstance(listed, list) else []:
        is_for_us = isinstance(one, dict) and one.get("kty") == "EC" and one.get("crv") == "P-256"
        if not is_for_us or one.get("use", "sig") != "sig" or not isinstance(one.get("kid"), str) or "d" in one:
            continue
        try:
            found[one["kid"]] = ECKey.import_key({name: one[name] for name in ("kty", "crv", "x", "y")})
        except (JoseError, ValueError, KeyError, TypeError):
            continue
    return found
