"""A process that serves says so; whether it should be given requests, and what is amiss, it says elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from mynapoint.hub.identity.circuits import FAILURES_IN_A_ROW, Circuit
from mynapoint.hub.jobs import run_all

ADDRESS = {"host": "localhost:8000"}


def look(**headers: str) -> Any:
    return Client(headers=ADDRESS | headers).get("/readyz")


def test_a_hub_in_order_is_ready_and_says_why(db: None) -> None:
    run_all()

    response = look()

    assert response.status_code == 200
    assert response.content.decode().startswith("ready\n")
    assert "migration waits" in response.content.decode()
    told = look(accept="application/json").json()
    assert told["ready"]
    assert {"database", "trust", "jobs"} <= {one["name"] for one in told["findings"] if one["is_well"]}


def test_without_its_database_it_is_alive_and_not_ready(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("django.db.migrations.recorder.MigrationRecorder.applied_migrations", fails)
    monkeypatch.setattr(connection, "close", lambda: None)

    assert look().status_code == 503
    assert "NOT database" in look().content.decode()
    assert Client(headers=ADDRESS).get("/healthz").content == b"ok\n"


def test_with_a_migration_waiting_it_is_not_ready(db: None, database: str) -> None:
    if database != "sqlite":
        pytest.skip("the role that serves may not migrate")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'ledger'")
    response = look()

    assert response.status_code == 503
    assert "migrations wait" in response.content.decode()
    call_command("showmigrations", verbosity=0)


def test_without_roots_nobody_can_sign_in_and_it_is_not_ready(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.TRUST = tmp_path

    assert look().status_code == 503
    assert "no root" in look().content.decode()


def test_late_jobs_and_a_paused_circuit_are_told_and_do_not_take_it_out_of_service(db: None) -> None:
    circuit = Circuit("a machine that is away")
    for _ in range(FAILURES_IN_A_ROW):
        circuit.failed("no answer")

    response = look()

    assert response.status_code == 200
    assert "circuit a machine that is away: paused, 3 failures in a row" in response.content.decode()
