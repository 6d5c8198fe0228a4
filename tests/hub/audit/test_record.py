"""The audit record: written with the act or not at all, never changed, and free of what it must not hold."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from hub import clock
from hub.sample_pay import SamplePay
from hub.visitor import Visitor
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act, AuditRecord

APPEND_ONLY = {
    "audit_auditrecord",
    "applications_application",
    "applications_consent",
    "applications_notice",
    "ledger_awardreport",
    "ledger_ledgerentry",
    "identity_residentmerge",
}
GUARDS = {
    "resident_not_parted_update",
    "resident_into_survivor_update",
    "resident_has_standing_update",
    "resident_has_total_update",
    "stands_for_survivor_insert",
    "stands_for_survivor_update",
    "total_of_survivor_insert",
    "total_of_survivor_update",
}


def test_every_act_of_the_journey_is_on_record_in_order(aoki: Visitor, sample_pay: SamplePay) -> None:
    aoki.sign_in()
    aoki.reserve()
    aoki.give_account("SP00001234", "999999")
    aoki.apply()
    aoki.post("/sign-out/", {})

    assert list(AuditRecord.objects.order_by("id").values_list("act", flat=True)) == [
        Act.CERTIFICATE_ENTERED,
        Act.SIGNED_IN,
        Act.RESERVED,
        Act.ACCOUNT_NOT_PROVED,
        Act.ACCOUNT_PROVED,
        Act.APPLIED,
        Act.SIGNED_OUT,
    ]
    assert len(set(AuditRecord.objects.values_list("who", flat=True))) == 1


def test_a_record_goes_with_its_act(db: None) -> None:
    @transaction.atomic
    def act() -> None:
        record(Act.RESERVED, who="resident:x", now=clock.START)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()

    assert not AuditRecord.objects.exists()


def test_a_record_cannot_be_changed_or_removed_even_in_the_database(db: None) -> None:
    with transaction.atomic():
        record(Act.RESERVED, who="resident:x", now=clock.START)

    for change in (
        lambda: AuditRecord.objects.update(who="resident:y"),
        lambda: AuditRecord.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_after_all_migrations_the_append_only_and_guarding_triggers_are_in_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        triggers = {name for (name,) in cursor.fetchall()}

    append_only = {f"{table}_{suffix}" for table in APPEND_ONLY for suffix in ("no_update", "no_delete")}
    assert triggers == append_only | GUARDS


def test_the_constraints_that_decide_races_are_in_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        schema = "\n".join(row[0] for row in cursor.fetchall())

    for name in (
        "application_once_per_resident",
        "application_once_per_account",
        "application_once_per_reference",
        "total_within_cap",
        "total_once",
        "line_once",
        "report_once",
        "notice_cursor",
        "notice_once",
        "nonce_once",
        "credential_unique",
        "registration_once",
        "stands_once",
        "over_cap_when_full",
        "link_one_successor",
        "link_one_predecessor",
    ):
        assert f'"{name}"' in schema, name
