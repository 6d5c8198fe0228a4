"""The corpus in the hub's hands: its trust store, and the hub's verdict on one certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mynapoint.card.emulator.corpus import Corpus
from mynapoint.hub.identity.certificates import IssuedCertificate, check_certificate
from mynapoint.hub.identity.faults import CertificateFault, CertificateRefused
from mynapoint.hub.identity.profiles import CardProfile
from mynapoint.hub.identity.revocation import Revocation
from mynapoint.hub.identity.revocation_lists import read_list
from mynapoint.hub.identity.trust import Root, TrustStore


@dataclass(frozen=True)
class World:
    """The corpus, and whom a hub trusts that was told of its roots and lists."""

    corpus: Corpus
    trust: TrustStore

    @classmethod
    def of(cls, corpus: Corpus) -> World:
        return cls(corpus, trust_of(corpus.roots, corpus.lists))

    @property
    def now(self) -> datetime:
        return self.corpus.now

    @property
    def good(self) -> bytes:
        return self.corpus.certificate("good").der

    def issued(
        self,
        der: bytes,
        *,
        trust: TrustStore | None = None,
        algorithm: str = "RS256",
        profile: CardProfile | None = None,
    ) -> IssuedCertificate:
        """Return the certificate, in order but for revocation."""
        return check_certificate(
            der, algorithm=algorithm, profile=profile or CardProfile(), trust=trust or self.trust, now=self.now
        )

    def fault(self, der: bytes, *, trust: TrustStore | None = None) -> CertificateFault | None:
        """Return the hub's verdict, revocation included; None: accepted."""
        trust = trust or self.trust
        try:
            Revocation().refuse(self.issued(der, trust=trust), trust=trust, now=self.now)
        except CertificateRefused as refused:
            return refused.fault
        return None

    def write(self, folder: Path) -> Path:
        """Write roots and lists as the trust folder holds them."""
        folder.mkdir()
        for number, root in enumerate(self.corpus.roots):
            (folder / f"{number}.pem").write_bytes(root.public_bytes(Encoding.PEM))
        for number, listed in enumerate(self.corpus.lists):
            (folder / f"{number}.crl").write_bytes(listed)
        return folder


def trust_of(roots: tuple[x509.Certificate, ...], lists: tuple[bytes, ...] = ()) -> TrustStore:
    known = {root.key_id: root for root in map(Root.of, roots)}
    return TrustStore(known, dict(read_list(listed, known) for listed in lists))
