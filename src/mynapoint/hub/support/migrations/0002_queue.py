"""Queue tickets, and by which a visit was called."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
        ("support", "0001_visits"),
    ]

    operations = [
        migrations.CreateModel(
            name="QueueTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("municipality", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "お待ちの方"),
                            ("called", "お呼び出し中"),
                            ("skipped", "ご不在でした"),
                            ("done", "終わりました"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("drawn_at", models.DateTimeField()),
                ("called_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "terminal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.terminal",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="visit",
            name="ticket",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="support.queueticket",
            ),
        ),
        migrations.AddConstraint(
            model_name="queueticket",
            constraint=models.UniqueConstraint(fields=("municipality", "day", "number"), name="queue_number"),
        ),
        migrations.AddConstraint(
            model_name="queueticket",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "called")), fields=("terminal",), name="queue_one_called"
            ),
        ),
    ]
