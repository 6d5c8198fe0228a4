"""The act of taking a phone away."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0006_sealing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditrecord",
            name="act",
            field=models.CharField(
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
                ],
                max_length=32,
            ),
        ),
    ]
