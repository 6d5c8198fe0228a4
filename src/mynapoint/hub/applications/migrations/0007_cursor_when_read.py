"""A notice gets its cursor when it is read: once, and nothing else of it ever changes."""

from __future__ import annotations

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_SAME = ("id", "payment_service_id", "kind", "application_id", "room", "points", "created_at")


def install(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let the database refuse every change of a notice but its first cursor."""
    for statement in _INSTALL[editor.connection.vendor]:
        editor.execute(statement, params=None)


_REFUSED = {
    "sqlite": "OLD.cursor IS NOT NULL OR NEW.cursor IS NULL OR "
    + " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _SAME),
    "postgresql": "OLD.cursor IS NOT NULL OR NEW.cursor IS NULL OR "
    + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _SAME),
}
_INSTALL = {
    # SQLite made the table anew to let the column be empty, and lost its triggers.
    "sqlite": (
        "DROP TRIGGER IF EXISTS applications_notice_no_update",
        "DROP TRIGGER IF EXISTS applications_notice_no_delete",
        f"CREATE TRIGGER applications_notice_no_update BEFORE UPDATE ON applications_notice WHEN {_REFUSED['sqlite']} "
        "BEGIN SELECT RAISE(ABORT, 'applications_notice is append-only'); END",
        "CREATE TRIGGER applications_notice_no_delete BEFORE DELETE ON applications_notice "
        "BEGIN SELECT RAISE(ABORT, 'applications_notice is append-only'); END",
    ),
    "postgresql": (
        "DROP TRIGGER applications_notice_no_change ON applications_notice",
        "CREATE TRIGGER applications_notice_no_update BEFORE UPDATE ON applications_notice FOR EACH ROW "
        f"WHEN ({_REFUSED['postgresql']}) EXECUTE FUNCTION mynapoint_append_only()",
        "CREATE TRIGGER applications_notice_no_delete BEFORE DELETE ON applications_notice FOR EACH ROW "
        "EXECUTE FUNCTION mynapoint_append_only()",
    ),
}


class Migration(migrations.Migration):
    dependencies = [("applications", "0006_phone")]

    operations = [
        migrations.AlterField("notice", "cursor", models.PositiveBigIntegerField(null=True)),
        migrations.AddIndex(
            "notice",
            models.Index(
                name="notice_without_cursor",
                fields=["payment_service", "id"],
                condition=models.Q(cursor__isnull=True),
            ),
        ),
        migrations.RunPython(install),
    ]
