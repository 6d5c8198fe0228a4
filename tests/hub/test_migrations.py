"""Migrations let the last release serve on: each one since is additive, or says here why nobody is stopped by it."""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.guards import Statements

RELEASED = {
    "applications": "0002_guards",
    "audit": "0002_append_only",
    "books": "0003_national_budgets",
    "identity": "0002_guards",
    "ledger": "0002_guards",
    "municipalities": "0002_guards",
    "office": "0002_append_only",
    "payment_services": "0002_guards",
    "providers_area": "0002_append_only",
    "reservations": "0002_append_only",
    "settlement": "0002_guards",
    "staff": "0001_initial",
    "support": "0001_initial",
}
"""The newest migration of each feature in the last release. There is none yet: what nobody has run stops nobody."""

REASONS: dict[str, str] = {}
"""Feature and migration to why it is no harm although it is not additive; emptied at a release."""


def stops_the_last_release(operation: Operation) -> str | None:
    """Return why a hub of the last release, serving while this is applied, would fail or wait; None: it does not."""
    if isinstance(operation, migrations.CreateModel | migrations.AddIndex | migrations.RunPython | Statements):
        return None
    if isinstance(operation, migrations.AddField):
        field = operation.field
        known = field.null or field.many_to_many or field.has_db_default()
        return None if known else "the last release leaves the new column out: let it be null, or give it db_default"
    if isinstance(operation, migrations.AlterField):
        return "a column is altered: the table is locked while PostgreSQL looks at every row"
    if isinstance(operation, migrations.AddConstraint):
        return "rows the last release writes may break it, and the table is locked while every row is looked at"
    return f"{type(operation).__name__} takes away or renames what the last release uses, or cannot be judged"


def since_the_release() -> list[tuple[str, str]]:
    graph = MigrationLoader(None).graph
    return sorted(
        (feature, name) for feature, name in graph.nodes if feature in RELEASED and name[:4] > RELEASED[feature][:4]
    )


def test_every_feature_with_tables_says_what_is_released() -> None:
    ours = {
        feature
        for (feature, _), migration in MigrationLoader(None).graph.nodes.items()
        if migration is not None and migration.__module__.startswith("mynapoint.")
    }

    assert ours == set(RELEASED)


def test_each_migration_since_the_last_release_lets_it_serve_on() -> None:
    graph = MigrationLoader(None).graph
    stopping = {
        f"{feature}.{name}": reasons
        for feature, name in since_the_release()
        if (reasons := _why_it_stops(graph.nodes[feature, name]))
    }

    assert set(stopping) == set(REASONS), stopping


def _why_it_stops(migration: migrations.Migration | None) -> list[str]:
    assert migration is not None
    choices_only = [one for one in migration.operations if isinstance(one, migrations.AlterField) and one.field.choices]
    made_here = {one.name_lower for one in migration.operations if isinstance(one, migrations.CreateModel)}
    of_old_tables = [one for one in migration.operations if getattr(one, "model_name_lower", "") not in made_here]
    judged = [one for one in of_old_tables if one not in choices_only]
    return [reason for one in judged if (reason := stops_the_last_release(one))]


@pytest.mark.parametrize(
    ("operation", "stops"),
    [
        (migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]), False),
        (migrations.AddField("Draft", "note", models.CharField(max_length=9, null=True)), False),
        (migrations.AddField("Draft", "note", models.CharField(max_length=9, db_default="")), False),
        (migrations.AddField("Draft", "note", models.CharField(max_length=9, default="")), True),
        (migrations.RemoveField("Draft", "proof"), True),
        (migrations.RenameField("Draft", "proof", "evidence"), True),
        (migrations.DeleteModel("Draft"), True),
        (migrations.AlterField("Draft", "proof", models.CharField(max_length=9)), True),
        (migrations.RunSQL("DROP TABLE applications_draft"), True),
        (append_only("applications_draft"), False),
        (migrations.AddConstraint("Draft", models.UniqueConstraint(fields=["proof"], name="proof_once")), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_would_stop_a_serving_hub_is_known_as_such(operation: Operation, stops: bool) -> None:
    assert (stops_the_last_release(operation) is not None) == stops
