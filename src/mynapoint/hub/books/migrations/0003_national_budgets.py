"""The incentives of the national rounds have their budgets, without a limit; `mynapoint hub migrate` opens others."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NATIONAL = (
    ("round1", "card_uptake"),
    ("round2", "card_uptake"),
    ("round2", "health_insurance"),
    ("round2", "public_funds_account"),
)


def open_budgets(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    for round_id, incentive in NATIONAL:
        budget = apps.get_model("books", "Budget").objects.create(name=f"{round_id}.{incentive}", is_limited=False)
        apps.get_model("books", "BudgetShare").objects.create(round_id=round_id, incentive=incentive, budget=budget)


class Migration(migrations.Migration):
    dependencies = [("books", "0002_guards")]

    operations = [migrations.RunPython(open_budgets, migrations.RunPython.noop)]
