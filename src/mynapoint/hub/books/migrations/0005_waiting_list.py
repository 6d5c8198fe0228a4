"""Waiting lists: places in order of arrival, what became of them, and which are open."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0004_settlement_ways"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingPlace",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("round_id", models.CharField(max_length=20)),
                ("incentive", models.CharField(max_length=40)),
                ("resident", models.UUIDField(db_index=True)),
                ("points", models.PositiveIntegerField()),
                ("taken_at", models.DateTimeField()),
                (
                    "budget",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.budget"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WaitingStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("applied", "Applied"),
                            ("left", "Left"),
                            ("lapsed", "Lapsed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("offer_until", models.DateField(null=True)),
                ("done_at", models.DateTimeField()),
                (
                    "place",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="books.waitingplace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OpenPlace",
            fields=[
                (
                    "place",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="open",
                        serialize=False,
                        to="books.waitingplace",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("round_id", models.CharField(max_length=20)),
                ("incentive", models.CharField(max_length=40)),
                ("resident", models.UUIDField()),
                ("offer_until", models.DateField(null=True)),
                (
                    "budget",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.budget"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="waitingplace",
            constraint=models.UniqueConstraint(fields=("budget", "number"), name="place_number_once"),
        ),
        migrations.AddConstraint(
            model_name="waitingstep",
            constraint=models.UniqueConstraint(fields=("place", "kind"), name="place_step_once"),
        ),
        migrations.AddConstraint(
            model_name="waitingstep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "offered"), _negated=True), fields=("place",), name="place_ends_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitingstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "offered"), ("offer_until__isnull", False)),
                    models.Q(models.Q(("kind", "offered"), _negated=True), ("offer_until", None)),
                    _connector="OR",
                ),
                name="place_offered_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="openplace",
            constraint=models.UniqueConstraint(fields=("resident", "round_id", "incentive"), name="one_place_each"),
        ),
        migrations.AddConstraint(
            model_name="openplace",
            constraint=models.UniqueConstraint(fields=("budget", "number"), name="open_place_number"),
        ),
        append_only("books_waitingplace", "books_waitingstep"),
    ]
