"""The played OpenID provider: what it checks of a client's requests, and what it answers."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from mynapoint.demo.phone.modes import Mode
from mynapoint.demo.phone.tokens import LIFE_SECONDS, base64url, id_token

REALM = "/api/realms/main"
ENDPOINTS = f"{REALM}/protocol/openid-connect"
CODE_SECONDS = 60
ASSERTION_SECONDS_MAX = 300
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_REQUIRED = {"response_type": "code", "scope": "openid", "code_challenge_method": "S256"}


class RequestRefused(Exception):
    """An authorization request that is not answered: its client or its form is wrong."""


class TokenRefused(Exception):
    """A token request that is refused; ``error`` is the code of RFC 6749."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(why)
        self.error = error
        self.why = why


@dataclass(frozen=True, slots=True)
class Client:
    """The one service that is registered here: what it handed in on paper."""

    client_id: str
    redirect_uris: tuple[str, ...]
    key: ECKey | RSAKey


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for, once."""

    request: Mapping[str, str]
    person: str
    given_at: float


@dataclass(slots=True)
class PhoneProvider:
    """A provider in memory: its key is made when it starts, and gone when it ends."""

    base: str
    client: Client
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    mode: Mode = Mode.HONEST
    slow_seconds: float = 30
    _grants: dict[str, Grant] = field(default_factory=dict)
    _assertions: set[str] = field(default_factory=set)

    @property
    def issuer(self) -> str:
        """Its name in tokens."""
        return self.base + REALM

    @property
    def token_endpoint(self) -> str:
        """Where codes are exchanged; what client assertions must be for."""
        return f"{self.base}{ENDPOINTS}/token"

    def keys(self) -> dict[str, Any]:
        """Return its public keys (JWKS)."""
        return {"keys": [self.key.as_dict(private=False, kid=self.key.thumbprint(), use="sig", alg="ES256")]}

    def check(self, request: Mapping[str, str]) -> None:
        """Refuse an authorization request that the real provider would not take. Raises RequestRefused."""
        if request.get("client_id") != self.client.client_id:
            raise RequestRefused("client_id")
        if request.get("redirect_uri") not in self.client.redirect_uris:
            raise RequestRefused("redirect_uri")
        for name, value in _REQUIRED.items():
            if request.get(name) != value:
                raise RequestRefused(name)
        for name, most in (("state", 255), ("nonce", 255), ("code_challenge", 128)):
            if not (0 < len(request.get(name, "")) <= most and request[name].isascii()):
                raise RequestRefused(name)

    def authenticated(self, request: Mapping[str, str], person: str) -> str:
        """Return where the browser goes once somebody was authenticated with the phone. Raises RequestRefused."""
        self.check(request)
        code = secrets.token_urlsafe(32)
        self._grants[code] = Grant(request, person, time.time())
        return self._back(request, code=code, session_state=secrets.token_urlsafe(16))

    def not_authenticated(self, request: Mapping[str, str], why: str) -> str:
        """Return where the browser goes when nobody was authenticated. Raises RequestRefused."""
        self.check(request)
        return self._back(request, error="access_denied", error_description=why)

    def exchange(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Return the tokens of a code, once. Raises TokenRefused."""
        self._authenticate(form)
        grant = self._grants.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code" or grant is None:
            raise TokenRefused("invalid_grant", "no such code, or it was used")
        if time.time() - grant.given_at > CODE_SECONDS:
            raise TokenRefused("invalid_grant", "the code has lapsed")
        if form.get("redirect_uri") != grant.request["redirect_uri"]:
            raise TokenRefused("invalid_grant", "another redirect_uri")
        challenge = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if challenge != grant.request["code_challenge"]:
            raise TokenRefused("invalid_grant", "the code_verifier does not fit")
        access_token = secrets.token_urlsafe(32)
        seconds = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client.client_id,
            "azp": self.client.client_id,
            "sub": self.subject(grant.person),
            "nonce": grant.request["nonce"],
            "iat": seconds,
            "auth_time": int(grant.given_at),
            "exp": seconds + LIFE_SECONDS,
        }
        token = id_token(claims, key=self.key, access_token=access_token, mode=self.mode)
        return {"access_token": access_token, "token_type": "Bearer", "expires_in": LIFE_SECONDS, "id_token": token}

    def subject(self, person: str) -> str:
        """Return what a person is called for this service alone."""
        return hashlib.sha256(f"{self.client.client_id}\0{person}".encode()).hexdigest()[:36]

    def _authenticate(self, form: Mapping[str, str]) -> None:
        key = self.client.key
        algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
        if form.get("client_assertion_type") != _ASSERTION_TYPE:
            raise TokenRefused("invalid_client", "no client assertion")
        try:
            claims = jwt.decode(form.get("client_assertion", ""), key, algorithms=[algorithm]).claims
        except (JoseError, ValueError) as error:
            raise TokenRefused("invalid_client", "the client assertion is not signed by the registered key") from error
        if not claims.get("iss") == claims.get("sub") == form.get("client_id") == self.client.client_id:
            raise TokenRefused("invalid_client", "the assertion is by somebody else")
        if claims.get("aud") != self.token_endpoint:
            raise TokenRefused("invalid_client", "the assertion is for somebody else")
        if not 0 < claims.get("exp", 0) - time.time() <= ASSERTION_SECONDS_MAX:
            raise TokenRefused("invalid_client", "the assertion has lapsed, or never would")
        name = str(claims.get("jti", ""))
        if not name or name in self._assertions:
            raise TokenRefused("invalid_client", "the assertion was used before")
        self._assertions.add(name)

    def _back(self, request: Mapping[str, str], **fields: str) -> str:
        state = "another-state" if self.mode is Mode.WRONG_STATE else request["state"]
        issuer = "https://issuer.example" if self.mode is Mode.WRONG_RESPONSE_ISSUER else self.issuer
        return f"{request['redirect_uri']}?{urlencode(fields | {'state': state, 'iss': issuer})}"
