"""Ctrl-C while the database is at work ends a command as it does anywhere else."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

import mynapoint.demo
from mynapoint.cli import app
from mynapoint.provider import award_files, config

SERVICE = Path(mynapoint.demo.__file__).parent / "data" / "sample_pay.toml"
BY_CTRL_C = 130


def for_seconds(*_: Any, **__: Any) -> None:
    """Run a statement, and press Ctrl-C meanwhile."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # one of several test processes ignores it
    try:
        with duckdb.connect() as connection:
            connection.execute("SET threads = 1")  # a thread of the database's own would finish its part first
            Timer(0.2, os.kill, [os.getpid(), signal.SIGINT]).start()
            connection.execute("SELECT sum(sqrt(range)) FROM range(2_000_000_000)")
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_in_a_statement_ends_an_award(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(award_files, "award_files", for_seconds)
    files = [f"--{name}={tmp_path / name}" for name in ("enrolments", "transactions", "out")]

    ended = CliRunner().invoke(app, ["award", *files, f"--service={SERVICE}", "--as-of=2022-08-31T00:00:00+09:00"])

    assert ended.exit_code == BY_CTRL_C


def test_ctrl_c_in_a_statement_ends_a_run_of_the_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "load_config", for_seconds)

    ended = CliRunner().invoke(app, ["provider", "run", "--config", str(tmp_path / "provider.toml")])

    assert ended.exit_code == BY_CTRL_C


def test_any_other_error_of_the_kind_is_a_bug_and_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("something else")

    monkeypatch.setattr(config, "load_config", broken)

    ended = CliRunner().invoke(app, ["provider", "run"])

    assert isinstance(ended.exception, RuntimeError)
