"""The tables of payment services."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import mynapoint.hub.words


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Provider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=40, unique=True)),
                ("name", mynapoint.hub.words.WordsField()),
                (
                    "account_api_url",
                    models.URLField(blank=True, help_text="Where account proofs are asked; empty: not connected"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaymentService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.CharField(
                        max_length=9,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("\\AMP[0-9]{7}\\Z")],
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "作成中"),
                            ("submitted", "審査待ち"),
                            ("approved", "登録済み"),
                            ("suspended", "受付停止中"),
                            ("withdrawn", "登録終了"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("kana", models.CharField(max_length=100)),
                ("name_en", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("e_money", "電子マネー"),
                            ("prepaid", "プリペイドカード"),
                            ("qr", "QRコード決済"),
                            ("credit", "クレジットカード"),
                            ("debit", "デビットカード"),
                        ],
                        max_length=8,
                    ),
                ),
                ("summary", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                (
                    "counts",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("top_up", "チャージ"),
                            ("purchase", "買い物"),
                            ("either", "チャージか買い物のどちらか(申込のときに選ぶ)"),
                        ],
                        max_length=8,
                    ),
                ),
                ("effective", models.CharField(blank=True, max_length=16)),
                ("minimum_yen", models.PositiveIntegerField(blank=True, null=True)),
                ("rounding", models.CharField(blank=True, max_length=5)),
                ("schedule", models.JSONField(blank=True, null=True)),
                ("schedule_words", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                (
                    "timing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("after_use", "ご利用のたび(何時間後・何日後)"),
                            ("month_close", "毎月まとめて"),
                            ("threshold", "上限に達してからまとめて"),
                        ],
                        max_length=11,
                    ),
                ),
                ("account_label", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                ("account_help", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                ("account_pattern", models.CharField(blank=True, max_length=200)),
                ("account_example", models.CharField(blank=True, max_length=64)),
                (
                    "prior",
                    models.CharField(
                        blank=True, choices=[("none", "不要なもの"), ("needed", "必要なもの")], max_length=6
                    ),
                ),
                (
                    "prior_registration",
                    mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words),
                ),
                ("points_name", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                (
                    "points_used",
                    models.CharField(
                        blank=True,
                        choices=[("directly", "そのまま使える"), ("exchange", "交換してから使う")],
                        max_length=8,
                    ),
                ),
                ("points_use", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                ("points_expiry", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                ("extra", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                ("notes", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                ("link", models.URLField(blank=True)),
                ("as_of", models.DateField(blank=True, null=True)),
                ("sources", models.JSONField(blank=True, default=list)),
                ("search_key", models.TextField(editable=False)),
                ("sort_key", models.CharField(db_index=True, default="", editable=False, max_length=400)),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_services",
                        to="payment_services.provider",
                    ),
                ),
            ],
            options={
                "ordering": ["sort_key", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "submitted", "approved", "suspended", "withdrawn"])),
                        name="payment_service_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["e_money", "prepaid", "qr", "credit", "debit"])),
                        name="payment_service_kind",
                    ),
                    models.CheckConstraint(condition=models.Q(("minimum_yen__gte", 1)), name="payment_service_minimum"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.CharField(max_length=64, unique=True)),
                (
                    "public_key",
                    models.CharField(
                        max_length=64, validators=[django.core.validators.RegexValidator("\\A[0-9a-f]{64}\\Z")]
                    ),
                ),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="payment_services.provider"
                    ),
                ),
            ],
        ),
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
            options={
                "indexes": [models.Index(fields=["made_at"], name="register_change_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "revision"), name="register_change_once"),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="register_change_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seen_by", models.F("made_by")), _negated=True),
                        name="register_seen_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state_after__in", ("approved", "suspended")), ("step", "change"), _negated=True),
                            models.Q(("seen_by", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="register_changed_by_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SecurityCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("label", mynapoint.hub.words.WordsField()),
                ("help", mynapoint.hub.words.WordsField()),
                ("pattern", models.CharField(max_length=200)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="security_codes",
                        to="payment_services.paymentservice",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "position"), name="security_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(("position__range", (1, 3))), name="security_code_at_most_three"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incentive", models.CharField(max_length=40)),
                ("round_id", models.CharField(max_length=20)),
                ("joined_on", models.DateField(blank=True, null=True)),
                ("left_on", models.DateField(blank=True, null=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participations",
                        to="payment_services.paymentservice",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "incentive", "round_id"), name="participation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("left_on", None), ("left_on__gte", models.F("joined_on")), _connector="OR"),
                        name="participation_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("web", "パソコン・ウェブ"),
                            ("phone_app", "スマートフォンアプリ"),
                            ("own_app", "決済サービスのアプリ"),
                            ("shop", "店頭"),
                            ("counter", "支援窓口"),
                            ("kiosk", "マルチコピー機・ATM"),
                        ],
                        max_length=9,
                    ),
                ),
                ("first_day", models.DateField(blank=True, null=True)),
                ("last_day", models.DateField(blank=True, null=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="channels",
                        to="payment_services.paymentservice",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "kind", "first_day"), name="channel_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("first_day", None)), fields=("service", "kind"), name="channel_undated_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["web", "phone_app", "own_app", "shop", "counter", "kiosk"])),
                        name="channel_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_day", None), ("last_day__gte", models.F("first_day")), _connector="OR"
                        ),
                        name="channel_days",
                    ),
                ],
            },
        ),
    ]
