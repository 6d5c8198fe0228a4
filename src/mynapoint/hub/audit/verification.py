"""Verification: recompute the whole log from the records, and say of each that was changed, removed or put in which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mynapoint.hub.audit.merkle import Head, inclusion_proof, leaf_hash
from mynapoint.hub.audit.models import AuditRecord, Checkpoint, SealedRecord
from mynapoint.hub.audit.sealing import canonical, commitment, note

_CHUNK = 5_000

PublicKeyOf = Callable[[str], bytes | None]
"""Looks up the 32 public bytes of a key id; None: nobody knows it."""


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A log's size and root that somebody kept outside: what `hub seal` printed one day."""

    size: int
    root: bytes


@dataclass(slots=True)
class Verified:
    """What verifying found.

    ``faults``    one sentence each; empty: every sealed record is as it was when it was sealed
    ``sealed``    records in the log; ``unsealed``, records that wait for the next sealing and are not protected yet
    ``erased``    ids of records that were removed together with their salts; the log holds without them
    """

    sealed: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    root: bytes = b""
    erased: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """All that shows one record to be in the log, to somebody who trusts the hub's key alone."""

    record: bytes
    salt: bytes
    index: int
    size: int
    proof: tuple[bytes, ...]
    root: bytes
    note: bytes
    signature: bytes


def verify(public_key_of: PublicKeyOf, *, kept: Iterable[KnownHead] = ()) -> Verified:
    """Recompute every commitment, root and signature; ``kept`` heads must be those the log had at their sizes."""
    # No transaction is held open: what is sealed does not change, and sealers go on beside.
    found = Verified()
    checkpoints = list(Checkpoint.objects.order_by("size"))
    found.checkpoints = len(checkpoints)
    last = checkpoints[-1] if checkpoints else None
    heads = {head.size: head.root for head in kept}
    head, waiting = Head(), checkpoints[:]
    for record_id, leaf, record in _rows(last.through if last else 0):
        found.faults += _faults_of_record(record_id, leaf, record, found)
        if leaf is None:
            continue
        head.append(leaf_hash(bytes(leaf.commitment)))
        if head.size in heads and head.root != heads.pop(head.size):
            found.faults.append(f"the log of {head.size} records is not the one whose root was kept outside")
        while waiting and waiting[0].size == head.size:
            found.faults += _faults_of_checkpoint(waiting.pop(0), head, record_id, public_key_of)
    found.faults += [f"the checkpoint of {one.size} records speaks of more than the log has" for one in waiting]
    found.faults += [f"the log has lost what was kept outside: it is shorter than {size} records" for size in heads]
    found.faults += _places_without_checkpoint()
    found.sealed, found.root = head.size, head.root
    found.unsealed = AuditRecord.objects.filter(pk__gt=last.through if last else 0).count()
    return found


def inclusion(record: int) -> Inclusion | None:
    """Return the proof that a record is in the log as the last checkpoint signed it; None: it is not sealed yet."""
    checkpoint = Checkpoint.objects.order_by("size").last()
    one = SealedRecord.objects.filter(pk=record).first()
    if checkpoint is None or one is None or one.salt is None:
        return None
    commitments = SealedRecord.objects.filter(pk__lte=checkpoint.through).order_by("pk")
    leaves = [leaf_hash(bytes(told)) for told in commitments.values_list("commitment", flat=True)]
    index = SealedRecord.objects.filter(pk__lt=record).count()
    return Inclusion(
        record=canonical(AuditRecord.objects.get(pk=record)),
        salt=bytes(one.salt),
        index=index,
        size=len(leaves),
        proof=tuple(inclusion_proof(leaves, index)),
        root=bytes(checkpoint.root),
        note=note(checkpoint),
        signature=bytes(checkpoint.signature),
    )


def _places_without_checkpoint() -> Iterator[str]:
    newest = SealedRecord.objects.order_by("pk").last()  # read before the checkpoint that came with it
    last = Checkpoint.objects.order_by("size").last()
    if newest is not None and (last is None or newest.pk > last.through):
        yield f"the log goes on to record {newest.pk} after its last checkpoint"


def _rows(through: int) -> Iterator[tuple[int, SealedRecord | None, AuditRecord | None]]:
    """Yield every id up to the last sealed one that has a place in the log, or a record, or both, in order."""
    leaves = _by_id(SealedRecord.objects.filter(pk__lte=through))
    records = _by_id(AuditRecord.objects.filter(pk__lte=through))
    leaf, record = next(leaves, None), next(records, None)
    while leaf or record:
        at = min(one.pk for one in (leaf, record) if one)
        here_leaf, here_record = (
            leaf if leaf and leaf.pk == at else None,
            record if record and record.pk == at else None,
        )
        yield at, here_leaf, here_record
        leaf = next(leaves, None) if here_leaf else leaf
        record = next(records, None) if here_record else record


def _by_id(rows: Any) -> Iterator[Any]:
    after: int | None = None
    while True:
        chunk: Sequence[Any] = list((rows if after is None else rows.filter(pk__gt=after)).order_by("pk")[:_CHUNK])
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        after = chunk[-1].pk


def _faults_of_record(
    record_id: int, leaf: SealedRecord | None, record: AuditRecord | None, found: Verified
) -> Iterator[str]:
    if leaf is None:
        yield f"record {record_id} was put in after those around it were sealed"
    elif record is None and leaf.salt is None:
        found.erased.append(record_id)
    elif record is None:
        yield f"record {record_id} was removed"
    elif leaf.salt is None:
        yield f"the salt of record {record_id} was removed, and the record was not"
    elif commitment(bytes(leaf.salt), record) != bytes(leaf.commitment):
        yield f"record {record_id} was changed"


def _faults_of_checkpoint(
    checkpoint: Checkpoint, head: Head, record_id: int, public_key_of: PublicKeyOf
) -> Iterator[str]:
    where = f"the checkpoint of {checkpoint.size} records"
    if bytes(checkpoint.root) != head.root or bytes(checkpoint.subtrees) != head.packed:
        yield f"{where} has another root: a place in the log up to record {record_id} was changed, removed or put in"
    if checkpoint.through != record_id:
        yield f"{where} ends at record {checkpoint.through}, and the log at record {record_id}"
    public_key = public_key_of(checkpoint.key_id)
    try:
        if public_key is None:
            yield f"{where} is signed with {checkpoint.key_id}, a key that nobody knows"
        else:
            Ed25519PublicKey.from_public_bytes(public_key).verify(bytes(checkpoint.signature), note(checkpoint))
    except InvalidSignature:
        yield f"{where} is not signed by {checkpoint.key_id}"
