"""Reports and ledger entries can only grow: the database refuses to change or remove a row."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [append_only("ledger_awardreport", "ledger_ledgerentry")]
