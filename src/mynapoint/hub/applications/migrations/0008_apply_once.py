"""Answers kept for machines, append-only; and on PostgreSQL the function that writes an application in one round trip."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from mynapoint.hub.audit.append_only import append_only

_FUNCTIONS = Path(__file__).parents[1] / "apply.sql"


def make_functions(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(_FUNCTIONS.read_text(encoding="utf-8"), params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0007_cursor_when_read"),
        ("audit", "0004_phone"),
        ("identity", "0004_phone"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("key", models.CharField(max_length=128, primary_key=True, serialize=False)),
                ("asked", models.CharField(max_length=64)),
                ("is_refusal", models.BooleanField()),
                ("answer", models.TextField()),
                ("answered_at", models.DateTimeField()),
            ],
        ),
        append_only("applications_keptanswer"),
        migrations.RunPython(make_functions, migrations.RunPython.noop),
    ]
