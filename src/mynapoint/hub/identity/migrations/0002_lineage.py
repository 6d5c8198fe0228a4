"""Certificates follow each other: links between serials, merges of residents, and what is known of each certificate."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OidcSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=200)),
                ("subject", models.CharField(max_length=255)),
                ("first_seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ResidentMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merged_at", models.DateTimeField()),
            ],
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
        ),
        migrations.AddField(
            model_name="credential",
            name="links_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="credential",
            name="revocation_known_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="resident",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="identity.resident",
            ),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True), name="resident_not_into_itself"
            ),
        ),
        migrations.AddField(
            model_name="oidcsubject",
            name="resident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="oidc_subjects", to="identity.resident"
            ),
        ),
        migrations.AddField(
            model_name="residentmerge",
            name="absorbed",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
            ),
        ),
        migrations.AddField(
            model_name="residentmerge",
            name="survivor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.resident"
            ),
        ),
        migrations.AddIndex(
            model_name="seriallink",
            index=models.Index(condition=models.Q(("joined_at", None)), fields=["id"], name="link_to_join"),
        ),
        migrations.AddConstraint(
            model_name="seriallink",
            constraint=models.UniqueConstraint(fields=("old_issuer_key_id", "old_serial"), name="link_one_successor"),
        ),
        migrations.AddConstraint(
            model_name="seriallink",
            constraint=models.UniqueConstraint(fields=("new_issuer_key_id", "new_serial"), name="link_one_predecessor"),
        ),
        migrations.AddConstraint(
            model_name="seriallink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("old_issuer_key_id", models.F("new_issuer_key_id")),
                    ("old_serial", models.F("new_serial")),
                    _negated=True,
                ),
                name="link_of_two",
            ),
        ),
        migrations.AddField(
            model_name="residentmerge",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.seriallink"
            ),
        ),
        migrations.AddConstraint(
            model_name="oidcsubject",
            constraint=models.UniqueConstraint(fields=("issuer", "subject"), name="oidc_subject_unique"),
        ),
    ]
