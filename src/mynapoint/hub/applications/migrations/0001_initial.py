"""The tables of applications."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        ("payment_services", "0001_initial"),
        ("reservations", "0001_initial"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("key", models.CharField(max_length=128, primary_key=True, serialize=False)),
                ("asked", models.CharField(max_length=64)),
                ("is_refusal", models.BooleanField()),
                ("answer", models.TextField()),
                ("answered_at", models.DateTimeField()),
            ],
        ),
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
                    "account_freed_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_freed",
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
                (
                    "person_freed_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="person_freed",
                        to="applications.application",
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("person_freed_by__isnull", True)),
                        fields=("resident", "incentive"),
                        name="application_once_per_resident",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("account_freed_by__isnull", True)),
                        fields=("payment_service", "account_key", "incentive"),
                        name="application_once_per_account",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("account_freed_by__isnull", True)),
                        fields=("payment_service", "account_reference", "incentive"),
                        name="application_once_per_reference",
                    ),
                ],
            },
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.credential",
                    ),
                ),
                (
                    "oidc_subject",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.oidcsubject",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credential", None), ("oidc_subject__isnull", False)),
                            models.Q(("credential__isnull", False), ("oidc_subject", None)),
                            _connector="OR",
                        ),
                        name="consent_by_card_or_phone",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("municipality", models.CharField(blank=True, max_length=40)),
                ("words", models.CharField(blank=True, max_length=400)),
                ("due_on", models.DateField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="applications.application",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CorrectionStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "申し出を受け付けました"),
                            ("death", "亡くなられたかどうかの確認を始めました"),
                            ("evidence", "確認の資料を記録しました"),
                            ("proposed", "1人目が結論を出しました"),
                            ("sent_back", "2人目が差し戻しました"),
                            ("approved", "2人目が結論を承認しました"),
                            ("withdrawn", "申し出が取り下げられました"),
                        ],
                        max_length=10,
                    ),
                ),
                ("who", models.CharField(max_length=80)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mislink", "別の人に結び付いていました"),
                            ("not_mislink", "ご本人の申込でした"),
                            ("died", "亡くなられていました"),
                            ("alive", "ご存命でした"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "evidence",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("resident", "本人の申し立て"),
                            ("card", "カードでの本人確認"),
                            ("visit", "窓口の来訪の記録"),
                            ("provider", "決済事業者の回答"),
                            ("family", "ご家族・ご親族の届け出"),
                            ("civil", "住民票の除票・戸籍の記載"),
                            ("other", "そのほかの資料"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=80)),
                ("done_at", models.DateTimeField()),
                (
                    "correction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="applications.correction"
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffaccount",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("correction", "number"), name="correction_step_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind__in", ["approved", "withdrawn"])),
                        fields=("correction",),
                        name="correction_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "approved"), _negated=True),
                            models.Q(
                                ("first__isnull", False),
                                ("staff__isnull", False),
                                models.Q(("staff", models.F("first")), _negated=True),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_by_two",
                    ),
                ],
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
                ("session", models.CharField(max_length=64)),
                (
                    "signer",
                    models.CharField(
                        choices=[
                            ("holder", "カードの持ち主本人(18歳以上)"),
                            ("with_consent", "カードの持ち主本人(15歳から17歳。法定代理人の同意を得ています)"),
                            ("guardian", "法定代理人(15歳未満のお子さまのカードを使います)"),
                        ],
                        db_default="holder",
                        max_length=12,
                    ),
                ),
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
            options={
                "constraints": [models.UniqueConstraint(fields=("resident", "incentive"), name="draft_once")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cursor", models.PositiveBigIntegerField(null=True)),
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
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("cursor__isnull", True)),
                        fields=["payment_service", "id"],
                        name="notice_without_cursor",
                    ),
                    models.Index(
                        condition=models.Q(("kind__in", ["stop", "resume"])),
                        fields=["application", "kind"],
                        name="notice_of_stop",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("payment_service", "cursor"), name="notice_cursor"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind__in", ["application", "award_instruction"])),
                        fields=("application", "kind"),
                        name="notice_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "award_instruction"), ("points__gt", 0)),
                            models.Q(models.Q(("kind", "award_instruction"), _negated=True), ("points", 0)),
                            _connector="OR",
                        ),
                        name="notice_points",
                    ),
                ],
            },
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
            options={
                "constraints": [models.UniqueConstraint(fields=("resident", "incentive"), name="registration_once")],
            },
        ),
        migrations.CreateModel(
            name="StandingApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incentive", models.CharField(max_length=40)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing",
                        to="applications.application",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("resident", "incentive"), name="stands_once")],
            },
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
    ]
