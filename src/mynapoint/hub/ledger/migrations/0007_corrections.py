"""An entry of a correction names its origin; and a stop keeps the reservation of what still stands: it may resume."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from mynapoint.hub.ledger.reserving import notices_move_reservations

_NAMES = ("notice_moves_reservation_insert", "stop_releases_reservation_insert")


def take_triggers_away(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for name in _NAMES:
        if editor.connection.vendor == "sqlite":
            editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
        else:
            editor.execute(f"DROP TRIGGER IF EXISTS {name} ON applications_notice", params=None)
            editor.execute(f"DROP FUNCTION IF EXISTS {name}()", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0010_corrections"),
        ("ledger", "0006_total_guard_of_resident"),
    ]

    operations = [
        migrations.AddField(
            "ledgerentry",
            "origin",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.ledgerentry",
            ),
        ),
        migrations.RunPython(take_triggers_away, migrations.RunPython.noop),
        notices_move_reservations(),
    ]
