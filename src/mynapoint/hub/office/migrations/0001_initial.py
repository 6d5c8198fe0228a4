"""The tables of office."""

from django.db import migrations, models


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
                ("visits", models.JSONField(null=True)),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("through",), name="edition_once")],
            },
        ),
        migrations.CreateModel(
            name="DayVisits",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("municipality", models.CharField(blank=True, max_length=40)),
                ("visits", models.PositiveIntegerField()),
                ("applications", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("day", "municipality"), name="visits_counted_once")],
            },
        ),
    ]
