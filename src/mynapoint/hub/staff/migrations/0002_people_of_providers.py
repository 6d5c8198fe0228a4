"""People of payment providers: a role of their own, and whose they are, for accounts and terminals."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="staffaccount",
            name="staff_of_one_place",
        ),
        migrations.RemoveConstraint(
            model_name="terminal",
            name="terminal_name",
        ),
        migrations.AddField(
            model_name="staffaccount",
            name="provider",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="terminal",
            name="provider",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AlterField(
            model_name="staffaccount",
            name="role",
            field=models.CharField(
                choices=[
                    ("helper", "窓口の担当者"),
                    ("supervisor", "窓口の責任者"),
                    ("editor", "市区町村ページの編集者"),
                    ("office", "事務局"),
                    ("provider", "決済事業者の担当者"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="staffaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("municipality", ""), ("provider", ""), ("role", "office")),
                    models.Q(("municipality", ""), ("role", "provider"), models.Q(("provider", ""), _negated=True)),
                    models.Q(
                        models.Q(("role__in", ["office", "provider"]), _negated=True),
                        models.Q(("municipality", ""), _negated=True),
                        ("provider", ""),
                    ),
                    _connector="OR",
                ),
                name="staff_of_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="terminal",
            constraint=models.UniqueConstraint(fields=("municipality", "provider", "name"), name="terminal_name"),
        ),
    ]
