"""Audit records, their seals and checkpoints are for good: the database refuses to change or remove one."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [append_only("audit_auditrecord", "audit_checkpoint", "audit_sealedrecord")]
