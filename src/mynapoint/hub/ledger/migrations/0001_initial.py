"""The tables of ledger."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("applications", "0001_initial"),
        ("books", "0001_initial"),
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
                ("lines_declared", models.PositiveIntegerField(null=True)),
                ("points_declared", models.BigIntegerField(null=True)),
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
            options={
                "indexes": [models.Index(fields=["payment_service", "reported_up_to"], name="report_up_to")],
                "constraints": [models.UniqueConstraint(fields=("payment_service", "report_id"), name="report_once")],
            },
        ),
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
                (
                    "earlier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
                    ),
                ),
                (
                    "later",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.seriallink"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("earlier", models.F("later")), _negated=True), name="case_of_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(("decided_at__isnull", False), ("state", "decided")),
                            _connector="OR",
                        ),
                        name="case_decided",
                    ),
                ],
            },
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
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.application",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.ledgerentry",
                    ),
                ),
                (
                    "payment_service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payment_services.paymentservice",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="ledger.awardreport",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("payment_service", "line_id"), name="line_once"),
                    models.CheckConstraint(condition=models.Q(("points", 0), _negated=True), name="entry_not_zero"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordedTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incentive", models.CharField(max_length=40)),
                ("recorded", models.IntegerField(default=0)),
                ("over_cap", models.PositiveIntegerField(default=0)),
                ("points_max", models.PositiveIntegerField()),
                (
                    "resident",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.resident",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("resident", "incentive"), name="total_once"),
                    models.CheckConstraint(
                        condition=models.Q(("recorded__gte", 0), ("recorded__lte", models.F("points_max"))),
                        name="total_within_cap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("over_cap", 0), ("recorded", models.F("points_max")), _connector="OR"),
                        name="over_cap_when_full",
                    ),
                ],
            },
        ),
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
        migrations.CreateModel(
            name="CountedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("counted_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DayCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("round_id", models.CharField(max_length=20)),
                ("incentive", models.CharField(max_length=40)),
                ("applications", models.PositiveIntegerField()),
                ("points", models.BigIntegerField()),
                ("early", models.PositiveIntegerField()),
                (
                    "payment_service",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payment_services.paymentservice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "payment_service", "round_id", "incentive"), name="counted_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DayMoved",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "from_account",
                    models.CharField(
                        choices=[
                            ("funds", "Funds"),
                            ("budget", "Budget"),
                            ("reserved", "Reserved"),
                            ("awarded", "Awarded"),
                            ("claimed", "Claimed"),
                            ("paid", "Paid"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "to_account",
                    models.CharField(
                        choices=[
                            ("funds", "Funds"),
                            ("budget", "Budget"),
                            ("reserved", "Reserved"),
                            ("awarded", "Awarded"),
                            ("claimed", "Claimed"),
                            ("paid", "Paid"),
                        ],
                        max_length=8,
                    ),
                ),
                ("points", models.BigIntegerField()),
                ("appropriations", models.PositiveIntegerField()),
                (
                    "budget",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.budget"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "budget", "from_account", "to_account"), name="moved_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DayWaiting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("told_on", models.DateField()),
                ("round_id", models.CharField(max_length=20)),
                ("incentive", models.CharField(max_length=40)),
                ("waiting", models.IntegerField()),
                (
                    "payment_service",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payment_services.paymentservice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "told_on", "payment_service", "round_id", "incentive"), name="waiting_once"
                    )
                ],
            },
        ),
    ]
