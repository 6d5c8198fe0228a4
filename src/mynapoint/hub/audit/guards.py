"""Guards: triggers with which the database refuses a change that no column constraint can, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

GUARDS = (
    "resident_not_parted_update",
    "resident_into_survivor_update",
    "resident_has_standing_update",
    "resident_has_total_update",
    "stands_for_survivor_insert",
    "stands_for_survivor_update",
    "total_of_survivor_insert",
    "total_of_survivor_update",
    "entry_of_application_insert",
    "register_history_insert",
    "register_state_has_history_insert",
    "register_state_has_history_update",
    "page_change_settled_update",
    "reversal_mirrors_insert",
    "movement_in_block_insert",
    "notice_moves_reservation_insert",
    "stop_releases_reservation_insert",
    "claim_step_in_turn_insert",
    "claim_step_by_two_insert",
    "bank_account_by_two_insert",
    "return_mirrors_transfer_insert",
    "freed_insert",
    "correction_is_over_insert",
)
"""Every guarding trigger by name; asked for at every start (schema.py)."""


def guard(
    name: str, *, table: str, events: tuple[str, ...], refuses: str, lock: str = "", only: str = ""
) -> Statements:
    """Return the migration step that makes the database refuse rows of a table; an IntegrityError follows.

    events   of ``INSERT``, ``UPDATE``
    refuses  SQL that is true of a row to refuse, over ``NEW`` (and ``OLD``, for UPDATE alone); may query
    only     SQL condition over ``NEW`` under which it is asked at all, where most rows need no asking
    lock     SQL query run before it on PostgreSQL, such as one that ends in ``FOR SHARE``: there other writers may be
             at work on the rows that ``refuses`` asks about, and are waited for. SQLite has one writer
    """

    names = {event: f"{name}_{event.lower()}" for event in events}

    def of_each(made: Sequence[str], vendor: str) -> list[str]:
        asked = _ONLY[vendor].format(only) if only else ""
        locked = f"PERFORM * FROM ({lock}) AS locked;" if lock else ""
        return [
            one.format(name=names[event], table=table, event=event, refuses=refuses, only=asked, lock=locked)
            for event in events
            for one in made
        ]

    return Statements(
        **{vendor: of_each(made, vendor) for vendor, made in _INSTALL.items()},
        undo={vendor: of_each(removed, vendor) for vendor, removed in _REMOVE.items()},
    )


class Statements(Operation):
    """A migration step that runs the statements of the database at hand; ``undo``, by its vendor, takes them back.

    Unlike RunPython it asks nothing of the models, so that Django need not build all of them anew for it.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, sqlite: Sequence[str], postgresql: Sequence[str], *, undo: Mapping[str, Sequence[str]]) -> None:
        self.does = {"sqlite": sqlite, "postgresql": postgresql}
        self.undo = undo

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Run the statements."""
        for statement in self.does[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take them back."""
        for statement in self.undo[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """Say what the step does, for ``migrate``."""
        return "Triggers and functions of the database"


_ONLY = {"sqlite": "({}) AND", "postgresql": "WHEN ({})"}
_INSTALL = {
    "sqlite": (
        "CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {only} {refuses} "
        "BEGIN SELECT RAISE(ABORT, '{name}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock} IF {refuses} THEN "
        "RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {only} EXECUTE FUNCTION {name}()",
    ),
}
_REMOVE = {
    "sqlite": ("DROP TRIGGER {name}",),
    "postgresql": ("DROP TRIGGER {name} ON {table}", "DROP FUNCTION {name}()"),
}
