"""The tables of books."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("is_limited", models.BooleanField()),
            ],
        ),
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
            options={
                "constraints": [models.UniqueConstraint(fields=("budget", "number"), name="place_number_once")],
            },
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("place", "kind"), name="place_step_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "offered"), _negated=True),
                        fields=("place",),
                        name="place_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "offered"), ("offer_until__isnull", False)),
                            models.Q(models.Q(("kind", "offered"), _negated=True), ("offer_until", None)),
                            _connector="OR",
                        ),
                        name="place_offered_until",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("points_left", models.BigIntegerField(default=0)),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="blocks", to="books.budget"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("budget", "number"), name="block_once"),
                    models.CheckConstraint(condition=models.Q(("points_left__gte", 0)), name="budget_not_overspent"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round_id", models.CharField(max_length=20)),
                ("incentive", models.CharField(max_length=40)),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="books.budget"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("round_id", "incentive"), name="share_once")],
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
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
                (
                    "from_account",
                    models.CharField(
                        choices=[
                            ("funds", "Funds"),
                            ("budget", "Budget"),
                            ("reserved", "Reserved"),
                            ("awarded", "Awarded"),
                            ("claimed", "Claimed"),
                            ("paid", "Paid"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "to_account",
                    models.CharField(
                        choices=[
                            ("funds", "Funds"),
                            ("budget", "Budget"),
                            ("reserved", "Reserved"),
                            ("awarded", "Awarded"),
                            ("claimed", "Claimed"),
                            ("paid", "Paid"),
                        ],
                        max_length=8,
                    ),
                ),
                ("points", models.BigIntegerField()),
                ("application", models.UUIDField(null=True)),
                ("service_number", models.CharField(blank=True, max_length=9)),
                ("voucher", models.CharField(blank=True, max_length=80)),
                ("made_at", models.DateTimeField()),
                (
                    "budget",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="books.budget",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="books.movement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="movement_of_points"),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(("from_account", models.F("to_account")), _negated=True),
                        name="movement_between_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "reversed"), ("reverses__isnull", False)),
                            models.Q(models.Q(("kind", "reversed"), _negated=True), ("reverses__isnull", True)),
                            _connector="OR",
                        ),
                        name="movement_reverses_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reverses__isnull", False)), fields=("reverses",), name="reversed_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("application__isnull", False)),
                        fields=("application", "kind"),
                        name="reserved_and_released_once",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("kind", "released")), fields=["application"], name="movement_released"
                    ),
                ],
            },
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("resident", "round_id", "incentive"), name="one_place_each"),
                    models.UniqueConstraint(fields=("budget", "number"), name="open_place_number"),
                ],
            },
        ),
    ]
