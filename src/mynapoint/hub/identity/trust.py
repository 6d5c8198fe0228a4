"""Whom the hub believes about cards: root certificates and revocation lists, read from one folder and indexed."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from mynapoint.hub.identity.bodies import Body, read_body
from mynapoint.hub.identity.faults import CertificateFault
from mynapoint.hub.identity.issuer_keys import IssuerKey
from mynapoint.hub.identity.revocation_lists import LIST_BYTES_MAX, BadList, ListFault, RevocationList, read_list

ENVIRONMENTS = {"JPKI": "production", "JPKI-TEST": "test", "JPKI-EMU": "emulated"}
"""Which cards an organisation named in a root issues: the real ones, J-LIS's test cards, or emulated ones."""

_Stamp = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class Root:
    """A root certificate and what is asked of it at every sign-in. ``name`` is its subject as the bytes it is."""

    certificate: x509.Certificate
    key_id: bytes
    key: IssuerKey
    name: bytes
    valid_from: datetime
    valid_until: datetime

    @classmethod
    def of(cls, certificate: x509.Certificate) -> Root:
        """Read a root. Raises ValueError when it is none: no authority, or with a key of another kind."""
        constraints = [one.value for one in certificate.extensions if isinstance(one.value, x509.BasicConstraints)]
        identifiers = [e.value.digest for e in certificate.extensions if isinstance(e.value, x509.SubjectKeyIdentifier)]
        if not constraints or not constraints[0].ca:
            raise ValueError("it is no certificate authority's")
        key = IssuerKey.of(certificate.public_key())
        return cls(
            certificate=certificate,
            key_id=identifiers[0] if identifiers else x509.SubjectKeyIdentifier.from_public_key(key.public).digest,
            key=key,
            name=bytes(read_body(certificate.tbs_certificate_bytes).subject.data),
            valid_from=certificate.not_valid_before_utc,
            valid_until=certificate.not_valid_after_utc,
        )


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Roots by their subject key identifier (three generations share one name) and what each has revoked."""

    roots: Mapping[bytes, Root]
    revocation_lists: Mapping[bytes, RevocationList] = field(default_factory=dict)

    def issuer_of(
        self, certificate: x509.Certificate, *, signed: bytes, body: Body, key_id: bytes | None
    ) -> Root | CertificateFault:
        """Return the root whose key signed the certificate, or why none did.

        ``key_id``  the issuer's key as the certificate names it; None: it names none, so each root is tried
        Names must agree, but choose nothing: three generations share one.
        """
        named = self.roots.get(key_id) if key_id is not None else None
        candidates = (named,) if named is not None else () if key_id is not None else tuple(self.roots.values())
        issuer, inner = bytes(body.issuer.data), bytes(body.algorithm.data)
        fault = CertificateFault.ISSUER
        for root in candidates:
            key = root.key
            if inner != key.algorithm_der or certificate.signature_algorithm_oid != key.algorithm:
                fault = CertificateFault.ALGORITHM
            elif issuer == root.name and key.signed(certificate.signature, signed):
                return root
        return fault


def trust_store(*, look: bool = False) -> TrustStore:
    """Return the trust store of ``settings.TRUST``, read again when a file there has changed.

    look  look at the folder now, also if that was done less than ``settings.TRUST_LOOK_SECONDS`` ago
    Raises ImproperlyConfigured when a root of one environment lies in another's folder, or a file is not what its name
    says: then nobody signs in, rather than somebody wrong.
    """
    return _folder(settings.TRUST, settings.CARD_ENVIRONMENT).store(look=look)


@lru_cache(maxsize=4)
def _folder(folder: str | Path, environment: str) -> _TrustFolder:
    return _TrustFolder(Path(folder), environment)


class _TrustFolder:
    """One folder, read once and after every change; while one thread reads a long list, others use the one before."""

    def __init__(self, folder: Path, environment: str) -> None:
        self._folder = folder
        self._environment = environment
        self._looks_again_at = 0.0
        self._changed = 0
        self._paths: list[tuple[str, str]] = []
        self._stamps: list[_Stamp] | None = None
        self._store = TrustStore({})
        self._lists: dict[_Stamp, tuple[bytes, RevocationList]] = {}
        self._lock = Lock()

    def store(self, *, look: bool) -> TrustStore:
        """Return what the folder holds now. Raises ImproperlyConfigured."""
        now = time.monotonic()
        if now < self._looks_again_at and not look:
            return self._store
        stamps = self._look()
        if stamps == self._stamps or not self._lock.acquire(blocking=self._stamps is None):
            self._looks_again_at = now + settings.TRUST_LOOK_SECONDS
            return self._store
        try:
            roots = self._roots(stamps)
            if self._store.roots.keys() != roots.keys():
                self._lists = {}
            self._lists = {stamp: self._list(stamp, roots) for stamp in stamps if stamp[0].endswith(".crl")}
            self._store, self._stamps = TrustStore(roots, _newest(self._lists)), stamps
            return self._store
        finally:
            self._lock.release()

    def _look(self) -> list[_Stamp]:
        """Return what tells one state of the folder from another; done while residents wait, so by few calls.

        The names are read anew only when the folder has changed; each file's own stamp every time.
        """
        try:
            changed = os.stat(self._folder).st_mtime_ns
            if changed != self._changed:
                names = (name for name in os.listdir(self._folder) if name.endswith((".pem", ".crl")))
                self._paths = [(name, f"{self._folder}/{name}") for name in sorted(names)]
                self._changed = changed
            stamps = []
            for name, path in self._paths:
                there = os.stat(path)
                stamps.append((name, there.st_ino, there.st_mtime_ns, there.st_size))
        except FileNotFoundError:
            self._changed = 0
            return []
        return stamps

    def _roots(self, stamps: list[_Stamp]) -> dict[bytes, Root]:
        roots = [_read_root(self._folder / name, self._environment) for name, *_ in stamps if name.endswith(".pem")]
        return {root.key_id: root for root in roots}

    def _list(self, stamp: _Stamp, roots: Mapping[bytes, Root]) -> tuple[bytes, RevocationList]:
        path = self._folder / stamp[0]
        try:
            return self._lists.get(stamp) or read_list(bytes_of_list(path), roots)
        except BadList as error:
            raise ImproperlyConfigured(f"{path}: {error}") from error


def bytes_of_list(path: Path) -> bytes:
    """Return a list's file. Raises BadList when it is longer than any list."""
    if path.stat().st_size > LIST_BYTES_MAX:
        raise BadList(ListFault.MALFORMED)
    return path.read_bytes()


def _newest(lists: Mapping[_Stamp, tuple[bytes, RevocationList]]) -> dict[bytes, RevocationList]:
    newest: dict[bytes, RevocationList] = {}
    for key_id, one in lists.values():
        if key_id not in newest or newest[key_id].this_update < one.this_update:
            newest[key_id] = one
    return newest


def _read_root(path: Path, environment: str) -> Root:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        certificate.verify_directly_issued_by(certificate)
        root = Root.of(certificate)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, InvalidSignature) as error:
        raise ImproperlyConfigured(f"{path}: is not a root certificate: {error}") from error
    issues_for = environment_of(certificate)
    if issues_for != environment:
        raise ImproperlyConfigured(
            f"{path}: {_A.get(issues_for or '', 'an unknown')} root must never lie in the trust folder of {environment}"
        )
    return root


_A = {"production": "a real", "test": "a test card's", "emulated": "an emulated"}


def environment_of(certificate: x509.Certificate) -> str | None:
    """Return which cards a root issues, by the organisation in its subject; None: nobody knows."""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    return ENVIRONMENTS.get(str(names[0].value)) if len(names) == 1 else None
