"""An application is not let past those who wait, and ends its person's own place on the waiting list."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.ledger.reserving import waiting_comes_first


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0010_corrections"),
        ("books", "0005_waiting_list"),
        ("ledger", "0007_corrections"),
    ]

    operations = [waiting_comes_first()]
