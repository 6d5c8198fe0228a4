"""The hub has no place for a purchase: every column about people is on this list, and each has its reason to be."""

from __future__ import annotations

import re

from django.apps import apps
from django.db import connection

from hub.sample_pay import SamplePay
from hub.visitor import Visitor

SIGNED = {"statement", "origin", "nonce", "signature", "credential_id", "oidc_subject_id", "signed_at"}
CHOICE = {
    *("id", "resident_id", "payment_service_id", "incentive", "round_id", "counts"),
    *("account_key", "account_reference", "masked_account", "masked_holder", "proof"),
}
ABOUT_PEOPLE = {
    "audit_auditrecord": {"id", "act", "who", "subject", "details", "done_at", "recorded_at"},
    "audit_sealedrecord": {"record", "salt", "commitment"},
    "audit_checkpoint": {"id", "size", "through", "root", "subtrees", "sealed_at", "key_id", "signature"},
    "books_budget": {"id", "name", "is_limited"},
    "books_budgetshare": {"id", "round_id", "incentive", "budget_id"},
    "books_budgetblock": {"id", "budget_id", "number", "points_left"},
    "books_movement": {
        *("id", "budget_id", "kind", "from_account", "to_account", "points", "application", "service_number"),
        *("voucher", "reverses_id", "made_at"),
    },
    "books_waitingplace": {"id", "budget_id", "number", "round_id", "incentive", "resident", "points", "taken_at"},
    "books_waitingstep": {"id", "place_id", "kind", "offer_until", "done_at"},
    "books_openplace": {"place_id", "budget_id", "number", "round_id", "incentive", "resident", "offer_until"},
    "identity_resident": {"id", "first_seen_at", "merged_into_id"},
    "identity_credential": {
        *("id", "resident_id", "issuer_key_id", "serial", "fingerprint", "public_key", "valid_from", "valid_until"),
        *("predecessor_id", "first_seen_at", "links_asked_at", "revocation_known_at"),
    },
    "identity_oidcsubject": {"id", "resident_id", "issuer", "subject", "first_seen_at", "unlinked_at"},
    "identity_seriallink": {
        *("id", "old_issuer_key_id", "old_serial", "new_issuer_key_id", "new_serial"),
        *("known_at", "source", "joined_at"),
    },
    "identity_residentmerge": {"id", "absorbed_id", "survivor_id", "link_id", "merged_at"},
    "identity_challenge": {
        *("id", "nonce", "purpose", "statement", "origin", "session", "subject", "continue_to", "created_at"),
    },
    "identity_parkedanswer": {"id", "nonce", "token", "error", "route", "created_at"},
    "reservations_reservation": {"id", "resident_id", "my_key_id_text", "reserved_at", *SIGNED},
    "reservations_givenmykeyid": {"id", "reservation_id", "text", "nth", "given_at"},
    "reservations_mykeyidstep": {"id", "reservation_id", "number", "given_id", "done_at", *SIGNED},
    "applications_draft": {*CHOICE, "session", "signer", "created_at"},
    "applications_keptanswer": {"key", "asked", "is_refusal", "answer", "answered_at"},
    "applications_application": {*CHOICE, "reservation_id", "person_freed_by_id", "account_freed_by_id", "applied_at"},
    "applications_correction": {"id", "application_id", "other_id", "municipality", "words", "due_on"},
    "applications_correctionstep": {
        *("id", "correction_id", "number", "kind", "who", "staff_id", "first_id", "outcome", "evidence", "reference"),
        "done_at",
    },
    "applications_standingapplication": {"id", "resident_id", "incentive", "application_id"},
    "applications_consent": {"id", "application_id", *SIGNED},
    "applications_registration": {"id", "resident_id", "incentive", "proven_on", "source"},
    "applications_noticecounter": {"id", "payment_service_id", "last"},
    "applications_notice": {
        *("id", "payment_service_id", "cursor", "kind", "application_id", "room", "points", "created_at"),
    },
    "applications_usednonce": {"id", "key_id", "nonce", "used_at"},
    "office_edition": {"id", "through", "rows", "visits", "published_at"},
    "support_visit": {
        *("id", "terminal_id", "municipality", "staff_session_id", "ticket_id", "resident_id", "service", "incentive"),
        *("begun_at", "seen_at", "ended_at", "ending", "applications", "signed", "card_left_at"),
    },
    "support_pinreset": {
        *("id", "municipality", "terminal_id", "needed", "checked", "document", "first_id", "second_id", "state"),
        *("how", "opened_at", "closed_at"),
    },
    "support_visitrefusal": {"id", "visit_id", "code"},
    "support_queueticket": {
        *("id", "municipality", "day", "number", "state", "drawn_at", "called_at", "done_at", "terminal_id"),
    },
    "office_dayvisits": {"id", "day", "municipality", "visits", "applications"},
    "ledger_countedday": {"day", "counted_at"},
    "ledger_daycount": {
        *("id", "day", "payment_service_id", "round_id", "incentive", "applications", "points", "early"),
    },
    "ledger_daywaiting": {"id", "day", "told_on", "payment_service_id", "round_id", "incentive", "waiting"},
    "ledger_daymoved": {"id", "day", "budget_id", "from_account", "to_account", "points", "appropriations"},
    "ledger_awardreport": {
        *("id", "payment_service_id", "report_id", "body_digest", "reported_up_to", "answer", "received_at"),
        *("lines_declared", "points_declared"),
    },
    "ledger_refusedreport": {
        *("id", "provider_id", "payment_service_id", "key_id", "report_id", "body_digest", "code", "line", "field"),
        *("lines_declared", "points_declared", "lines_counted", "points_counted", "received_at"),
    },
    "ledger_ledgerentry": {
        *("id", "report_id", "application_id", "payment_service_id", "line_id", "points", "posted_on", "recorded_at"),
        "origin_id",
    },
    "ledger_recordedtotal": {"id", "resident_id", "incentive", "recorded", "over_cap", "points_max"},
    "ledger_doubleapplication": {
        *("id", "earlier_id", "later_id", "points_earlier", "points_later", "link_id", "opened_at", "state"),
        "decided_at",
    },
}
NEVER = re.compile(r"amount|yen|price|shop|store|merchant|purchase|transaction|item|basket|my_number|birth|address")
RULES_OF_A_SERVICE = {("payment_services_paymentservice", "minimum_yen")}


