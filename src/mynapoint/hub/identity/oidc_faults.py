"""Why a phone's answer does not show who is there: the closed list, and the refusal that names one of it."""

from __future__ import annotations

from enum import StrEnum

from mynapoint.award.refusals import Refusal, Refused


class OidcFault(StrEnum):
    """What is wrong. Kept in the audit record; a code never changes its meaning. The resident reads ``refusal``."""

    RESPONSE = "response"
    """What the browser brought is not an answer of an OpenID provider."""
    RESPONSE_STATE = "response_state"
    RESPONSE_ISSUER = "response_issuer"
    """It names another issuer (RFC 9207)."""
    CANCELLED = "cancelled"
    """The provider says that the person was not authenticated."""
    UNREACHABLE = "unreachable"
    """The provider did not answer in time, or not usably."""
    CODE_REFUSED = "code_refused"
    """The provider does not give tokens for this code, verifier or client."""
    MALFORMED = "malformed"
    """The ID token is not one."""
    ALGORITHM = "algorithm"
    KEY_UNKNOWN = "key_unknown"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    """It is for somebody else, or for somebody else as well."""
    AUTHORIZED_PARTY = "authorized_party"
    EXPIRED = "expired"
    ISSUED_AT = "issued_at"
    """It was issued before the step began, or is from the future."""
    NONCE = "nonce"
    """It is not for this statement."""
    AT_HASH = "at_hash"
    SUBJECT = "subject"
    ACR = "acr"
    """The person was not authenticated as strongly as the settings ask."""
    AUTH_TIME = "auth_time"
    """The person was authenticated before the step began, not anew."""

    @property
    def refusal(self) -> Refusal:
        """What the resident is told, with what to do."""
        return _TOLD.get(self, Refusal.PHONE_NOT_CONFIRMED)


_TOLD = {
    OidcFault.CANCELLED: Refusal.PHONE_STEP_CANCELLED,
    OidcFault.UNREACHABLE: Refusal.PHONE_UNREACHABLE,
}


class OidcRefused(Refused):
    """A phone's answer that does not show who is there."""

    def __init__(self, fault: OidcFault) -> None:
        super().__init__(fault.refusal)
        self.fault = fault
