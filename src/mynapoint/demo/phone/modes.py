"""What the played provider can get wrong, one thing at a time; a hub must refuse each for its own reason."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """How the provider behaves from now on; HONEST is in order."""

    HONEST = "honest"
    WRONG_STATE = "wrong_state"
    WRONG_RESPONSE_ISSUER = "wrong_response_issuer"
    SLOW = "slow"
    DOWN = "down"
    NOT_JSON = "not_json"
    NOT_A_TOKEN = "not_a_token"  # noqa: S105 - a way to behave
    ALG_NONE = "alg_none"
    HS256 = "hs256"
    """Signed with the provider's public key as if it were a shared secret."""
    UNKNOWN_KEY = "unknown_key"
    OTHER_KEY = "other_key"
    """Signed with another key under the name of its own."""
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    TWO_AUDIENCES = "two_audiences"
    WRONG_AZP = "wrong_azp"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from_the_future"
    ISSUED_BEFORE = "issued_before"
    WRONG_NONCE = "wrong_nonce"
    NO_NONCE = "no_nonce"
    WRONG_AT_HASH = "wrong_at_hash"
    NO_SUBJECT = "no_subject"
    WRONG_ACR = "wrong_acr"
    OLD_AUTH_TIME = "old_auth_time"
    """The person was there an hour ago, and nobody asked again."""
