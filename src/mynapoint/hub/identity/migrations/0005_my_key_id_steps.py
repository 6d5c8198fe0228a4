"""The steps of a My Key ID: changed, revoked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0004_phone"),
    ]

    operations = [
        migrations.AlterField(
            model_name="challenge",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("sign_in", "Sign In"),
                    ("reserve", "Reserve"),
                    ("apply", "Apply"),
                    ("link_phone", "Link Phone"),
                    ("linked_phone", "Linked Phone"),
                    ("change_id", "Change My Key Id"),
                    ("revoke_id", "Revoke My Key Id"),
                ],
                max_length=16,
            ),
        ),
    ]
