"""The editions of the open data, never changed once published."""

from django.db import migrations, models

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("through", models.DateField()),
                ("rows", models.JSONField()),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("through",), name="edition_once")],
            },
        ),
        append_only("office_edition"),
    ]
