"""The tables of audit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveBigIntegerField(unique=True)),
                ("through", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField(max_length=32)),
                ("subtrees", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
                ("key_id", models.CharField(max_length=64)),
                ("signature", models.BinaryField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="SealedRecord",
            fields=[
                ("record", models.BigIntegerField(primary_key=True, serialize=False)),
                ("salt", models.BinaryField(max_length=16, null=True)),
                ("commitment", models.BinaryField(max_length=32)),
            ],
        ),
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
                            ("other_persons_phone", "Other Persons Phone"),
                            ("phone_refused", "Phone Refused"),
                            ("phone_linked", "Phone Linked"),
                            ("phone_unlinked", "Phone Unlinked"),
                            ("certificate_refused", "Certificate Refused"),
                            ("reserved", "Reserved"),
                            ("account_proved", "Account Proved"),
                            ("account_not_proved", "Account Not Proved"),
                            ("applied", "Applied"),
                            ("registration_proved", "Registration Proved"),
                            ("awards_recorded", "Awards Recorded"),
                            ("certificate_entered", "Certificate Entered"),
                            ("links_taken", "Links Taken"),
                            ("link_refused", "Link Refused"),
                            ("residents_merged", "Residents Merged"),
                            ("double_application_found", "Double Application Found"),
                            ("register_changed", "Register Changed"),
                            ("my_key_id_changed", "My Key Id Changed"),
                            ("my_key_id_revoked", "My Key Id Revoked"),
                            ("staff_signed_in", "Staff Signed In"),
                            ("staff_signed_out", "Staff Signed Out"),
                            ("staff_not_let_in", "Staff Not Let In"),
                            ("staff_changed", "Staff Changed"),
                            ("terminal_changed", "Terminal Changed"),
                            ("visit_began", "Visit Began"),
                            ("visit_ended", "Visit Ended"),
                            ("queue_ticket_changed", "Queue Ticket Changed"),
                            ("pin_reset_step", "Pin Reset Step"),
                            ("correction_step", "Correction Step"),
                            ("page_change_step", "Page Change Step"),
                            ("inquiry_answered", "Inquiry Answered"),
                            ("status_notice_step", "Status Notice Step"),
                            ("budget_limited", "Budget Limited"),
                            ("room_released", "Room Released"),
                            ("claim_step", "Claim Step"),
                            ("waiting_list_step", "Waiting List Step"),
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
