"""What is there stands; and the database lets nothing stand under a resident who was merged into another."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.guards import guard


class Migration(migrations.Migration):
    dependencies = [("applications", "0004_standing"), ("identity", "0003_lineage_guards")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO applications_standingapplication (resident_id, incentive, application_id) "
            "SELECT resident_id, incentive, id FROM applications_application",
            migrations.RunSQL.noop,
        ),
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
    ]
