"""Certificates that were judged and found in order: a resident shows the same one at every step of the journey."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from mynapoint.hub.identity.certificates import IssuedCertificate, check_certificate
from mynapoint.hub.identity.profiles import CardProfile
from mynapoint.hub.identity.trust import Root, TrustStore

KNOWN_MAX = 4096
"""How many are remembered by each process; 5 KB each."""


class _Known(NamedTuple):
    """A verdict, and under what it was reached: under anything else it is worth nothing."""

    issued: IssuedCertificate
    algorithm: str
    profile: CardProfile
    roots: Mapping[bytes, Root]


class KnownCertificates:
    """Remembers the good certificates that came last, by all their bytes; of bad ones it keeps nothing.

    A verdict holds for the algorithm, profile and roots under which it was reached, and periods are looked at each
    time. What changes without them is not in it: whether a certificate is revoked, and what its key has signed, is
    asked at every step anew.
    """

    def __init__(self, *, at_most: int = KNOWN_MAX) -> None:
        self._at_most = at_most
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._lock = Lock()

    def check(
        self, der: bytes, *, algorithm: str, profile: CardProfile, trust: TrustStore, now: datetime
    ) -> IssuedCertificate:
        """Return what ``check_certificate`` returns. Raises CertificateRefused, as that does."""
        known = self._known.get(der)
        if (
            known is not None
            and known.algorithm == algorithm
            and known.profile is profile
            and known.roots is trust.roots  # the folder's, as last read: every change there makes a new one
            and _within_periods(known.issued, now)
        ):
            self._remember(der, known)
            return known.issued
        issued = check_certificate(der, algorithm=algorithm, profile=profile, trust=trust, now=now)
        self._remember(der, _Known(issued, algorithm, profile, trust.roots))
        return issued

    def _remember(self, der: bytes, known: _Known) -> None:
        with self._lock:
            self._known[der] = known
            self._known.move_to_end(der)
            if len(self._known) > self._at_most:
                self._known.popitem(last=False)


def _within_periods(issued: IssuedCertificate, now: datetime) -> bool:
    """Say whether certificate and root are within their periods; if not, ``check_certificate`` says what is wrong."""
    kept, root = issued.kept, issued.root
    return kept.valid_from <= now <= kept.valid_until and root.valid_from <= now <= root.valid_until
