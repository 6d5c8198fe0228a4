"""The My Key IDs given before every ID was kept."""

from typing import Any

from django.db import migrations


def _keep_given(apps: Any, _editor: Any) -> None:
    given = apps.get_model("reservations", "GivenMyKeyId")
    for row in apps.get_model("reservations", "Reservation").objects.order_by("id").iterator():
        given.objects.create(reservation=row, text=row.my_key_id_text, nth=0, given_at=row.reserved_at)


class Migration(migrations.Migration):
    dependencies = [("reservations", "0003_my_key_id_steps")]

    operations = [migrations.RunPython(_keep_given, migrations.RunPython.noop)]
