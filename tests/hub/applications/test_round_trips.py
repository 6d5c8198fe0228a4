"""Statements past Django on PostgreSQL: what goes there and comes back, and what is told when they fail."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mynapoint.hub import spans
from mynapoint.hub.applications import cases_by_query
from mynapoint.hub.applications.round_trips import query
from mynapoint.hub.audit.postgresql.base import DatabaseWrapper
from mynapoint.hub.audit.unknown_outcome import is_undone
from mynapoint.hub.operation import traces

ONLY_ON = "postgresql"
pytestmark = pytest.mark.usefixtures("file_database")


def test_values_come_back_as_they_went() -> None:
    went = ["ア*キ", None, 5_000, uuid.UUID(int=7), b"\0'\\\xff", datetime(2022, 6, 30, 15, tzinfo=UTC)]

    [came] = query("SELECT $1::text, $2::text, $3::integer, $4::uuid, $5::bytea, $6::timestamptz", went)

    assert list(came) == went


def test_a_statement_is_prepared_once_and_again_on_a_new_connection() -> None:
    def prepared() -> Any:
        [(count,)] = query("SELECT count(*) FROM pg_prepared_statements WHERE NOT from_sql AND $1", ["true"])
        return count

    assert [prepared(), prepared()] == [1, 1]
    connection.close()

    assert prepared() == 1


def test_no_statement_waits_to_be_compiled() -> None:
    assert query("SELECT current_setting($1)", ["jit"]) == [("off",)]


def test_a_refusal_is_known_to_be_one_and_the_connection_goes_on() -> None:
    with pytest.raises(DataError) as refused:
        query("SELECT $1::integer", ["one"])

    assert is_undone(refused.value)
    assert query("SELECT $1::integer", [1]) == [(1,)]


def test_in_a_transaction_it_is_part_of_it() -> None:
    insert = "INSERT INTO identity_resident (id, first_seen_at) VALUES ($1::uuid, now()) RETURNING id"
    name = uuid.uuid4()
    with transaction.atomic():
        query(insert, [name])
        transaction.set_rollback(True)

    query(insert, [name])
    with pytest.raises(IntegrityError):
        query(insert, [name])


def test_of_a_lost_connection_nobody_knows_what_became() -> None:
    query("SELECT $1::text", ["x"])
    pid = cast(DatabaseWrapper, connection).connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params() | {"context": None, "cursor_factory": None}) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])

    with pytest.raises(OperationalError) as lost:
        query("SELECT $1::text", ["x"])

    assert not is_undone(lost.value)
    connection.close_if_unusable_or_obsolete()
    assert query("SELECT $1::text", ["again"]) == [("again",)]


def test_it_is_a_span_named_for_the_function_it_calls_without_its_values() -> None:
    exporter = InMemorySpanExporter()
    provider = traces.keep_with(SimpleSpanProcessor(exporter))
    try:
        with transaction.atomic():
            cases_by_query.opened(key="kanaria7788", nonce="kanaria7788")
    finally:
        spans.begin(None)
        provider.shutdown()

    told = exporter.get_finished_spans()
    assert [one.name for one in told] == ["mynapoint_case", "COMMIT"]
    assert not [one for one in told if "kanaria7788" in one.to_json()]
