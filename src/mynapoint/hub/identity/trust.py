"""Whom the hub believes about cards: root certificates and revocation lists, read from one folder and indexed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

EMULATED_ORGANISATION = "JPKI-EMU"
"""The organisation in the names of every emulated root; no root of the real card authority has it."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One root's newest CRL, verified and indexed: serial → when it was revoked."""

    this_update: datetime
    next_update: datetime
    revoked: Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Roots by their subject key identifier (three generations share one name) and what each has revoked."""

    roots: Mapping[bytes, x509.Certificate]
    revocation_lists: Mapping[bytes, RevocationList]

    def issuer_of(self, certificate: x509.Certificate) -> bytes | None:
        """Return the key identifier of the root whose key signed the certificate; None when no root did."""
        for key_id, root in self.roots.items():
            try:
                certificate.verify_directly_issued_by(root)
            except (ValueError, TypeError, InvalidSignature):
                continue
            return key_id
        return None


def trust_store() -> TrustStore:
    """Return the trust store of ``settings.TRUST``, read again when a file there has changed.

    Raises ImproperlyConfigured when an emulated root lies in production's folder, a real one in an emulation's,
    or a file is not what its name says.
    """
    folder = Path(settings.TRUST)
    stamps = tuple(
        (path.name, path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(folder.glob("*"))
        if path.suffix in {".pem", ".crl"}
    )
    return _read(folder, stamps, settings.CARD_ENVIRONMENT)


@lru_cache(maxsize=4)
def _read(folder: Path, stamps: tuple[tuple[str, int, int], ...], environment: str) -> TrustStore:
    names = [name for name, _, _ in stamps]
    roots = {}
    for name in names:
        if name.endswith(".pem"):
            root = _read_root(folder / name, environment)
            roots[_key_id(root)] = root
    lists: dict[bytes, RevocationList] = {}
    for name in names:
        if name.endswith(".crl"):
            key_id, revocation_list = _read_list(folder / name, roots)
            known = lists.get(key_id)
            if known is None or known.this_update < revocation_list.this_update:
                lists[key_id] = revocation_list
    return TrustStore(roots, lists)


def _read_root(path: Path, environment: str) -> x509.Certificate:
    try:
        root = x509.load_pem_x509_certificate(path.read_bytes())
        constraints = root.extensions.get_extension_for_class(x509.BasicConstraints).value
        root.verify_directly_issued_by(root)
    except (ValueError, TypeError, x509.ExtensionNotFound, InvalidSignature) as error:
        raise ImproperlyConfigured(f"{path}: is not a root certificate: {error}") from error
    if not constraints.ca or not isinstance(root.public_key(), rsa.RSAPublicKey):
        raise ImproperlyConfigured(f"{path}: is not a root with an RSA key")
    emulated = is_emulated(root)
    if emulated and environment != "emulated":
        raise ImproperlyConfigured(f"{path}: an emulated root must never lie in the trust folder of {environment}")
    if not emulated and environment == "emulated":
        raise ImproperlyConfigured(f"{path}: a real root must not lie in the trust folder of an emulation")
    return root


def is_emulated(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate's subject names the emulated card authority."""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    return any(name.value == EMULATED_ORGANISATION for name in names)


def _read_list(path: Path, roots: Mapping[bytes, x509.Certificate]) -> tuple[bytes, RevocationList]:
    try:
        crl = x509.load_der_x509_crl(path.read_bytes())
    except ValueError as error:
        raise ImproperlyConfigured(f"{path}: is not a revocation list in DER: {error}") from error
    for key_id, root in roots.items():
        key = root.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        if crl.is_signature_valid(key):
            if crl.next_update_utc is None:
                raise ImproperlyConfigured(f"{path}: the revocation list does not say until when it holds")
            revoked = {entry.serial_number: entry.revocation_date_utc for entry in crl}
            return key_id, RevocationList(crl.last_update_utc, crl.next_update_utc, revoked)
    raise ImproperlyConfigured(f"{path}: no root in {path.parent} signed this revocation list")


def _key_id(root: x509.Certificate) -> bytes:
    try:
        return root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return x509.SubjectKeyIdentifier.from_public_key(root.public_key()).digest