def test_every_column_about_people_is_on_the_list(db: None) -> None:
    labels = {table.partition("_")[0] for table in ABOUT_PEOPLE}

    assert columns(labels) == ABOUT_PEOPLE


def test_no_column_of_the_hub_is_named_for_a_purchase_or_a_name(db: None) -> None:
    named = {(table, column) for table, names in columns(None).items() for column in names if NEVER.search(column)}

    assert named <= RULES_OF_A_SERVICE | contact_columns(named)


def test_the_register_and_the_municipal_pages_know_no_resident() -> None:
    for model in apps.get_models():
        if model._meta.app_label in {"payment_services", "municipalities"}:
            related = {field.related_model._meta.app_label for field in model._meta.fields if field.related_model}
            assert related <= {"payment_services", "municipalities"}, model


def test_the_audit_record_holds_codes_counts_and_pseudonyms_only(aoki: Visitor, sample_pay: SamplePay) -> None:
    from mynapoint.hub.audit.models import AuditRecord

    aoki.sign_in()
    aoki.reserve()
    aoki.apply()

    allowed = {
        "fingerprint",
        "service",
        "incentive",
        "code",
        "why",
        "source",
        "report",
        "accepted",
        "repeated",
        "refused",
        "points",
        "links",
        "judged_as_of",
        "grace",
        "revision",
    }
    for record in AuditRecord.objects.all():
        assert set(record.details) <= allowed
        assert "****" not in repr(record.details)


def columns(labels: set[str] | None) -> dict[str, set[str]]:
    """Read the columns from the database itself, not from the models."""
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if "_" in table]
        return {
            table: {column.name for column in connection.introspection.get_table_description(cursor, table)}
            for table in tables
            if (labels is None or table.partition("_")[0] in labels)
            and not table.startswith(("django_", "auth_", "sqlite_"))
        }


def contact_columns(named: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """A municipality's own counters have addresses; they are about no resident."""
    return {(table, column) for table, column in named if table.startswith("municipalities_") and "address" in column}
