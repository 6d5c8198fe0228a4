"""Whose a total is, is asked when that changes, no longer with every point: nobody with a total can be merged away."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.books.triggers import statements

_FIRES = "CREATE TRIGGER total_of_survivor_update BEFORE UPDATE{of} ON ledger_recordedtotal"
_REFUSES = "EXISTS (SELECT 1 FROM identity_resident WHERE id = NEW.resident_id AND merged_into_id IS NOT NULL)"
_SQLITE = f"{_FIRES} WHEN {_REFUSES} BEGIN SELECT RAISE(ABORT, 'total_of_survivor_update'); END"
_POSTGRESQL = f"{_FIRES} FOR EACH ROW EXECUTE FUNCTION total_of_survivor_update()"
_DROP = ("DROP TRIGGER total_of_survivor_update", "DROP TRIGGER total_of_survivor_update ON ledger_recordedtotal")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_books")]

    operations = [
        statements(
            (_DROP[0], _SQLITE.format(of=" OF resident_id")),
            (_DROP[1], _POSTGRESQL.format(of=" OF resident_id")),
            undo={
                "sqlite": (_DROP[0], _SQLITE.format(of="")),
                "postgresql": (_DROP[1], _POSTGRESQL.format(of="")),
            },
        )
    ]
