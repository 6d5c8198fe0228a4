"""A phone that its resident took away lets nobody in any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0005_my_key_id_steps"),
    ]

    operations = [
        migrations.AddField(
            model_name="oidcsubject",
            name="unlinked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
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
                    ("unlink_phone", "Unlink Phone"),
                    ("change_id", "Change My Key Id"),
                    ("revoke_id", "Revoke My Key Id"),
                ],
                max_length=16,
            ),
        ),
    ]
