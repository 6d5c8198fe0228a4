"""Entries and reports only grow, a total is a survivor's, applications reserve their points; rows are found by day."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.by_instant import found_by_instant
from mynapoint.hub.audit.guards import Statements, guard
from mynapoint.hub.ledger.reserving import notices_move_reservations

_ON_SQLITE = """
CREATE TRIGGER {name} BEFORE {event} ON ledger_recordedtotal
WHEN NOT EXISTS (SELECT 1 FROM identity_resident WHERE id = NEW.resident_id AND merged_into_id IS NULL)
BEGIN SELECT RAISE(ABORT, '{name}'); END
"""
_OF_MANY = """
CREATE FUNCTION total_of_survivor_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    missing bigint;
BEGIN
    -- Counted, not asked for by WHERE: PostgreSQL takes a condition into the inner query, and would lock nobody else.
    SELECT (SELECT count(*) FROM made) - count(*) FILTER (WHERE merged_into_id IS NULL)
      INTO missing
      FROM (SELECT who.merged_into_id
              FROM (SELECT resident_id FROM made ORDER BY resident_id) AS own
              JOIN identity_resident AS who ON who.id = own.resident_id
             ORDER BY who.id FOR SHARE OF who) AS locked;
    IF missing > 0 THEN
        RAISE EXCEPTION 'total_of_survivor_insert' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""
"""Reports make many totals: whose they are is asked once a statement, in one pass in the order of the key.

It asks what a foreign key would, too, so there is none: no row is asked for by itself at the commit.
"""
_OF_ONE = """
CREATE FUNCTION total_of_survivor_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM identity_resident WHERE id = NEW.resident_id FOR SHARE;
    IF NOT EXISTS (SELECT 1 FROM identity_resident WHERE id = NEW.resident_id AND merged_into_id IS NULL) THEN
        RAISE EXCEPTION 'total_of_survivor_update' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
_TOTAL_OF_SURVIVOR = Statements(  # fillfactor: a total changes with every report, and finds room in its own page
    (
        _ON_SQLITE.format(name="total_of_survivor_insert", event="INSERT"),
        _ON_SQLITE.format(name="total_of_survivor_update", event="UPDATE OF resident_id"),
    ),
    (
        _OF_MANY,
        "CREATE TRIGGER total_of_survivor_insert AFTER INSERT ON ledger_recordedtotal "
        "REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION total_of_survivor_insert()",
        _OF_ONE,
        "CREATE TRIGGER total_of_survivor_update BEFORE UPDATE OF resident_id ON ledger_recordedtotal "
        "FOR EACH ROW EXECUTE FUNCTION total_of_survivor_update()",
        "ALTER TABLE ledger_recordedtotal SET (fillfactor = 70)",
    ),
    undo={
        "sqlite": ("DROP TRIGGER total_of_survivor_insert", "DROP TRIGGER total_of_survivor_update"),
        "postgresql": (
            "DROP TRIGGER total_of_survivor_insert ON ledger_recordedtotal",
            "DROP TRIGGER total_of_survivor_update ON ledger_recordedtotal",
            "DROP FUNCTION total_of_survivor_insert()",
            "DROP FUNCTION total_of_survivor_update()",
            "ALTER TABLE ledger_recordedtotal RESET (fillfactor)",
        ),
    },
)
_ENTRY_ON_SQLITE = """
CREATE TRIGGER entry_of_application_insert BEFORE INSERT ON ledger_ledgerentry WHEN NOT EXISTS (
    SELECT 1 FROM applications_application AS one JOIN ledger_awardreport AS report ON report.id = NEW.report_id
     WHERE one.id = NEW.application_id AND one.payment_service_id = NEW.payment_service_id
       AND report.payment_service_id = NEW.payment_service_id
) OR NEW.origin_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_ledgerentry WHERE id = NEW.origin_id)
BEGIN SELECT RAISE(ABORT, 'entry_of_application_insert'); END
"""
_ENTRIES = """
CREATE FUNCTION entry_of_application_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Each by its key: a query that gives one value is never made a join of whole tables.
    PERFORM 1 FROM made
     WHERE payment_service_id IS DISTINCT FROM
               (SELECT one.payment_service_id FROM applications_application AS one WHERE one.id = made.application_id)
        OR payment_service_id IS DISTINCT FROM
               (SELECT report.payment_service_id FROM ledger_awardreport AS report WHERE report.id = made.report_id)
        OR origin_id IS DISTINCT FROM
               (SELECT origin.id FROM ledger_ledgerentry AS origin WHERE origin.id = made.origin_id)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry_of_application_insert' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""
"""What foreign keys would ask one by one at the commit, and that all three are of one service; without a lock, for
applications, reports and entries are append-only, and an application keeps its service from being removed."""
_ENTRY_OF_APPLICATION = Statements(
    (_ENTRY_ON_SQLITE,),
    (
        _ENTRIES,
        "CREATE TRIGGER entry_of_application_insert AFTER INSERT ON ledger_ledgerentry "
        "REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION entry_of_application_insert()",
    ),
    undo={
        "sqlite": ("DROP TRIGGER entry_of_application_insert",),
        "postgresql": (
            "DROP TRIGGER entry_of_application_insert ON ledger_ledgerentry",
            "DROP FUNCTION entry_of_application_insert()",
        ),
    },
)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0002_guards"),
        ("books", "0003_national_budgets"),
        ("ledger", "0001_initial"),
    ]

    operations = [
        append_only("ledger_awardreport", "ledger_ledgerentry", "ledger_refusedreport"),
        _TOTAL_OF_SURVIVOR,
        _ENTRY_OF_APPLICATION,
        guard(
            "resident_has_total",
            table="identity_resident",
            events=("UPDATE",),
            refuses="NEW.merged_into_id IS NOT NULL AND EXISTS "
            "(SELECT 1 FROM ledger_recordedtotal WHERE resident_id = NEW.id)",
        ),
        notices_move_reservations(),
        found_by_instant(
            applications_application="applied_at",
            applications_notice="created_at",
            books_movement="made_at",
            ledger_ledgerentry="recorded_at",
        ),
    ]
