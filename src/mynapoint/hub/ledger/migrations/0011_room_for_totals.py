"""On PostgreSQL pages of totals keep room: a total that rises stays in its page, and its three indexes are left alone."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.books.triggers import statements


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_declared_and_refused")]

    operations = [
        statements(
            (),
            ("ALTER TABLE ledger_recordedtotal SET (fillfactor = 70)",),
            undo={"sqlite": (), "postgresql": ("ALTER TABLE ledger_recordedtotal RESET (fillfactor)",)},
        )
    ]
