"""Visits at support counters."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0006_unlinked_phone"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("municipality", models.CharField(blank=True, max_length=40)),
                ("service", models.CharField(blank=True, max_length=9)),
                ("incentive", models.CharField(blank=True, max_length=40)),
                ("begun_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("key", "終了の操作"),
                            ("helper", "職員が終了"),
                            ("card_left", "カードが読み取れなくなった"),
                            ("idle", "操作がなかった"),
                            ("other_card", "別の人のカードで署名された"),
                            ("next", "次の来訪を始めた"),
                            ("moved", "同じ人が別の端末でログインした"),
                            ("staff_left", "職員がログアウトした"),
                        ],
                        max_length=10,
                    ),
                ),
                ("applications", models.PositiveSmallIntegerField(default=0)),
                (
                    "resident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.resident",
                    ),
                ),
                (
                    "staff_session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffsession"
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
                "indexes": [models.Index(fields=["municipality", "begun_at"], name="visits_of_place")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("terminal",), name="visit_one_at_a_terminal"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ending", "")),
                            models.Q(("ended_at__isnull", False), models.Q(("ending", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="visit_ended_by_something",
                    ),
                ],
            },
        ),
    ]
