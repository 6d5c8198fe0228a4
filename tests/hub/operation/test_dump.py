"""A dump of PostgreSQL, made and restored with its own tools, becomes a hub that proves its record."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pytest_django import Settings

from hub.command_line import hub
from hub.operation.test_backup import fill
from mynapoint.hub.audit.models import AuditRecord
from private_postgresql import Cluster

ONLY_ON = "postgresql"


def test_a_dump_of_postgresql_becomes_a_hub_that_proves_its_record(
    file_database: None, postgresql: Cluster, tmp_path: Path, settings: Settings
) -> None:
    settings.STATE = tmp_path
    fill()
    dump, tools = tmp_path / "hub.dump", postgresql.binaries

    def run(tool: str, *words: str) -> None:
        subprocess.run([str(tools / tool), *words], check=True, capture_output=True, env=os.environ | {"LC_ALL": "C"})

    run("pg_dump", "--format=custom", f"--file={dump}", postgresql.url("one"))
    with postgresql.connect() as administrator:
        administrator.execute("CREATE DATABASE restored")
        try:
            run(
                "pg_restore",
                "--exit-on-error",
                "--single-transaction",
                f"--dbname={postgresql.url('restored')}",
                str(dump),
            )
            url = postgresql.url("restored")
            verified = hub("verify-audit", state=tmp_path, database=url)
            checked = hub("check", state=tmp_path, database=url)
            told = hub("backup", str(tmp_path / "x"), "--keys", str(tmp_path / "y"), state=tmp_path, database=url)
        finally:
            administrator.execute("DROP DATABASE restored WITH (FORCE)")

    assert f"{AuditRecord.objects.count()} records under 1 checkpoints" in verified.stdout, verified.stderr
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert told.returncode == 1
    assert "pg_dump" in told.stderr
