"""What was applied for is for good and stands for one person; and on PostgreSQL the functions of one round trip."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.guards import Statements, guard

_FUNCTIONS = Path(__file__).parents[1] / "apply.sql"
_SAME = ("id", "payment_service_id", "kind", "application_id", "room", "points", "created_at")
_OTHER_THAN_CURSOR = "OLD.cursor IS NOT NULL OR NEW.cursor IS NULL OR " + " OR ".join(
    f"NEW.{column} IS {{differs}} OLD.{column}" for column in _SAME
)
"""A notice is given its cursor when it is read, once; nothing else of it ever changes."""
_CONFIRMED = (
    "EXISTS (SELECT 1 FROM applications_application AS freed "
    "JOIN applications_correction AS claim ON claim.application_id = freed.id "
    "JOIN applications_correctionstep AS step ON step.correction_id = claim.id "
    "WHERE freed.id = NEW.{column} AND freed.incentive = NEW.incentive AND {same} "
    "AND step.kind = 'approved' AND step.outcome = 'mislink')"
)
_PERSON_BY_MISLINK = _CONFIRMED.format(column="person_freed_by_id", same="freed.resident_id = NEW.resident_id")
_ACCOUNT_BY_MISLINK = _CONFIRMED.format(
    column="account_freed_by_id",
    same="freed.payment_service_id = NEW.payment_service_id AND (freed.account_key = NEW.account_key "
    "OR freed.account_reference = NEW.account_reference)",
)
_PERSON_AT_ANOTHER_SERVICE = (
    "EXISTS (SELECT 1 FROM applications_application AS freed "
    "JOIN identity_resident AS who ON who.id = freed.resident_id "
    "WHERE freed.id = NEW.person_freed_by_id AND freed.incentive = NEW.incentive "
    "AND freed.payment_service_id <> NEW.payment_service_id "
    "AND coalesce(who.merged_into_id, who.id) = NEW.resident_id "
    "AND NOT EXISTS (SELECT 1 FROM applications_standingapplication AS standing "
    "WHERE standing.application_id = freed.id))"
)


def make_functions(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(_FUNCTIONS.read_text(encoding="utf-8"), params=None)


def _notices_change_cursor_alone() -> Statements:
    """Return the migration step that refuses every change of a notice but its first cursor."""
    sqlite, postgresql = (_OTHER_THAN_CURSOR.format(differs=differs) for differs in ("NOT", "DISTINCT FROM"))
    names, refuse = ("applications_notice_no_update", "applications_notice_no_delete"), "mynapoint_append_only()"
    raises = "BEGIN SELECT RAISE(ABORT, 'applications_notice is append-only'); END"
    return Statements(
        (
            f"CREATE TRIGGER {names[0]} BEFORE UPDATE ON applications_notice WHEN {sqlite} {raises}",
            f"CREATE TRIGGER {names[1]} BEFORE DELETE ON applications_notice {raises}",
        ),
        (
            f"CREATE TRIGGER {names[0]} BEFORE UPDATE ON applications_notice FOR EACH ROW WHEN ({postgresql}) "
            f"EXECUTE FUNCTION {refuse}",
            f"CREATE TRIGGER {names[1]} BEFORE DELETE ON applications_notice FOR EACH ROW EXECUTE FUNCTION {refuse}",
            "CREATE TRIGGER applications_notice_no_truncate BEFORE TRUNCATE ON applications_notice "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {refuse}",
        ),
        undo={
            "sqlite": tuple(f"DROP TRIGGER {name}" for name in names),
            "postgresql": tuple(
                f"DROP TRIGGER {name} ON applications_notice" for name in (*names, "applications_notice_no_truncate")
            ),
        },
    )


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial"), ("identity", "0002_guards")]

    operations = [
        append_only(
            *("applications_application", "applications_consent", "applications_keptanswer"),
            *("applications_correction", "applications_correctionstep"),
        ),
        _notices_change_cursor_alone(),
        guard(
            "stands_for_survivor",
            table="applications_standingapplication",
            events=("INSERT", "UPDATE"),
            lock="SELECT 1 FROM identity_resident WHERE id = NEW.resident_id FOR SHARE",
            refuses="EXISTS (SELECT 1 FROM identity_resident "
            "WHERE id = NEW.resident_id AND merged_into_id IS NOT NULL)",
        ),
        guard(
            "resident_has_standing",
            table="identity_resident",
            events=("UPDATE",),
            refuses="NEW.merged_into_id IS NOT NULL AND EXISTS "
            "(SELECT 1 FROM applications_standingapplication WHERE resident_id = NEW.id)",
        ),
        guard(
            "freed",
            table="applications_application",
            events=("INSERT",),
            only="NEW.person_freed_by_id IS NOT NULL OR NEW.account_freed_by_id IS NOT NULL",
            refuses="(NEW.person_freed_by_id IS NOT NULL "
            f"AND NOT {_PERSON_BY_MISLINK} AND NOT {_PERSON_AT_ANOTHER_SERVICE}) "
            f"OR (NEW.account_freed_by_id IS NOT NULL AND NOT {_ACCOUNT_BY_MISLINK})",
        ),
        guard(
            "correction_is_over",
            table="applications_correctionstep",
            events=("INSERT",),
            refuses="EXISTS (SELECT 1 FROM applications_correctionstep AS ending "
            "WHERE ending.correction_id = NEW.correction_id AND ending.kind IN ('approved', 'withdrawn')) "
            "OR NEW.number <> (SELECT count(*) FROM applications_correctionstep AS earlier "
            "WHERE earlier.correction_id = NEW.correction_id)",
        ),
        migrations.RunPython(make_functions, migrations.RunPython.noop),
    ]
