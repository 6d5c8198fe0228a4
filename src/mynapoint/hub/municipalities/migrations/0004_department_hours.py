"""A department states its own hours, which need not be a counter's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0003_change_guard"),
    ]

    operations = [
        migrations.AddField(model_name="department", name="opens", field=models.TimeField(blank=True, null=True)),
        migrations.AddField(model_name="department", name="closes", field=models.TimeField(blank=True, null=True)),
    ]
