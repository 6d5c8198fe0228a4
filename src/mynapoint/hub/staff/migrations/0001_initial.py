"""The tables of staff."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StaffAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("helper", "窓口の担当者"),
                            ("supervisor", "窓口の責任者"),
                            ("editor", "市区町村ページの編集者"),
                            ("office", "事務局"),
                            ("provider", "決済事業者の担当者"),
                        ],
                        max_length=10,
                    ),
                ),
                ("municipality", models.CharField(blank=True, max_length=40)),
                ("provider", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("password", models.CharField(blank=True, max_length=255)),
                ("totp_secret", models.BinaryField(max_length=200, null=True)),
                ("last_step", models.BigIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("locked_until", models.DateTimeField(blank=True, null=True)),
                ("enrolment_digest", models.CharField(blank=True, max_length=64)),
                ("enrolment_until", models.DateTimeField(blank=True, null=True)),
                ("vouched_at", models.DateTimeField()),
                ("disabled_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "vouched_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("municipality", ""), ("provider", ""), ("role", "office")),
                            models.Q(
                                ("municipality", ""), ("role", "provider"), models.Q(("provider", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("role__in", ["office", "provider"]), _negated=True),
                                models.Q(("municipality", ""), _negated=True),
                                ("provider", ""),
                            ),
                            _connector="OR",
                        ),
                        name="staff_of_one_place",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Terminal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("municipality", models.CharField(blank=True, max_length=40)),
                ("provider", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("secret_digest", models.CharField(blank=True, db_index=True, max_length=64)),
                ("registration_digest", models.CharField(blank=True, max_length=64)),
                ("registration_until", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("locked_until", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "provider", "name"), name="terminal_name"),
                    models.UniqueConstraint(
                        condition=models.Q(("secret_digest", ""), _negated=True),
                        fields=("secret_digest",),
                        name="terminal_secret",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("begun_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffaccount"
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.terminal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("account",), name="staff_at_one_terminal"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("terminal",), name="terminal_of_one_staff"
                    ),
                ],
            },
        ),
    ]
