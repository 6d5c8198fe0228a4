"""What an operator and an auditor type: grants, seal, verify-audit; on both databases."""

from __future__ import annotations

import json
from pathlib import Path

from hub.audit.test_sealing import act, tampered
from hub.command_line import address, hub
from mynapoint.hub.audit.append_only import TABLES


def test_the_log_is_sealed_and_verified_from_the_command_line(file_database: None, tmp_path: Path) -> None:
    changed = act(1)
    there = {"state": tmp_path, "database": address()}

    sealed = hub("seal", **there)  # type: ignore[arg-type]
    assert sealed.returncode == 0, sealed.stderr
    head = sealed.stdout.splitlines()[-1].removeprefix("head of the log: ")

    sound = hub("verify-audit", "--kept", head, **there)  # type: ignore[arg-type]
    assert sound.returncode == 0, sound.stderr
    assert " 0 faults" in sound.stdout
    assert sound.stdout.splitlines()[-1] == f"head of the log: {head}"

    shown = hub("verify-audit", "--record", str(changed), **there)  # type: ignore[arg-type]
    assert json.loads(shown.stdout)["record"]["who"] == "resident:青木"

    tampered(f"UPDATE audit_auditrecord SET who = 'resident:石田' WHERE id = {changed}")
    found = hub("verify-audit", **there)  # type: ignore[arg-type]
    assert (found.returncode, found.stderr) == (1, f"record {changed} was changed\n")


def test_grants_name_every_table_and_let_nobody_change_what_is_for_good(
    file_database: None, database: str, tmp_path: Path
) -> None:
    told = hub("grants", "points hub", state=tmp_path, database=address())

    if database == "sqlite":
        assert (told.returncode, told.stdout) == (1, "")
        return
    lines = told.stdout.splitlines()
    assert all(line.endswith((' TO "points hub";', ' FROM "points hub";')) for line in lines)
    for table in TABLES:
        assert f'GRANT SELECT, INSERT ON "{table}" TO "points hub";' in lines
        assert not any("DELETE" in line and f'"{table}"' in line for line in lines)
    assert 'GRANT UPDATE ("cursor") ON "applications_notice" TO "points hub";' in lines
