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


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0002_guards"),
        ("books", "0003_national_budgets"),
        ("ledger", "0001_initial"),
    ]

    operations = [
        append_only("ledger_awardreport", "ledger_ledgerentry", "ledger_refusedreport"),
        _TOTAL_OF_SURVIVOR,
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
