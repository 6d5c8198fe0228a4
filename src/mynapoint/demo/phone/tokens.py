"""The ID tokens of the played provider: honest ones, and one fault at a time."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from joserfc import jwt
from joserfc.jwk import ECKey

from mynapoint.demo.phone.modes import Mode

LIFE_SECONDS = 300
ACR = "aal3"


def id_token(claims: dict[str, Any], *, key: ECKey, access_token: str, mode: Mode) -> str:
    """Return a signed ID token with these claims and ``at_hash``, faulty as the mode says."""
    digest = hashlib.sha256(access_token.encode()).digest()
    honest = claims | {"at_hash": base64url(digest[:16]), "acr": ACR}
    said = honest | _OTHER_CLAIMS.get(mode, {})
    seconds = claims["iat"]
    if mode is Mode.TWO_AUDIENCES:
        said["aud"] = [claims["aud"], "another-service"]
    elif mode is Mode.EXPIRED:
        said["exp"] = seconds - 60
    elif mode is Mode.FROM_THE_FUTURE:
        said["iat"] = seconds + 3600
    elif mode is Mode.ISSUED_BEFORE:
        said["iat"] = seconds - 3600
    elif mode is Mode.OLD_AUTH_TIME:
        said["auth_time"] = seconds - 3600
    return _signed({name: value for name, value in said.items() if value is not None}, key, mode)


def base64url(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


_OTHER_CLAIMS: dict[Mode, dict[str, Any]] = {
    Mode.WRONG_ISSUER: {"iss": "https://issuer.example"},
    Mode.WRONG_AUDIENCE: {"aud": "another-service"},
    Mode.WRONG_AZP: {"azp": "another-service"},
    Mode.WRONG_NONCE: {"nonce": "A" * 43},
    Mode.NO_NONCE: {"nonce": None},
    Mode.WRONG_AT_HASH: {"at_hash": "A" * 22},
    Mode.NO_SUBJECT: {"sub": None},
    Mode.WRONG_ACR: {"acr": "aal1"},
}


def _signed(claims: dict[str, Any], key: ECKey, mode: Mode) -> str:
    header = {"alg": "ES256", "kid": key.thumbprint(), "typ": "JWT"}
    if mode is Mode.NOT_A_TOKEN:
        return "not.a.token"
    if mode is Mode.ALG_NONE:
        return f"{_segment(header | {'alg': 'none'})}.{_segment(claims)}."
    if mode is Mode.HS256:
        signed = f"{_segment(header | {'alg': 'HS256'})}.{_segment(claims)}"
        mac = hmac.HMAC(key.as_pem(private=False), hashes.SHA256())
        mac.update(signed.encode())
        return f"{signed}.{base64url(mac.finalize())}"
    if mode is Mode.UNKNOWN_KEY:
        header["kid"] = "withdrawn-long-ago"
    signer = ECKey.generate_key("P-256") if mode is Mode.OTHER_KEY else key
    return jwt.encode(header, claims, signer, algorithms=["ES256"])


def _segment(value: dict[str, Any]) -> str:
    return base64url(json.dumps(value).encode())
