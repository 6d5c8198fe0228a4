"""The first tables of audit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("signed_in", "Signed In"),
                            ("signed_out", "Signed Out"),
                            ("other_persons_card", "Other Persons Card"),
                            ("certificate_refused", "Certificate Refused"),
                            ("reserved", "Reserved"),
                            ("account_proved", "Account Proved"),
                            ("account_not_proved", "Account Not Proved"),
                            ("applied", "Applied"),
                            ("registration_proved", "Registration Proved"),
                            ("awards_recorded", "Awards Recorded"),
                        ],
                        max_length=32,
                    ),
                ),
                ("who", models.CharField(max_length=80)),
                ("subject", models.CharField(blank=True, max_length=120)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("done_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [models.Index(fields=["who", "id"], name="audit_by_who")],
            },
        ),
    ]
