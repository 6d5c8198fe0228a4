"""Revocation lists: verified once, then an index of serials that a million of them hardly burden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

if TYPE_CHECKING:
    from mynapoint.hub.identity.trust import Root

LIST_BYTES_MAX = 256 * 1024 * 1024
"""Six million entries of a usual size; more is not read."""

_SERIAL_BYTES = 20
_FULL_AT = 0.6
_EMPTY = bytes(_SERIAL_BYTES)
_SERIALS_END = 1 << (8 * _SERIAL_BYTES)


class ListFault(StrEnum):
    """Why a revocation list is not believed."""

    MALFORMED = "is not one revocation list in DER and nothing else"
    PARTIAL = "covers a part only (a delta, or a critical extension that limits it); the hub needs the whole list"
    NO_END = "does not say until when it holds"
    ALGORITHM = "is signed by a method that proves nothing, or that its root does not use"
    SIGNATURE = "no root in the trust folder signed this revocation list"
    NOT_YET = "is of a time to come"
    STALE = "is overdue: a newer list must have come out"
    NUMBER = "has no number, or a lower one than the list in force"


class BadList(Exception):
    """A revocation list that is not believed."""

    def __init__(self, fault: ListFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class SerialSet(Collection[int]):
    """A set of serials in one block of memory, 34 bytes each; a look-up reads two slots or so, however many there are.

    Open addressing by Python's keyed hash. A Python set of the same numbers takes four times as much.
    """

    def __init__(self, serials: Iterable[int], *, at_most: int) -> None:
        """Take up to ``at_most`` serials. Raises ValueError for one that is no serial of RFC 5280 (20 bytes)."""
        self._slots = int(at_most / _FULL_AT) + 2
        self._table = bytearray(self._slots * _SERIAL_BYTES)
        self._count = 0
        for serial in serials:
            self._add(serial)

    def __contains__(self, serial: object) -> bool:
        if not isinstance(serial, int) or not 0 < serial < _SERIALS_END:
            return False
        wanted = serial.to_bytes(_SERIAL_BYTES, "big")
        start = self._slot_of(wanted)
        return self._table[start : start + _SERIAL_BYTES] == wanted

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        for start in range(0, len(self._table), _SERIAL_BYTES):
            if serial := int.from_bytes(self._table[start : start + _SERIAL_BYTES], "big"):
                yield serial

    def _add(self, serial: int) -> None:
        if not 0 < serial < _SERIALS_END:
            raise ValueError("a serial number that is none")
        wanted = serial.to_bytes(_SERIAL_BYTES, "big")
        start = self._slot_of(wanted)
        if self._table[start : start + _SERIAL_BYTES] != wanted:
            self._table[start : start + _SERIAL_BYTES] = wanted
            self._count += 1
            assert self._count < self._slots, "there is always an empty slot to end a look-up at"

    def _slot_of(self, wanted: bytes) -> int:
        """Return where a serial stands, or the empty slot where it would."""
        table, end = self._table, len(self._table)
        start = hash(wanted) % self._slots * _SERIAL_BYTES
        while (there := table[start : start + _SERIAL_BYTES]) != wanted and there != _EMPTY:
            start += _SERIAL_BYTES
            if start == end:
                start = 0
        return start


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One root's CRL, verified and indexed. ``number`` grows with every list of its issuer."""

    this_update: datetime
    next_update: datetime
    revoked: Collection[int] = field(repr=False)
    number: int = 0

    def faults_as_news(self, *, now: datetime, number_known: int) -> Iterator[ListFault]:
        """Yield what speaks against putting this list in force at ``now`` after one of ``number_known``."""
        if now < self.this_update:
            yield ListFault.NOT_YET
        if self.next_update < now:
            yield ListFault.STALE
        if self.number < number_known:
            yield ListFault.NUMBER


def read_list(der: bytes, roots: Mapping[bytes, Root]) -> tuple[bytes, RevocationList]:
    """Return which root's list it is, and the list. Raises BadList.

    The root is found by its key: three generations share one name. Every entry counts, whatever its reason: the card
    authority never lifts a hold.
    """
    try:
        crl = x509.load_der_x509_crl(der)
        numbers = [one.value.crl_number for one in crl.extensions if isinstance(one.value, x509.CRLNumber)]
        partial = any(one.critical for one in crl.extensions)
        this_update, next_update = crl.last_update_utc, crl.next_update_utc
        root = _issuer_of(crl, roots)
        entries = len(crl)
        if partial:
            raise BadList(ListFault.PARTIAL)
        if next_update is None:
            raise BadList(ListFault.NO_END)
        if not numbers:
            raise BadList(ListFault.NUMBER)
        revoked = SerialSet((entry.serial_number for entry in crl), at_most=entries)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion) as error:
        raise BadList(ListFault.MALFORMED) from error
    return root.key_id, RevocationList(this_update, next_update, revoked, numbers[0])


def _issuer_of(crl: x509.CertificateRevocationList, roots: Mapping[bytes, Root]) -> Root:
    named = [one.value.key_identifier for one in crl.extensions if isinstance(one.value, x509.AuthorityKeyIdentifier)]
    candidates = [root for key_id, root in roots.items() if not named or key_id == named[0]]
    for root in candidates:
        if crl.signature_algorithm_oid != root.key.algorithm:
            raise BadList(ListFault.ALGORITHM)
        if crl.issuer == root.certificate.subject and crl.is_signature_valid(root.key.public):
            return root
    raise BadList(ListFault.SIGNATURE)
