"""An edition of the open data that was published stays as it is; visits are found by the day they ended on."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.by_instant import found_by_instant


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial"), ("support", "0001_initial")]

    operations = [append_only("office_edition"), found_by_instant(support_visit="ended_at")]
