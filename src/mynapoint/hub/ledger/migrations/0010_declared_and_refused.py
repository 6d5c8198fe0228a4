"""A report keeps what it declared; one refused as a whole leaves a small record, which can only grow."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0009_total_guard_by_statement"),
        ("payment_services", "0003_register_guards"),
    ]

    operations = [
        migrations.AddField("awardreport", "lines_declared", models.PositiveIntegerField(null=True)),
        migrations.AddField("awardreport", "points_declared", models.BigIntegerField(null=True)),
        migrations.CreateModel(
            name="RefusedReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.CharField(max_length=64)),
                ("report_id", models.CharField(blank=True, max_length=64)),
                ("body_digest", models.CharField(max_length=64)),
                ("code", models.CharField(max_length=32)),
                ("line", models.PositiveIntegerField(null=True)),
                ("field", models.CharField(blank=True, max_length=64)),
                ("lines_declared", models.PositiveIntegerField(null=True)),
                ("points_declared", models.BigIntegerField(null=True)),
                ("lines_counted", models.PositiveIntegerField(null=True)),
                ("points_counted", models.BigIntegerField(null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "payment_service",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payment_services.paymentservice",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payment_services.provider"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "body_digest", "code"), name="refusal_once")
                ],
            },
        ),
        append_only("ledger_refusedreport"),
    ]
