"""On PostgreSQL whose the new totals are is asked once for a statement, not for each of its rows: reports make many."""

# ruff: noqa: S608 (every part is ours)
from __future__ import annotations

from django.db import migrations

from mynapoint.hub.books.triggers import statements

_DROP = ("DROP TRIGGER total_of_survivor_insert ON ledger_recordedtotal", "DROP FUNCTION total_of_survivor_insert()")
_RAISE = "RAISE EXCEPTION 'total_of_survivor_insert' USING ERRCODE = 'integrity_constraint_violation'"
_OF_ROW = (
    f"""
CREATE FUNCTION total_of_survivor_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM * FROM (SELECT 1 FROM identity_resident WHERE id = NEW.resident_id FOR SHARE) AS locked;
    IF EXISTS (SELECT 1 FROM identity_resident WHERE id = NEW.resident_id AND merged_into_id IS NOT NULL) THEN
        {_RAISE};
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER total_of_survivor_insert BEFORE INSERT ON ledger_recordedtotal FOR EACH ROW "
    "EXECUTE FUNCTION total_of_survivor_insert()",
)
_OF_STATEMENT = (
    f"""
CREATE FUNCTION total_of_survivor_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM identity_resident WHERE id IN (SELECT resident_id FROM made) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT 1 FROM made JOIN identity_resident AS who ON who.id = made.resident_id
                WHERE who.merged_into_id IS NOT NULL) THEN
        {_RAISE};
    END IF;
    RETURN NULL;
END $$
""",
    "CREATE TRIGGER total_of_survivor_insert AFTER INSERT ON ledger_recordedtotal REFERENCING NEW TABLE AS made "
    "FOR EACH STATEMENT EXECUTE FUNCTION total_of_survivor_insert()",
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_waiting_list")]

    operations = [
        statements(
            (),
            (*_DROP, *_OF_STATEMENT),
            undo={"sqlite": (), "postgresql": (*_DROP, *_OF_ROW)},
        )
    ]
