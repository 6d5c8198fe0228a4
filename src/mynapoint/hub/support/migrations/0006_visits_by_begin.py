"""Visits of some hours anywhere are found without reading all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0005_card_of_visit")]

    operations = [
        migrations.AddIndex("visit", models.Index(fields=["begun_at"], name="visits_by_begin")),
    ]
