"""Sealing: audit records of finished transactions become a signed Merkle log, in batches, off the acts' own path."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from mynapoint.exchange.signatures import SigningKey
from mynapoint.hub.audit.merkle import Head, leaf_hash
from mynapoint.hub.audit.models import AuditRecord, Checkpoint, SealedRecord

BATCH = 2_000
"""Records under one checkpoint, at most: on SQLite every other writer waits while one is made."""

WAIT_SECONDS = 10
"""How long to wait for transactions under way, before leaving their records to the next time."""

_ADVISORY_LOCK = 0x6D79_6E61_5365_616C
_ORIGIN = "mynapoint/audit/v1"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was sealed: how many records, and the last checkpoint there is now, if any."""

    records: int
    checkpoint: Checkpoint | None


def seal(key: SigningKey, *, now: datetime) -> Sealed:
    """Seal every record of a finished transaction that is not sealed yet, in order of ids, batch by batch.

    now  the machine's clock. Only one sealer works at a time; another waits, and finds less to do
    """
    through = _finished_through()
    records = 0
    while done := _seal_batch(key, through=through, now=now):
        records += done
    return Sealed(records, Checkpoint.objects.order_by("size").last())


def canonical(record: AuditRecord) -> bytes:
    """Return the bytes that stand for a record: all of it, the same on both databases."""
    return json.dumps(
        {
            "id": record.pk,
            "act": record.act,
            "who": record.who,
            "subject": record.subject,
            "details": record.details,
            "done_at": _instant(record.done_at),
            "recorded_at": _instant(record.recorded_at),
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def commitment(salt: bytes, record: AuditRecord) -> bytes:
    """Return what the log holds of a record; only who is given salt and record can tell that it is that record."""
    return hashlib.sha256(salt + canonical(record)).digest()


def note(checkpoint: Checkpoint) -> bytes:
    """Return what the hub signs: the log's name, its size, its root, the last record's id and the instant."""
    root = base64.b64encode(checkpoint.root).decode()
    told = (_ORIGIN, checkpoint.size, root, checkpoint.through, _instant(checkpoint.sealed_at))
    return "".join(f"{line}\n" for line in told).encode()


@transaction.atomic
def _seal_batch(key: SigningKey, *, through: int, now: datetime) -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
    last = Checkpoint.objects.order_by("size").last()
    head = Head.from_bytes(last.size, bytes(last.subtrees)) if last else Head()
    after = last.through if last else 0
    records = list(AuditRecord.objects.filter(pk__gt=after, pk__lte=through).order_by("pk")[:BATCH])
    if not records:
        return 0
    leaves = []
    for record in records:
        salt = secrets.token_bytes(16)
        committed = commitment(salt, record)
        leaves.append(SealedRecord(record=record.pk, salt=salt, commitment=committed))
        head.append(leaf_hash(committed))
    SealedRecord.objects.bulk_create(leaves, batch_size=300)
    checkpoint = Checkpoint(
        size=head.size, through=records[-1].pk, root=head.root, subtrees=head.packed, sealed_at=now, key_id=key.key_id
    )
    checkpoint.signature = key.private.sign(note(checkpoint))
    checkpoint.save(force_insert=True)
    return len(records)


def _finished_through() -> int:
    """Return an id up to which no transaction under way can still commit a record.

    On SQLite one transaction writes at a time, so ids are committed in order. On PostgreSQL a smaller id may be
    committed after a larger one; but whoever was given an id up to this one holds a lock on the table until it ends,
    so those who hold one now are waited for. Nobody waits for the sealer.
    """
    newest = AuditRecord.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    if connection.vendor != "postgresql":
        return newest
    writers, end = _writers(), time.monotonic() + WAIT_SECONDS
    while writers:
        if time.monotonic() > end:
            return 0
        time.sleep(0.02)
        writers &= _writers()
    return newest


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction || '/' || pid FROM pg_locks WHERE locktype = 'relation' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND relation = 'audit_auditrecord'::regclass AND mode = 'RowExclusiveLock' "
            "AND pid <> pg_backend_pid()"
        )
        return {name for (name,) in cursor.fetchall()}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
