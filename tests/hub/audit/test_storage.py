"""What the hub refuses to start on: durability, triggers and constraints read back from the database, on both."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.db.migrations.state import ProjectState

from hub import clock
from hub.applications.test_races import draft, resident, signature
from hub.command_line import address, hub
from hub.conftest import as_owner
from mynapoint.exchange.signatures import SigningKey
from mynapoint.hub.applications import actions
from mynapoint.hub.audit.append_only import TABLES
from mynapoint.hub.audit.checks import check_storage, refuse_to_start_weak
from mynapoint.hub.audit.databases import database as hub_database
from mynapoint.hub.audit.guards import GUARDS
from mynapoint.hub.audit.schema import append_only_lacking, constraints_lacking, guards_lacking
from mynapoint.hub.audit.sealing import seal
from mynapoint.hub.audit.storage import Level, findings
from private_postgresql import Cluster

CONSTRAINTS = {
    "application_once_per_resident",
    "application_once_per_account",
    "application_once_per_reference",
    "total_within_cap",
    "total_once",
    "line_once",
    "report_once",
    "notice_cursor",
    "notice_once",
    "nonce_once",
    "credential_unique",
    "registration_once",
    "stands_once",
    "over_cap_when_full",
    "link_one_successor",
    "link_one_predecessor",
}


def weak() -> list[str]:
    return [finding.sentence for finding in findings(connection) if finding.level is Level.ERROR]


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_hub_as_shipped_has_everything_that_is_asked_for(file_database: None) -> None:
    assert weak() == []
    assert check_storage(databases=["default"]) == [] or connection.vendor == "postgresql"
    assert {"complete"} == {fact.value for fact in findings(connection) if fact.name.startswith("the set of")}


def test_the_constraints_that_decide_races_are_in_the_database(db: None) -> None:
    known: set[str] = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            known |= set(connection.introspection.get_constraints(cursor, table))

    assert known >= CONSTRAINTS


def test_every_trigger_of_the_database_is_one_that_is_asked_for(db: None) -> None:
    own = {f"{table}_no_{change}" for table in TABLES for change in ("update", "delete", "change", "truncate")}

    assert {name for _, name in every_trigger()} - own == set(GUARDS), "add new ones to TABLES or GUARDS"
    assert {table for table, name in every_trigger() if name in own} == set(TABLES)


def test_an_append_only_table_without_its_triggers_stops_the_hub(file_database: None) -> None:
    with as_owner():
        for table in TABLES:
            assert not any(table in one for one in append_only_lacking(connection))
            for _, trigger in (one for one in every_trigger() if one[0] == table and f"{table}_no_" in one[1]):
                drop(trigger, table)
            assert f"UPDATE refused on {table}" in append_only_lacking(connection)
            assert f"DELETE refused on {table}" in append_only_lacking(connection)

        with pytest.raises(ImproperlyConfigured, match=r"without DELETE refused on applications_application"):
            refuse_to_start_weak()


def test_a_guard_that_is_gone_stops_the_hub(file_database: None) -> None:
    with as_owner():
        for guard in GUARDS:
            drop(guard, next(table for table, name in every_trigger() if name == guard))
            assert guard in guards_lacking(connection)

        assert any("the set of guards is without" in one for one in weak())


def test_a_trigger_that_is_switched_off_stops_the_hub(file_database: None, database: str) -> None:
    if database == "sqlite":
        return  # a trigger there cannot be switched off
    with as_owner():
        execute("ALTER TABLE audit_auditrecord DISABLE TRIGGER USER")
        execute("ALTER TABLE identity_resident DISABLE TRIGGER USER")

        assert {one.rpartition(" ")[2] for one in append_only_lacking(connection)} == {"audit_auditrecord"}
        assert "resident_not_parted_update" in guards_lacking(connection)


def test_a_constraint_that_is_gone_stops_the_hub(file_database: None) -> None:
    state = ProjectState.from_apps(apps)
    options = state.models["applications", "application"].options
    (once,) = (one for one in options["constraints"] if one.name == "application_once_per_account")
    options["constraints"] = [one for one in options["constraints"] if one is not once]
    with as_owner():
        if connection.vendor == "sqlite":  # makes the table anew, and renames none that a trigger elsewhere names
            for _, trigger in (one for one in every_trigger() if "_reservation_" in one[1]):
                execute(f"DROP TRIGGER {trigger}")
        connection.disable_constraint_checking()
        with connection.schema_editor() as editor:
            editor.remove_constraint(state.apps.get_model("applications", "application"), once)

        assert constraints_lacking(connection) == {"application_once_per_account"}
        assert any("the set of constraints is without application_once_per_account" in one for one in weak())


def test_nothing_recorded_for_good_can_be_changed_or_removed_not_even_by_the_owner(file_database: None) -> None:
    credential = resident("aoki")
    mine = draft(credential, "1234")
    actions.apply(draft=mine, signature=signature(str(mine.pk), "n"), credential=credential, now=clock.START)
    seal(SigningKey.generate("hub-1"), now=clock.START)
    kept = [table for table in TABLES if rows(table)]
    assert {
        "audit_auditrecord",
        "audit_sealedrecord",
        "audit_checkpoint",
        "applications_application",
        "applications_consent",
        "applications_notice",
    } <= set(kept)

    with as_owner():
        for table in kept:
            changes = [f"UPDATE {table} SET {key(table)} = {key(table)}", f"DELETE FROM {table}"]
            if connection.vendor == "postgresql":
                changes.append(f"TRUNCATE {table} CASCADE")
            for change in changes:
                with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                    execute(change)
            assert rows(table)


def test_the_serving_role_may_not_even_try_to_change_what_was_recorded(file_database: None, database: str) -> None:
    if database == "sqlite":
        return  # it has no roles
    for table in TABLES:
        for change in (
            f"UPDATE {table} SET {key(table)} = {key(table)}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                execute(change)
    for statement in ("ALTER TABLE audit_auditrecord DISABLE TRIGGER ALL", "DROP TABLE audit_auditrecord"):
        with pytest.raises(DatabaseError, match="must be owner"), transaction.atomic():
            execute(statement)


@pytest.mark.parametrize(
    ("pragma", "told"),
    [
        ("synchronous=NORMAL", "PRAGMA synchronous is 1, must be 2"),
        ("foreign_keys=OFF", "PRAGMA foreign_keys is 0, must be 1"),
        ("journal_mode=DELETE", "PRAGMA journal_mode is delete, must be wal"),
    ],
)
def test_sqlite_weaker_than_promised_stops_the_hub(file_database: None, database: str, pragma: str, told: str) -> None:
    if database == "sqlite":
        execute(f"PRAGMA {pragma}")

        assert weak() == [told]


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("fsync", "off", "fsync is off, must be on"),
        ("full_page_writes", "off", "full_page_writes is off, must be on"),
        ("synchronous_commit", "local", "synchronous_commit is local, must be on or remote_apply"),
        (
            "default_transaction_isolation",
            "serializable",
            "transaction_isolation is serializable, must be read committed",
        ),
        ("default_transaction_read_only", "on", "transaction_read_only is on, must be off"),
    ],
)
def test_postgresql_weaker_than_promised_stops_the_hub(
    file_database: None, database: str, request: pytest.FixtureRequest, setting: str, value: str, told: str
) -> None:
    if database == "postgresql":
        with server_set(request.getfixturevalue("postgresql"), setting, value):
            connection.close()
            assert weak() == [told]
        connection.close()
        assert weak() == []


def test_a_database_in_another_encoding_stops_the_hub(
    file_database: None, database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if database == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgresql")
        with cluster.connect() as administrator:
            administrator.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'")
            try:
                facts = hub("check", "--json", database=cluster.url("latin"), state=tmp_path)
            finally:
                administrator.execute("DROP DATABASE latin")
        told = json.loads(facts.stdout)
        assert facts.returncode == 1
        assert told["starts"] is False
        assert {(one["name"], one["value"]) for one in told["facts"] if one["level"] == "error"} >= {
            ("server_encoding", "LATIN1")
        }
        assert any(one["name"] == "the number of migrations not applied" for one in told["facts"])


def test_hub_check_tells_an_operator_every_fact_and_that_the_hub_can_start(
    file_database: None, database: str, tmp_path: Path
) -> None:
    told = hub("check", database=address(), state=tmp_path)

    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1] == "The hub can start."
    lines = {line[8:] for line in told.stdout.splitlines()}
    expected = {
        "sqlite": {"PRAGMA synchronous: 2", "PRAGMA journal_mode: wal", "transaction_mode: IMMEDIATE"},
        "postgresql": {
            "fsync: on",
            "synchronous_commit: on",
            "the role's superuser right: off",
            "server_encoding: UTF8",
        },
    }
    assert lines >= expected[database] | {"the set of append-only tables: complete", "the set of constraints: complete"}


def test_a_database_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path) -> None:
    told = hub("check", database="postgresql://hub@/hub?host=/nowhere", state=tmp_path)

    assert told.returncode == 1
    assert told.stderr.startswith("the database does not answer: ")
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("url", ["mysql://hub@db/hub", "hub.sqlite3"])
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must begin with postgresql://"):
        hub_database(url, state=Path())


def test_the_address_of_a_database_is_read_as_libpq_writes_it() -> None:
    told = hub_database("postgresql://hub:s%40id@db.example:6432/points?sslmode=verify-full", state=Path())

    assert {name: told[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")} == {
        "USER": "hub",
        "PASSWORD": "s@id",
        "HOST": "db.example",
        "PORT": "6432",
        "NAME": "points",
    }
    assert told["OPTIONS"]["sslmode"] == "verify-full"
    assert (told["CONN_MAX_AGE"], told["CONN_HEALTH_CHECKS"]) == (None, True)


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def key(table: str) -> str:
    with connection.cursor() as cursor:
        return str(connection.introspection.get_primary_key_column(cursor, table))


def every_trigger() -> list[tuple[str, str]]:
    query = {
        "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(query[connection.vendor])
        return [(str(table), str(name)) for table, name in cursor.fetchall()]


def drop(trigger: str, table: str) -> None:
    execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


@contextmanager
def server_set(cluster: Cluster, setting: str, value: str) -> Iterator[None]:
    """Change a setting of the whole server for a moment, as an operator would."""

    def until_it_is(wanted: str) -> None:
        for _ in range(200):
            with cluster.connect() as fresh:
                row = fresh.execute("SELECT current_setting(%s)", [setting]).fetchone()
            if row == (wanted,):
                return
            time.sleep(0.05)
        raise AssertionError(f"{setting} did not become {wanted}")

    with cluster.connect() as administrator:
        administrator.execute("SET default_transaction_read_only = off")
        before = administrator.execute("SELECT current_setting(%s)", [setting]).fetchone()
        assert before is not None
        administrator.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
        administrator.execute("SELECT pg_reload_conf()")
        try:
            until_it_is(value)
            yield
        finally:
            administrator.execute("SET default_transaction_read_only = off")
            administrator.execute(f"ALTER SYSTEM RESET {setting}")
            administrator.execute("SELECT pg_reload_conf()")
            until_it_is(str(before[0]))
