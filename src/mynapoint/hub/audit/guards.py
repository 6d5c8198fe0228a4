"""Guards: triggers with which the database refuses a change that no column constraint can, SQLite and PostgreSQL."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.state import StateApps

GUARDS = (
    "resident_not_parted_update",
    "resident_into_survivor_update",
    "resident_has_standing_update",
    "resident_has_total_update",
    "stands_for_survivor_insert",
    "stands_for_survivor_update",
    "total_of_survivor_insert",
    "total_of_survivor_update",
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


def guard(name: str, *, table: str, events: tuple[str, ...], refuses: str, lock: str = "", only: str = "") -> RunPython:
    """Return the migration step that makes the database refuse rows of a table; an IntegrityError follows.

    events   of ``INSERT``, ``UPDATE``
    refuses  SQL that is true of a row to refuse, over ``NEW`` (and ``OLD``, for UPDATE alone); may query
    only     SQL condition over ``NEW`` under which it is asked at all, where most rows need no asking
    lock     SQL query run before it on PostgreSQL, such as one that ends in ``FOR SHARE``: there other writers may be
             at work on the rows that ``refuses`` asks about, and are waited for. SQLite has one writer
    """

    def install(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        for event in events:
            for statement in _INSTALL[editor.connection.vendor]:
                editor.execute(
                    statement.format(
                        name=f"{name}_{event.lower()}",
                        table=table,
                        event=event,
                        refuses=refuses,
                        only=_ONLY[editor.connection.vendor].format(only) if only else "",
                        lock=f"PERFORM * FROM ({lock}) AS locked;" if lock else "",
                    ),
                    params=None,
                )

    def remove(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        for event in events:
            for statement in _REMOVE[editor.connection.vendor]:
                editor.execute(statement.format(name=f"{name}_{event.lower()}", table=table), params=None)

    return RunPython(install, remove)


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
