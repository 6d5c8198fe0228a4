"""Every My Key ID ever given is kept, and every step of one."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("reservations", "0001_initial")]

    operations = [append_only("reservations_givenmykeyid", "reservations_mykeyidstep")]
