"""The first tables of ledger."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("applications", "0001_initial"),
        ("identity", "0001_initial"),
        ("payment_services", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AwardReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("report_id", models.CharField(max_length=64)),
                ("body_digest", models.CharField(max_length=64)),
                ("reported_up_to", models.DateTimeField()),
                ("answer", models.BinaryField()),
                ("received_at", models.DateTimeField()),
                (
                    "payment_service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payment_services.paymentservice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_id", models.CharField(max_length=64)),
                ("points", models.IntegerField()),
                ("posted_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
                    ),
                ),
                (
                    "payment_service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payment_services.paymentservice",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="ledger.awardreport"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecordedTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incentive", models.CharField(max_length=40)),
                ("recorded", models.IntegerField(default=0)),
                ("points_max", models.PositiveIntegerField()),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="awardreport",
            index=models.Index(fields=["payment_service", "reported_up_to"], name="report_up_to"),
        ),
        migrations.AddConstraint(
            model_name="awardreport",
            constraint=models.UniqueConstraint(fields=("payment_service", "report_id"), name="report_once"),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(fields=("payment_service", "line_id"), name="line_once"),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(condition=models.Q(("points", 0), _negated=True), name="entry_not_zero"),
        ),
        migrations.AddConstraint(
            model_name="recordedtotal",
            constraint=models.UniqueConstraint(fields=("resident", "incentive"), name="total_once"),
        ),
        migrations.AddConstraint(
            model_name="recordedtotal",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded__gte", 0), ("recorded__lte", models.F("points_max"))),
                name="total_within_cap",
            ),
        ),
    ]
