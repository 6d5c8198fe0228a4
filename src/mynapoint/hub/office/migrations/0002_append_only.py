"""An edition of the open data that was published stays as it is."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial")]

    operations = [append_only("office_edition")]
