"""What a case of the corpus is, and the closed lists of what can be wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from cryptography import x509


class Fault(Enum):
    """Why a verifier refuses a user-authentication certificate."""

    MALFORMED = auto()
    """It is not one certificate in DER and nothing else."""
    POLICY = auto()
    """Its policy is not that of user authentication in production."""
    KEY_USAGE = auto()
    """Its key usage is absent, or lacks digitalSignature, or has nonRepudiation or an authority's bits."""
    PURPOSE = auto()
    """Its extended key usage is there and lacks clientAuth."""
    AUTHORITY = auto()
    """It is a certificate authority's own."""
    CRITICAL_EXTENSION = auto()
    """It has a critical extension nobody knows."""
    KEY = auto()
    """Its key is of a kind, size or exponent that today's cards do not have."""
    ALGORITHM = auto()
    """It was signed with a hash that no longer proves anything."""
    ISSUER = auto()
    """No trusted root signed it, whatever names and identifiers it carries."""
    ISSUER_PERIOD = auto()
    """The root that signed it is outside its own period."""
    EXPIRED = auto()
    NOT_YET_VALID = auto()
    REVOKED = auto()
    """The revocation list in force has it."""


class ListFault(Enum):
    """Why a verifier does not import a revocation list."""

    MALFORMED = auto()
    SIGNATURE = auto()
    """No trusted root signed it."""
    ALGORITHM = auto()
    STALE = auto()
    """Its next one is overdue."""
    NOT_YET = auto()
    """It is of a time to come."""
    NO_END = auto()
    """It does not say when the next one comes."""
    NUMBER = auto()
    """It has no number, or one lower than the last."""
    PARTIAL = auto()
    """It is critical that it covers a part only: a delta, or some reasons or kinds."""


class Learned(Enum):
    """What an OCSP answer tells about a certificate."""

    GOOD = auto()
    REVOKED = auto()
    UNKNOWN = auto()
    """The responder itself does not know the certificate: it must be refused."""
    NOTHING = auto()
    """The answer proves nothing; the verifier knows as much as before it asked."""


@dataclass(frozen=True, slots=True)
class CertificateCase:
    """One certificate as the card sent it. ``faults`` is empty for a good one."""

    name: str
    der: bytes
    faults: frozenset[Fault]


@dataclass(frozen=True, slots=True)
class ListCase:
    """One revocation list as it was delivered. ``number_known`` is the number of the list before it.

    issuer  the root whose certificates it speaks of when it is good; its name is another's too
    """

    name: str
    der: bytes
    faults: frozenset[ListFault]
    issuer: x509.Certificate
    number_known: int


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """One responder's manner. ``answer`` takes a request in DER and returns the response in DER."""

    name: str
    certificate: x509.Certificate
    issuer: x509.Certificate
    answer: Callable[[bytes], bytes]
    says: Learned


@dataclass(frozen=True, slots=True)
class NextCard:
    """The announced card with P-384 and SHA-384, under the shape of today's certificates."""

    root: x509.Certificate
    revocation_list: bytes
    certificate: bytes
    from_todays_root: bytes
    """A certificate over a P-384 key that today's RSA root has signed."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything to judge, and what to judge it with. The package's docstring says how to use it."""

    now: datetime
    roots: tuple[x509.Certificate, ...]
    lists: tuple[bytes, ...]
    certificates: tuple[CertificateCase, ...]
    next_card: NextCard
    list_cases: tuple[ListCase, ...]
    answer_cases: tuple[AnswerCase, ...]

    def certificate(self, name: str) -> CertificateCase:
        """Return the certificate case of a name. Raises KeyError."""
        return {case.name: case for case in self.certificates}[name]
