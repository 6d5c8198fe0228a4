"""The tables of reservations."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("statement", models.CharField(max_length=1000)),
                ("origin", models.CharField(max_length=200)),
                ("nonce", models.CharField(max_length=64)),
                ("signature", models.BinaryField(max_length=1024)),
                ("signed_at", models.DateTimeField()),
                ("my_key_id_text", models.CharField(max_length=8, null=True, unique=True)),
                ("reserved_at", models.DateTimeField()),
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
                (
                    "resident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
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
                        name="reservation_by_card_or_phone",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GivenMyKeyId",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=8, unique=True)),
                ("nth", models.PositiveSmallIntegerField()),
                ("given_at", models.DateTimeField()),
                (
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="given", to="reservations.reservation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("reservation", "nth"), name="given_once"),
                    models.CheckConstraint(condition=models.Q(("nth__range", (0, 3))), name="given_at_most"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MyKeyIdStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("statement", models.CharField(max_length=1000)),
                ("origin", models.CharField(max_length=200)),
                ("nonce", models.CharField(max_length=64)),
                ("signature", models.BinaryField(max_length=1024)),
                ("signed_at", models.DateTimeField()),
                ("number", models.PositiveSmallIntegerField()),
                ("done_at", models.DateTimeField()),
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
                    "given",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.givenmykeyid",
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
                (
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="reservations.reservation"
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
                        name="mykeyidstep_by_card_or_phone",
                    ),
                    models.UniqueConstraint(fields=("reservation", "number"), name="my_key_id_step_once"),
                ],
            },
        ),
    ]
