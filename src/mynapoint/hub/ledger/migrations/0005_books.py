"""Every application reserves points in the books, by trigger; what is kept already is booked once."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from mynapoint.hub.ledger.reserving import BOOK_WHAT_IS_KEPT, notices_move_reservations


def book_what_is_kept(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in BOOK_WHAT_IS_KEPT:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0008_apply_once"),
        ("books", "0003_national_budgets"),
        ("ledger", "0004_total_guards"),
    ]

    operations = [
        migrations.RunPython(book_what_is_kept, migrations.RunPython.noop),
        notices_move_reservations(),
    ]
