"""The first tables of applications."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        ("payment_services", "0001_initial"),
        ("reservations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("incentive", models.CharField(max_length=40)),
                ("round_id", models.CharField(max_length=20)),
                ("counts", models.CharField(choices=[("top_up", "チャージ"), ("purchase", "買い物")], max_length=8)),
                ("account_key", models.CharField(max_length=64)),
                ("account_reference", models.CharField(max_length=128)),
                ("masked_account", models.CharField(max_length=16)),
                ("masked_holder", models.CharField(max_length=64)),
                ("proof", models.TextField()),
                ("applied_at", models.DateTimeField()),
                (
                    "payment_service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payment_services.paymentservice",
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reservations.reservation"
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("statement", models.CharField(max_length=1000)),
                ("origin", models.CharField(max_length=200)),
                ("nonce", models.CharField(max_length=64)),
                ("signature", models.BinaryField(max_length=1024)),
                ("signed_at", models.DateTimeField()),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent",
                        to="applications.application",
                    ),
                ),
                (
                    "credential",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.credential"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("incentive", models.CharField(max_length=40)),
                ("round_id", models.CharField(max_length=20)),
                ("counts", models.CharField(choices=[("top_up", "チャージ"), ("purchase", "買い物")], max_length=8)),
                ("account_key", models.CharField(max_length=64)),
                ("account_reference", models.CharField(max_length=128)),
                ("masked_account", models.CharField(max_length=16)),
                ("masked_holder", models.CharField(max_length=64)),
                ("proof", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "payment_service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payment_services.paymentservice",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cursor", models.PositiveBigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("application", "APPLICATION"),
                            ("award_instruction", "AWARD_INSTRUCTION"),
                            ("stop", "STOP"),
                            ("resume", "RESUME"),
                        ],
                        max_length=20,
                    ),
                ),
                ("room", models.PositiveIntegerField()),
                ("points", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="applications.application",
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
            ],
        ),
        migrations.CreateModel(
            name="NoticeCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last", models.PositiveBigIntegerField(default=0)),
                (
                    "payment_service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payment_services.paymentservice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incentive", models.CharField(max_length=40)),
                ("proven_on", models.DateField()),
                ("source", models.CharField(max_length=40)),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UsedNonce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.CharField(max_length=64)),
                ("nonce", models.CharField(max_length=128)),
                ("used_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("key_id", "nonce"), name="nonce_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(fields=("resident", "incentive"), name="application_once_per_resident"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                fields=("payment_service", "account_key", "incentive"), name="application_once_per_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                fields=("payment_service", "account_reference", "incentive"), name="application_once_per_reference"
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(fields=("resident", "incentive"), name="draft_once"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("payment_service", "cursor"), name="notice_cursor"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["application", "award_instruction"])),
                fields=("application", "kind"),
                name="notice_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "award_instruction"), ("points__gt", 0)),
                    models.Q(models.Q(("kind", "award_instruction"), _negated=True), ("points", 0)),
                    _connector="OR",
                ),
                name="notice_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.UniqueConstraint(fields=("resident", "incentive"), name="registration_once"),
        ),
    ]
