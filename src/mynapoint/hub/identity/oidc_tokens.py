"""Judges an ID token of OpenID Connect: every check of the standard, and the hub's own, in one stated order."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from mynapoint.hub.identity.oidc_faults import OidcFault, OidcRefused

ALGORITHM = "ES256"
LEEWAY_SECONDS = 30
TOKEN_BYTES_MAX = 8 * 1024
SUBJECT_CHARACTERS_MAX = 255


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say.

    nonce       what the authorization request carried: bound to origin, statement and a random value
    began_at    when the step began, by the machine's clock; both issue and authentication are later
    acr         how strongly, if the settings ask for it; empty: not judged
    """

    issuer: str
    client_id: str
    nonce: str
    began_at: datetime
    acr: str = ""


@dataclass(frozen=True, slots=True)
class IdToken:
    """A token in order: whom it names, and the key it was verified with."""

    subject: str
    text: str
    key: ECKey


def judge(
    text: str, *, access_token: str, expected: Expected, key_of: Callable[[str], ECKey], now: datetime
) -> IdToken:
    """Return an ID token's subject. Raises OidcRefused with the first fault, in the order of ``OidcFault``.

    now     the machine's clock: a provider knows no other
    key_of  the provider's key of a name; raises OidcRefused for one it does not have
    """
    key = key_of(_key_id(text))
    claims = _claims(text, key)
    _require(claims.get("iss") == expected.issuer, OidcFault.ISSUER)
    _require(claims.get("aud") in (expected.client_id, [expected.client_id]), OidcFault.AUDIENCE)
    _require(claims.get("azp", expected.client_id) == expected.client_id, OidcFault.AUTHORIZED_PARTY)
    seconds, began = now.timestamp(), expected.began_at.timestamp()
    _require(_instant(claims, "exp", OidcFault.EXPIRED) > seconds - LEEWAY_SECONDS, OidcFault.EXPIRED)
    issued = _instant(claims, "iat", OidcFault.ISSUED_AT)
    _require(began - LEEWAY_SECONDS <= issued <= seconds + LEEWAY_SECONDS, OidcFault.ISSUED_AT)
    _require(_same(claims.get("nonce"), expected.nonce), OidcFault.NONCE)
    _require("at_hash" not in claims or _same(claims["at_hash"], half_hash(access_token)), OidcFault.AT_HASH)
    subject = claims.get("sub")
    _require(isinstance(subject, str) and 0 < len(subject) <= SUBJECT_CHARACTERS_MAX, OidcFault.SUBJECT)
    _require(str(subject).isascii() and str(subject).isprintable(), OidcFault.SUBJECT)
    _require(not expected.acr or claims.get("acr") == expected.acr, OidcFault.ACR)
    if "auth_time" in claims:
        authenticated = _instant(claims, "auth_time", OidcFault.AUTH_TIME)
        _require(began - LEEWAY_SECONDS <= authenticated <= seconds + LEEWAY_SECONDS, OidcFault.AUTH_TIME)
    return IdToken(str(subject), text, key)


def half_hash(access_token: str) -> str:
    """Return what ``at_hash`` says of an access token: the left half of its SHA-256, base64url."""
    digest = hashlib.sha256(access_token.encode("ascii", errors="replace")).digest()
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _key_id(text: str) -> str:
    _require(len(text.encode(errors="replace")) <= TOKEN_BYTES_MAX and text.count(".") == 2, OidcFault.MALFORMED)
    try:
        header = jws.extract_compact(text.encode()).headers()
    except (JoseError, ValueError) as error:
        raise OidcRefused(OidcFault.MALFORMED) from error
    _require(header.get("alg") == ALGORITHM, OidcFault.ALGORITHM)
    _require(not header.keys() & {"crit", "b64"}, OidcFault.MALFORMED)
    key_id = header.get("kid")
    _require(isinstance(key_id, str), OidcFault.KEY_UNKNOWN)
    return str(key_id)


def _claims(text: str, key: ECKey) -> Mapping[str, Any]:
    try:
        claims = jwt.decode(text, key, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError) as error:
        raise OidcRefused(OidcFault.SIGNATURE) from error
    _require(isinstance(claims, dict), OidcFault.MALFORMED)
    return claims


def _instant(claims: Mapping[str, Any], name: str, fault: OidcFault) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise OidcRefused(fault)
    return value


def _same(said: object, expected: str) -> bool:
    return isinstance(said, str) and compare_digest(said.encode(errors="replace"), expected.encode())


def _require(holds: bool, fault: OidcFault) -> None:
    if not holds:
        raise OidcRefused(fault)
