"""Merges are for good and one step deep: the database refuses to part residents, and to merge into a merged one."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.guards import guard


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [
        append_only("identity_residentmerge"),
        guard(
            "resident_not_parted",
            table="identity_resident",
            events=("UPDATE",),
            refuses="OLD.merged_into_id IS NOT NULL AND NEW.merged_into_id IS NULL",
        ),
        guard(
            "resident_into_survivor",
            table="identity_resident",
            events=("UPDATE",),
            refuses="NEW.merged_into_id IS NOT NULL AND ("
            "EXISTS (SELECT 1 FROM identity_resident WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL)"
            " OR EXISTS (SELECT 1 FROM identity_resident WHERE merged_into_id = NEW.id))",
        ),
    ]
