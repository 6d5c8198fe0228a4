"""The tables of settlement."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0001_initial"),
        ("payment_services", "0001_initial"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bank", models.CharField(max_length=4)),
                ("branch", models.CharField(max_length=3)),
                ("kind", models.CharField(max_length=1)),
                ("number", models.CharField(max_length=7)),
                ("holder", models.CharField(max_length=30)),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffaccount"
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
            name="BankAccountConfirmed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("confirmed_at", models.DateTimeField()),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmed",
                        to="settlement.bankaccount",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffaccount"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim_id", models.CharField(max_length=64)),
                ("round_id", models.CharField(max_length=20)),
                ("incentive", models.CharField(max_length=40)),
                ("month", models.CharField(max_length=7)),
                ("points", models.BigIntegerField()),
                ("expired", models.BigIntegerField()),
                ("is_final", models.BooleanField()),
                ("last_entry", models.BigIntegerField()),
                ("body_digest", models.CharField(max_length=64)),
                ("submitted_at", models.DateTimeField()),
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
                "constraints": [
                    models.UniqueConstraint(fields=("payment_service", "claim_id"), name="claim_once"),
                    models.CheckConstraint(condition=models.Q(("expired__gte", 0)), name="claim_expired_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rate_permille", models.PositiveSmallIntegerField()),
                ("confidence_percent", models.PositiveSmallIntegerField()),
                ("population", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("checkpoint", models.PositiveBigIntegerField()),
                ("seed", models.CharField(max_length=64)),
                ("drawn_at", models.DateTimeField()),
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="draw", to="settlement.claim"
                    ),
                ),
                (
                    "drawn_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffaccount"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size__lte", models.F("population"))), name="draw_of_lines"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DrawnLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="settlement.draw"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.ledgerentry"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("draw", "entry"), name="line_drawn_once")],
            },
        ),
        migrations.CreateModel(
            name="LineFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "finding",
                    models.CharField(
                        choices=[
                            ("in_order", "証拠と合っています"),
                            ("no_evidence", "証拠が届きません"),
                            ("other_sum", "額が違います"),
                            ("duplicate", "二重に計上されています"),
                            ("no_such_award", "付与の事実がありません"),
                        ],
                        max_length=14,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("found_at", models.DateTimeField()),
                (
                    "found_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffaccount"
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="finding", to="settlement.drawnline"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.BigIntegerField()),
                ("note", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="settlement.bankaccount",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffaccount"
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
                    "returns",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returned",
                        to="settlement.payment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account__isnull", False), ("points__gt", 0), ("returns", None)),
                            models.Q(("account", None), ("points__lte", 0)),
                            _connector="OR",
                        ),
                        name="transferred_to_an_account",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "提出"),
                            ("checked", "確認済み"),
                            ("approved", "承認済み"),
                            ("refused", "差し戻し"),
                            ("paid", "支払済み"),
                            ("returned", "振込の組戻し"),
                            ("closed", "完了"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="settlement.claim"
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
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="settlement.payment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "number"), name="claim_step_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("staff", None), ("state", "submitted")),
                            models.Q(models.Q(("state", "submitted"), _negated=True), ("staff__isnull", False)),
                            _connector="OR",
                        ),
                        name="claim_step_by_staff",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payment__isnull", False), ("state__in", ["paid", "returned"])),
                            models.Q(models.Q(("state__in", ["paid", "returned"]), _negated=True), ("payment", None)),
                            _connector="OR",
                        ),
                        name="claim_step_of_payment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TransferFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("transfer_on", models.DateField()),
                ("body", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffaccount"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="transfer", to="settlement.payment"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="settlement.transferfile",
                    ),
                ),
            ],
        ),
    ]
