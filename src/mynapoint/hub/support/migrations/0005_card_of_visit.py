"""What a card signed last in a visit, by which its agent says that it has left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0004_visit_refusals")]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="signed",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("signed", ""), _negated=True), fields=["signed"], name="visits_by_signature"
            ),
        ),
    ]
