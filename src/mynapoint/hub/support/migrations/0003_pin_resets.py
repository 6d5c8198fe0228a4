"""Resets of PINs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
        ("support", "0002_queue"),
    ]

    operations = [
        migrations.CreateModel(
            name="PinReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("municipality", models.CharField(max_length=40)),
                ("needed", models.JSONField()),
                ("checked", models.JSONField(default=list)),
                (
                    "document",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("licence", "運転免許証"),
                            ("insurance", "健康保険証"),
                            ("passport", "旅券(パスポート)"),
                            ("residence", "在留カード・特別永住者証明書"),
                            ("other", "そのほかの本人確認書類"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "書類を確認しています"),
                            ("checked", "2人目の確認を待っています"),
                            ("confirmed", "再設定できます"),
                            ("done", "再設定しました"),
                            ("given_up", "取りやめました"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[("emulated", "練習用のカード"), ("authority", "統合端末など、発行機関の端末")],
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffaccount"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffaccount",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second", None), models.Q(("second", models.F("first")), _negated=True), _connector="OR"
                        ),
                        name="pin_reset_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["confirmed", "done"]), _negated=True),
                            models.Q(("second__isnull", False), models.Q(("document", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="pin_reset_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(("how", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="pin_reset_done_somewhere",
                    ),
                ],
            },
        ),
    ]
