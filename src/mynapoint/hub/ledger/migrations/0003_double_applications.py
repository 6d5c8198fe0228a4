"""Points beyond the cap told apart, and the case that is opened where one person applied twice."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0004_standing"),
        ("identity", "0003_lineage_guards"),
        ("ledger", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="DoubleApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points_earlier", models.PositiveIntegerField()),
                ("points_later", models.PositiveIntegerField()),
                ("opened_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(choices=[("open", "Open"), ("decided", "Decided")], default="open", max_length=8),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="recordedtotal",
            name="over_cap",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="recordedtotal",
            constraint=models.CheckConstraint(
                condition=models.Q(("over_cap", 0), ("recorded", models.F("points_max")), _connector="OR"),
                name="over_cap_when_full",
            ),
        ),
        migrations.AddField(
            model_name="doubleapplication",
            name="earlier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="doubleapplication",
            name="later",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="doubleapplication",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.seriallink"
            ),
        ),
        migrations.AddConstraint(
            model_name="doubleapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(("earlier", models.F("later")), _negated=True), name="case_of_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="doubleapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state", "open")),
                    models.Q(("decided_at__isnull", False), ("state", "decided")),
                    _connector="OR",
                ),
                name="case_decided",
            ),
        ),
    ]
