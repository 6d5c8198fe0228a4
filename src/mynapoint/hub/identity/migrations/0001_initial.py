"""The tables of identity."""

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
                        choices=[
                            ("sign_in", "Sign In"),
                            ("reserve", "Reserve"),
                            ("apply", "Apply"),
                            ("link_phone", "Link Phone"),
                            ("linked_phone", "Linked Phone"),
                            ("unlink_phone", "Unlink Phone"),
                            ("change_id", "Change My Key Id"),
                            ("revoke_id", "Revoke My Key Id"),
                        ],
                        max_length=16,
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
                ("route", models.CharField(default="card", max_length=8)),
                ("error", models.CharField(blank=True, max_length=32)),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Resident",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("first_seen_at", models.DateTimeField()),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.resident",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("merged_into", models.F("id")), _negated=True),
                        name="resident_not_into_itself",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("merged_into__isnull", False)), fields=["id"], name="resident_merged"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OidcSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=200)),
                ("subject", models.CharField(max_length=255)),
                ("first_seen_at", models.DateTimeField()),
                ("unlinked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="oidc_subjects",
                        to="identity.resident",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("issuer", "subject"), name="oidc_subject_unique")],
            },
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
                ("links_asked_at", models.DateTimeField(blank=True, null=True)),
                ("revocation_known_at", models.DateTimeField(blank=True, null=True)),
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
        migrations.CreateModel(
            name="SerialLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("old_issuer_key_id", models.CharField(max_length=128)),
                ("old_serial", models.CharField(max_length=40)),
                ("new_issuer_key_id", models.CharField(max_length=128)),
                ("new_serial", models.CharField(max_length=40)),
                ("known_at", models.DateTimeField()),
                ("source", models.CharField(max_length=80)),
                ("joined_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("joined_at", None)), fields=["id"], name="link_to_join")],
                "constraints": [
                    models.UniqueConstraint(fields=("old_issuer_key_id", "old_serial"), name="link_one_successor"),
                    models.UniqueConstraint(fields=("new_issuer_key_id", "new_serial"), name="link_one_predecessor"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("old_issuer_key_id", models.F("new_issuer_key_id")),
                            ("old_serial", models.F("new_serial")),
                            _negated=True,
                        ),
                        name="link_of_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResidentMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merged_at", models.DateTimeField()),
                (
                    "absorbed",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.seriallink"
                    ),
                ),
            ],
        ),
    ]
