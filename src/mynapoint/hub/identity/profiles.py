"""What a user-authentication certificate must be: policy, use, and the methods of signing that are in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, ObjectIdentifier
from django.conf import settings

from mynapoint.hub.identity.bodies import Body, Extension
from mynapoint.hub.identity.faults import CertificateFault
from mynapoint.hub.identity.moulds import Moulds

AUTHENTICATION_POLICY = ObjectIdentifier("1.2.392.200149.8.5.1.3.30")
"""利用者証明用電子証明書; the signature certificate's policy is another, and is refused."""

_TEMPLATES_MAX = 256
_CRITICAL_EXTENSIONS_KNOWN = {
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
}
_DECIDING = {*_CRITICAL_EXTENSIONS_KNOWN, ExtensionOID.AUTHORITY_KEY_IDENTIFIER}
"""What is looked at. Every resident's certificate of one root says the same in these; the rest is its own."""


_Deciding = tuple[ObjectIdentifier, bool, bytes]


class Judged(NamedTuple):
    """What a certificate's extensions say: the first fault, and whose key is said to have signed (AKI)."""

    fault: CertificateFault | None
    issuer_key_id: bytes | None


@dataclass(frozen=True, slots=True)
class CardProfile:
    """Whom the hub lets answer.

    ``policy``      what the certificate must be for
    ``algorithms``  names of ``exchange.card_methods`` in force: RS256 today; with ES384 also the announced card
    ``moulds``      of certificates that passed every check under this profile
    """

    policy: ObjectIdentifier = AUTHENTICATION_POLICY
    algorithms: frozenset[str] = frozenset({"RS256"})
    moulds: Moulds = field(default_factory=Moulds, compare=False, repr=False)
    _known: dict[tuple[_Deciding, ...], Judged] = field(default_factory=dict, compare=False, repr=False)

    def judge(self, certificate: x509.Certificate, body: Body) -> Judged:
        """Return what the extensions say. Raises what ``cryptography`` raises where they cannot be read.

        Parsing them all takes as long as two signatures, and the deciding ones are the same for every resident of one
        root: so each set of deciding bytes is parsed once, and remembered. Critical ones always decide.
        """
        deciding = tuple((one.oid, one.critical, one.value) for one in body.extensions if decides(one))
        known = self._known.get(deciding)
        if known is None:
            known = self._judged(certificate.extensions)
            if len(self._known) >= _TEMPLATES_MAX:
                self._known.clear()
            self._known[deciding] = known
        return known

    def _judged(self, extensions: x509.Extensions) -> Judged:
        by_oid = {extension.oid: extension.value for extension in extensions}
        key = by_oid.get(ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
        key_id = key.key_identifier if isinstance(key, x509.AuthorityKeyIdentifier) else None
        fault = self._purpose_fault(by_oid)
        if fault is None and any(one.critical and one.oid not in _CRITICAL_EXTENSIONS_KNOWN for one in extensions):
            fault = CertificateFault.CRITICAL_EXTENSION
        return Judged(fault, key_id)

    def _purpose_fault(self, by_oid: dict[ObjectIdentifier, x509.ExtensionType]) -> CertificateFault | None:
        policies = by_oid.get(ExtensionOID.CERTIFICATE_POLICIES)
        if not isinstance(policies, x509.CertificatePolicies) or self.policy not in {
            policy.policy_identifier for policy in policies
        }:
            return CertificateFault.POLICY
        usage = by_oid.get(ExtensionOID.KEY_USAGE)
        if not isinstance(usage, x509.KeyUsage) or not usage.digital_signature:
            return CertificateFault.KEY_USAGE
        if usage.content_commitment or usage.key_cert_sign or usage.crl_sign:
            return CertificateFault.KEY_USAGE
        constraints = by_oid.get(ExtensionOID.BASIC_CONSTRAINTS)
        if isinstance(constraints, x509.BasicConstraints) and constraints.ca:
            return CertificateFault.AUTHORITY
        purposes = by_oid.get(ExtensionOID.EXTENDED_KEY_USAGE)
        if isinstance(purposes, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
            return CertificateFault.PURPOSE
        return None


def decides(extension: Extension) -> bool:
    """Say whether what an extension holds is looked at."""
    return extension.critical or extension.oid in _DECIDING


def profile_in_force() -> CardProfile:
    """Return the profile of the settings."""
    return _profile(settings.CARD_POLICY, *settings.CARD_ALGORITHMS)


@lru_cache(maxsize=8)
def _profile(policy: str, *algorithms: str) -> CardProfile:
    return CardProfile(ObjectIdentifier(policy), frozenset(algorithms))
