"""The tables of support."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="QueueTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("municipality", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "お待ちの方"),
                            ("called", "お呼び出し中"),
                            ("skipped", "ご不在でした"),
                            ("done", "終わりました"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("drawn_at", models.DateTimeField()),
                ("called_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "terminal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.terminal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "day", "number"), name="queue_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "called")), fields=("terminal",), name="queue_one_called"
                    ),
                ],
            },
        ),
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
                ("signed", models.CharField(blank=True, db_default="", max_length=64)),
                ("card_left_at", models.DateTimeField(blank=True, null=True)),
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
                (
                    "ticket",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support.queueticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["municipality", "begun_at"], name="visits_of_place"),
                    models.Index(fields=["begun_at"], name="visits_by_begin"),
                    models.Index(
                        condition=models.Q(("signed", ""), _negated=True), fields=["signed"], name="visits_by_signature"
                    ),
                ],
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
        migrations.CreateModel(
            name="VisitRefusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="support.visit"
                    ),
                ),
            ],
        ),
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
