"""The sealed audit record: nothing in it is changed, removed or put in unseen, and nothing is left out of it."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction

from hub import clock
from hub.at_once import all_at_once
from hub.conftest import as_owner
from mynapoint.exchange.signatures import SigningKey
from mynapoint.hub.audit import sealing
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.merkle import is_included, leaf_hash
from mynapoint.hub.audit.models import Act, AuditRecord, Checkpoint, SealedRecord
from mynapoint.hub.audit.sealing import seal
from mynapoint.hub.audit.verification import KnownHead, Verified, inclusion, verify

NOW = datetime(2022, 7, 15, tzinfo=UTC)
KEY = SigningKey.generate("hub-1")
IN_LOG = 12


@pytest.fixture
def no_acts(file_database: None) -> None:
    """Not even the register's first entries are on record."""
    tampered("DELETE FROM audit_auditrecord")


@pytest.fixture
def log(no_acts: None, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Twelve acts sealed in three batches; the ids of their records."""
    monkeypatch.setattr(sealing, "BATCH", 5)
    ids = [act(number) for number in range(IN_LOG)]
    assert seal(KEY, now=NOW).records == IN_LOG
    assert checked().faults == []
    return ids


def act(number: int) -> int:
    with transaction.atomic():
        return record(Act.RESERVED, who="resident:青木", subject="試し", now=clock.START, number=number).pk


def checked(*kept: KnownHead, key: SigningKey = KEY) -> Verified:
    return verify(lambda key_id: key.public_bytes() if key_id == key.key_id else None, kept=kept)


def tampered(*statements: str) -> None:
    """Do what an operator can who owns the tables: switch the triggers off, and on again."""
    tables = ("audit_auditrecord", "audit_sealedrecord", "audit_checkpoint")
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)


def test_acts_are_sealed_once_in_order_under_signed_checkpoints(log: list[int]) -> None:
    assert list(SealedRecord.objects.order_by("pk").values_list("pk", flat=True)) == log
    assert list(Checkpoint.objects.order_by("size").values_list("size", "through")) == [
        (5, log[4]),
        (10, log[9]),
        (12, log[11]),
    ]
    assert seal(KEY, now=NOW).records == 0
    found = checked()
    assert (found.sealed, found.unsealed, found.checkpoints) == (IN_LOG, 0, 3)
    act(13)
    assert checked().unsealed == 1


@pytest.mark.parametrize(
    "change",
    ["who = 'resident:石田'", "act = 'applied'", "subject = ''", "details = '{}'", "done_at = '2022-07-14 00:00:00Z'"],
)
def test_a_changed_record_is_found_and_named(log: list[int], change: str) -> None:
    tampered(f"UPDATE audit_auditrecord SET {change} WHERE id = {log[6]}".replace("Z'", "'"))

    assert checked().faults == [f"record {log[6]} was changed"]


def test_a_removed_record_is_found_and_named(log: list[int]) -> None:
    tampered(f"DELETE FROM audit_auditrecord WHERE id = {log[0]}")

    assert checked().faults == [f"record {log[0]} was removed"]


def test_a_record_put_in_later_is_found_and_named(log: list[int]) -> None:
    tampered(
        f"DELETE FROM audit_auditrecord WHERE id = {log[3]}",
        "INSERT INTO audit_auditrecord (id, act, who, subject, details, done_at, recorded_at) "
        "SELECT -7, act, who, subject, details, done_at, recorded_at FROM audit_auditrecord "
        f"WHERE id = {log[4]}",
    )

    assert checked().faults == [
        "record -7 was put in after those around it were sealed",
        f"record {log[3]} was removed",
    ]


def test_a_record_changed_together_with_its_place_in_the_log_is_found_in_its_batch(log: list[int]) -> None:
    place = SealedRecord.objects.get(pk=log[6])
    changed = AuditRecord.objects.get(pk=log[6])
    changed.who = "resident:石田"
    forged = sealing.commitment(bytes(place.salt or b""), changed).hex()
    literal = f"'\\x{forged}'" if connection.vendor == "postgresql" else f"x'{forged}'"
    tampered(
        f"UPDATE audit_auditrecord SET who = 'resident:石田' WHERE id = {log[6]}",
        f"UPDATE audit_sealedrecord SET commitment = {literal} WHERE record = {log[6]}",
    )

    assert [fault.split(":")[0] for fault in checked().faults] == [
        "the checkpoint of 10 records has another root",
        "the checkpoint of 12 records has another root",
    ]


def test_a_log_cut_short_is_found_by_whoever_kept_its_head(log: list[int]) -> None:
    last = Checkpoint.objects.get(size=IN_LOG)
    kept = KnownHead(last.size, bytes(last.root))
    assert checked(kept).faults == []
    tampered(
        f"DELETE FROM audit_auditrecord WHERE id > {log[9]}",
        f"DELETE FROM audit_sealedrecord WHERE record > {log[9]}",
        f"DELETE FROM audit_checkpoint WHERE size = {IN_LOG}",
    )

    assert checked().faults == [], "nothing inside says so: keep the heads outside"
    assert checked(kept).faults == ["the log has lost what was kept outside: it is shorter than 12 records"]


def test_a_log_written_anew_with_the_hubs_own_key_is_found_by_whoever_kept_a_head(log: list[int]) -> None:
    first = Checkpoint.objects.get(size=5)
    kept = KnownHead(first.size, bytes(first.root))
    tampered("DELETE FROM audit_sealedrecord", "DELETE FROM audit_checkpoint")
    seal(KEY, now=NOW)

    assert checked().faults == []
    assert checked(kept).faults == ["the log of 5 records is not the one whose root was kept outside"]


def test_places_and_checkpoints_without_each_other_are_found(log: list[int]) -> None:
    tampered(f"DELETE FROM audit_checkpoint WHERE size = {IN_LOG}")
    assert checked().faults == [f"the log goes on to record {log[11]} after its last checkpoint"]

    tampered(f"DELETE FROM audit_sealedrecord WHERE record > {log[7]}")
    assert "the checkpoint of 10 records speaks of more than the log has" in checked().faults


def test_a_checkpoint_of_another_signer_is_found(log: list[int]) -> None:
    assert [fault.split(" records ")[1] for fault in checked(key=SigningKey.generate("hub-1")).faults] == [
        "is not signed by hub-1"
    ] * 3
    assert "a key that nobody knows" in checked(key=SigningKey.generate("hub-2")).faults[0]


def test_a_person_can_be_erased_and_the_log_stays_verifiable(log: list[int]) -> None:
    root = checked().root
    tampered(
        f"DELETE FROM audit_auditrecord WHERE id = {log[2]}",
        f"UPDATE audit_sealedrecord SET salt = NULL WHERE record = {log[2]}",
    )

    found = checked()

    assert found.faults == []
    assert found.erased == [log[2]]
    assert found.root == root


def test_what_is_left_of_an_erased_record_does_not_tell_which_act_it_was(log: list[int]) -> None:
    kept = AuditRecord.objects.get(pk=log[2])
    left = bytes(SealedRecord.objects.get(pk=log[2]).commitment)

    assert left != hashlib.sha256(sealing.canonical(kept)).digest(), "without the salt nobody can try acts out"
    assert len({bytes(salt or b"") for salt in SealedRecord.objects.values_list("salt", flat=True)}) == IN_LOG


def test_one_record_is_shown_to_somebody_who_knows_the_hubs_key_alone(log: list[int]) -> None:
    act(99)
    for index, one in enumerate(log):
        shown = inclusion(one)
        assert shown is not None
        Ed25519PublicKey.from_public_bytes(KEY.public_bytes()).verify(shown.signature, shown.note)
        leaf = leaf_hash(hashlib.sha256(shown.salt + shown.record).digest())
        place = SimpleNamespace(index=shown.index, size=shown.size, proof=shown.proof, root=shown.root)
        assert json.loads(shown.record)["details"] == {"number": index}
        assert is_included(leaf, **vars(place))
        assert not is_included(leaf_hash(b"another"), **vars(place))
        with pytest.raises(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(KEY.public_bytes()).verify(shown.signature, shown.note + b"\n")
    assert inclusion(log[-1] + 1) is None, "not sealed yet"


def test_a_record_committed_late_is_not_skipped(no_acts: None, database: str) -> None:
    """On PostgreSQL a smaller id can be committed after a larger one; the sealer waits for whoever holds it."""
    opened, may_commit = threading.Event(), threading.Event()

    def slowly() -> int:
        with transaction.atomic():
            late = record(Act.RESERVED, who="resident:late", now=clock.START).pk
            opened.set()
            assert may_commit.wait(10)
        return late

    def quickly() -> int:
        assert opened.wait(10)
        quick = act(1) if database == "postgresql" else 0  # SQLite lets nobody else write meanwhile
        threading.Timer(0.3, may_commit.set).start()
        seal(KEY, now=NOW)
        return quick

    late, quick = sorted(all_at_once(slowly, quickly), key=str)

    assert all(isinstance(one, int) for one in (late, quick)), (late, quick)
    if database == "postgresql":
        assert set(SealedRecord.objects.values_list("pk", flat=True)) == {late, quick}
    seal(KEY, now=NOW)
    assert SealedRecord.objects.count() == AuditRecord.objects.count()
    assert checked().faults == []


def test_a_transaction_that_does_not_end_is_left_for_the_next_time(
    no_acts: None, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database == "sqlite":
        return
    monkeypatch.setattr(sealing, "WAIT_SECONDS", 0.2)
    before = act(1)
    seal(KEY, now=NOW)
    opened, may_end = threading.Event(), threading.Event()

    def hanging() -> None:
        with transaction.atomic():
            record(Act.RESERVED, who="resident:late", now=clock.START)
            opened.set()
            may_end.wait(10)

    def meanwhile() -> int:
        opened.wait(10)
        act(2)
        try:
            return seal(KEY, now=NOW).records
        finally:
            may_end.set()

    assert 0 in all_at_once(hanging, meanwhile)
    assert before in SealedRecord.objects.values_list("pk", flat=True)
    assert seal(KEY, now=NOW).records == 2


def test_records_written_and_sealed_at_once_are_each_in_the_log_once(
    no_acts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    stop = threading.Event()

    def writes() -> None:
        for number in range(15):
            act(number)

    def seals() -> None:
        while not stop.wait(0.01):
            seal(KEY, now=NOW)

    def first_writes_then_stops(write: Callable[[], None]) -> None:
        write()
        time.sleep(0.05)
        stop.set()

    outcomes = all_at_once(seals, seals, writes, writes, lambda: first_writes_then_stops(writes))

    assert not any(isinstance(one, Exception) for one in outcomes), outcomes
    seal(KEY, now=NOW)
    assert set(SealedRecord.objects.values_list("pk", flat=True)) == set(
        AuditRecord.objects.values_list("pk", flat=True)
    )
    assert SealedRecord.objects.count() == 45
    assert checked().faults == []
