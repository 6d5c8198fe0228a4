"""A My Key ID can be changed three times and revoked; every ID ever given is kept, and none is given twice."""

import django.db.models.deletion
from django.db import migrations, models

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("reservations", "0002_phone"),
        ("identity", "0005_my_key_id_steps"),
        ("audit", "0005_register_and_my_key_ids"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reservation",
            name="my_key_id_text",
            field=models.CharField(max_length=8, null=True, unique=True),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given",
                        to="reservations.reservation",
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
                    "given",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reservations.givenmykeyid",
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="reservations.reservation",
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
        append_only("reservations_givenmykeyid", "reservations_mykeyidstep"),
    ]
