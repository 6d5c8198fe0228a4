"""The database keeps no total under a resident who was merged into another: one person has one cap."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.guards import guard


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_double_applications")]

    operations = [
        guard(
            "total_of_survivor",
            table="ledger_recordedtotal",
            events=("INSERT", "UPDATE"),
            lock="SELECT 1 FROM identity_resident WHERE id = NEW.resident_id FOR SHARE",
            refuses="EXISTS (SELECT 1 FROM identity_resident "
            "WHERE id = NEW.resident_id AND merged_into_id IS NOT NULL)",
        ),
        guard(
            "resident_has_total",
            table="identity_resident",
            events=("UPDATE",),
            refuses="NEW.merged_into_id IS NOT NULL AND EXISTS "
            "(SELECT 1 FROM ledger_recordedtotal WHERE resident_id = NEW.id)",
        ),
    ]
