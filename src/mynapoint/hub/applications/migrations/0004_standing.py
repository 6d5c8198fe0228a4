"""Which application stands for a person and incentive: one, whichever certificates signed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0003_draft_session"),
        ("identity", "0003_lineage_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="StandingApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incentive", models.CharField(max_length=40)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing",
                        to="applications.application",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("resident", "incentive"), name="stands_once")],
            },
        ),
    ]
