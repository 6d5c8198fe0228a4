"""The first tables of identity."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(max_length=64, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("sign_in", "Sign In"), ("reserve", "Reserve"), ("apply", "Apply")], max_length=16
                    ),
                ),
                ("statement", models.CharField(max_length=1000)),
                ("origin", models.CharField(max_length=200)),
                ("session", models.CharField(max_length=64)),
                ("subject", models.CharField(blank=True, max_length=64)),
                ("continue_to", models.CharField(max_length=500)),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="ParkedAnswer",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("nonce", models.CharField(max_length=64, unique=True)),
                ("token", models.TextField(blank=True)),
                ("error", models.CharField(blank=True, max_length=32)),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Resident",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("first_seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer_key_id", models.CharField(max_length=128)),
                ("serial", models.CharField(max_length=40)),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("public_key", models.BinaryField(max_length=1024)),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("first_seen_at", models.DateTimeField()),
                (
                    "predecessor",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="identity.credential",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credentials", to="identity.resident"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("issuer_key_id", "serial"), name="credential_unique")],
            },
        ),
    ]
