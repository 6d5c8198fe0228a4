"""The first tables of reservations."""

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
                ("my_key_id_text", models.CharField(max_length=8, unique=True)),
                ("reserved_at", models.DateTimeField()),
                (
                    "credential",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.credential"
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
            },
        ),
    ]
