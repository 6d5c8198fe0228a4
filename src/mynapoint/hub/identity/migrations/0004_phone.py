"""The phone: how an answer came, and the two steps by which a phone is linked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_lineage_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="parkedanswer",
            name="route",
            field=models.CharField(default="card", max_length=8),
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
                ],
                max_length=16,
            ),
        ),
    ]
