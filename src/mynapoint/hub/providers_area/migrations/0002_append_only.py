"""What a provider proposed, and what became of it, is for good."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("providers_area", "0001_initial")]

    operations = [append_only("providers_area_proposal", "providers_area_proposaloutcome")]
