"""When the agent said that the card of a visit has left: before that no other card begins the next one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0006_visits_by_begin")]

    operations = [
        migrations.AddField(model_name="visit", name="card_left_at", field=models.DateTimeField(blank=True, null=True)),
    ]
