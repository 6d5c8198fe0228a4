"""Claims may be negative, payments come back, and points that lapsed unused leave the books as expired."""

from __future__ import annotations

from django.db import migrations, models

from mynapoint.hub.books.triggers import triggers_aside, triggers_back


class Migration(migrations.Migration):
    dependencies = [("books", "0003_national_budgets"), ("ledger", "0007_corrections")]

    operations = [
        triggers_aside("books_movement"),
        migrations.RemoveConstraint(
            model_name="movement",
            name="movement_of_its_kind",
        ),
        migrations.AlterField(
            model_name="movement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("appropriated", "Appropriated"),
                    ("withdrawn", "Withdrawn"),
                    ("reserved", "Reserved"),
                    ("released", "Released"),
                    ("recorded", "Recorded"),
                    ("clawed_back", "Clawed Back"),
                    ("claimed", "Claimed"),
                    ("paid", "Paid"),
                    ("expired", "Expired"),
                    ("reversed", "Reversed"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "reversed"),
                    models.Q(("from_account", "funds"), ("kind", "appropriated"), ("to_account", "budget")),
                    models.Q(("from_account", "budget"), ("kind", "withdrawn"), ("to_account", "funds")),
                    models.Q(("from_account", "budget"), ("kind", "reserved"), ("to_account", "reserved")),
                    models.Q(("from_account", "funds"), ("kind", "reserved"), ("to_account", "reserved")),
                    models.Q(("from_account", "reserved"), ("kind", "released"), ("to_account", "budget")),
                    models.Q(("from_account", "reserved"), ("kind", "released"), ("to_account", "funds")),
                    models.Q(("from_account", "reserved"), ("kind", "recorded"), ("to_account", "awarded")),
                    models.Q(("from_account", "awarded"), ("kind", "clawed_back"), ("to_account", "reserved")),
                    models.Q(("from_account", "awarded"), ("kind", "clawed_back"), ("to_account", "budget")),
                    models.Q(("from_account", "awarded"), ("kind", "clawed_back"), ("to_account", "funds")),
                    models.Q(("from_account", "awarded"), ("kind", "claimed"), ("to_account", "claimed")),
                    models.Q(("from_account", "claimed"), ("kind", "claimed"), ("to_account", "awarded")),
                    models.Q(("from_account", "claimed"), ("kind", "paid"), ("to_account", "paid")),
                    models.Q(("from_account", "paid"), ("kind", "paid"), ("to_account", "claimed")),
                    models.Q(("from_account", "awarded"), ("kind", "expired"), ("to_account", "budget")),
                    models.Q(("from_account", "awarded"), ("kind", "expired"), ("to_account", "funds")),
                    _connector="OR",
                ),
                name="movement_of_its_kind",
            ),
        ),
        triggers_back("books_movement"),
    ]
