"""An edition of the open data has visits to support counters by prefecture, too; those before have none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0001_editions")]

    operations = [migrations.AddField("edition", "visits", models.JSONField(null=True))]
