"""The whole register: what an entry may leave unsaid, its sources, and the history of every change."""

import django.core.validators
from django.db import migrations, models

import mynapoint.hub.words


class Migration(migrations.Migration):
    dependencies = [
        ("payment_services", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegisterChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=60)),
                ("revision", models.PositiveIntegerField()),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("enter", "enter"),
                            ("submit", "submit"),
                            ("return", "return"),
                            ("approve", "approve"),
                            ("suspend", "suspend"),
                            ("resume", "resume"),
                            ("withdraw", "withdraw"),
                            ("change", "change"),
                        ],
                        max_length=8,
                    ),
                ),
                ("state_before", models.CharField(blank=True, default="", max_length=10)),
                ("state_after", models.CharField(blank=True, default="", max_length=10)),
                (
                    "made_by",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9][a-z0-9._-]{0,39}\\Z",
                                "must be a staff id such as office-1, never a person's name",
                            )
                        ],
                    ),
                ),
                (
                    "seen_by",
                    models.CharField(
                        blank=True,
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9][a-z0-9._-]{0,39}\\Z",
                                "must be a staff id such as office-1, never a person's name",
                            )
                        ],
                    ),
                ),
                ("reason", models.CharField(max_length=400)),
                ("fields", models.JSONField(blank=True, default=dict)),
                ("made_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AlterModelOptions(
            name="paymentservice",
            options={"ordering": ["sort_key", "number"]},
        ),
        migrations.AddField(
            model_name="paymentservice",
            name="prior",
            field=models.CharField(
                blank=True, choices=[("none", "不要なもの"), ("needed", "必要なもの")], max_length=6
            ),
        ),
        migrations.AddField(
            model_name="paymentservice",
            name="schedule_words",
            field=mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words),
        ),
        migrations.AddField(
            model_name="paymentservice",
            name="sort_key",
            field=models.CharField(db_index=True, default="", editable=False, max_length=400),
        ),
        migrations.AddField(
            model_name="paymentservice",
            name="sources",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="paymentservice",
            name="timing",
            field=models.CharField(
                blank=True,
                choices=[
                    ("after_use", "ご利用のたび(何時間後・何日後)"),
                    ("month_close", "毎月まとめて"),
                    ("threshold", "上限に達してからまとめて"),
                ],
                max_length=11,
            ),
        ),
        migrations.AlterField(
            model_name="channel",
            name="first_day",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="participation",
            name="joined_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="account_help",
            field=mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="account_label",
            field=mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="account_pattern",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="as_of",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="counts",
            field=models.CharField(
                blank=True,
                choices=[
                    ("top_up", "チャージ"),
                    ("purchase", "買い物"),
                    ("either", "チャージか買い物のどちらか(申込のときに選ぶ)"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="effective",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="link",
            field=models.URLField(blank=True),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="minimum_yen",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="points_expiry",
            field=mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="points_name",
            field=mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="points_use",
            field=mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="points_used",
            field=models.CharField(
                blank=True, choices=[("directly", "そのまま使える"), ("exchange", "交換してから使う")], max_length=8
            ),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="rounding",
            field=models.CharField(blank=True, max_length=5),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="schedule",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="paymentservice",
            name="summary",
            field=mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("first_day", None)), fields=("service", "kind"), name="channel_undated_once"
            ),
        ),
        migrations.AddIndex(
            model_name="registerchange",
            index=models.Index(fields=["made_at"], name="register_change_by_day"),
        ),
        migrations.AddConstraint(
            model_name="registerchange",
            constraint=models.UniqueConstraint(fields=("subject", "revision"), name="register_change_once"),
        ),
        migrations.AddConstraint(
            model_name="registerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state_before", models.F("state_after")),
                        ("step", "change"),
                        models.Q(("state_after__in", ("submitted", "withdrawn")), _negated=True),
                    ),
                    models.Q(("state_after", "draft"), ("state_before", ""), ("step", "enter")),
                    models.Q(("state_after", "submitted"), ("state_before", "draft"), ("step", "submit")),
                    models.Q(("state_after", "draft"), ("state_before", "submitted"), ("step", "return")),
                    models.Q(("state_after", "approved"), ("state_before", "submitted"), ("step", "approve")),
                    models.Q(("state_after", "suspended"), ("state_before", "approved"), ("step", "suspend")),
                    models.Q(("state_after", "approved"), ("state_before", "suspended"), ("step", "resume")),
                    models.Q(("state_after", "withdrawn"), ("state_before", "suspended"), ("step", "withdraw")),
                    _connector="OR",
                ),
                name="register_step_in_table",
            ),
        ),
        migrations.AddConstraint(
            model_name="registerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="register_change_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="registerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("seen_by", models.F("made_by")), _negated=True), name="register_seen_by_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="registerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state_after__in", ("approved", "suspended")), ("step", "change"), _negated=True),
                    models.Q(("seen_by", ""), _negated=True),
                    _connector="OR",
                ),
                name="register_changed_by_two",
            ),
        ),
    ]
