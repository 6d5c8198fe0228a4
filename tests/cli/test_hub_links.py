"""`mynapoint hub links`: what it takes, what it leaves out, and that the same file again changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def hub(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"MYNAPOINT_STATE": str(state), "DJANGO_SETTINGS_MODULE": "mynapoint.hub.settings"}
    command = [sys.executable, "-m", "mynapoint", "hub", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_links_are_taken_once_and_bad_rows_are_told_with_their_line(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("old_serial,new_serial\n1f,2a\n2a,xyz\n2a,1f\n")

    first = hub(state, "links", str(file), "--issuer", "aabb")
    again = hub(state, "links", str(file), "--issuer", "aabb")
    unusable = hub(state, "links", str(file), "--field", "serial=x")

    assert first.returncode == again.returncode == unusable.returncode == 1
    assert first.stdout.startswith("1 new links, 0 known before, 2 rows left out; 0 residents merged")
    assert again.stdout.startswith("0 new links, 1 known before, 2 rows left out")
    assert "links.csv line 3: new_serial must be a serial in hex; got 'xyz'. Row left out." in first.stderr
    assert "links.csv line 4: the new certificate is known to come before the old one. Not believed" in first.stderr
    assert "OUR_NAME=THEIR_NAME" in unusable.stderr


def test_a_file_of_good_links_ends_well(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "links.jsonl"
    file.write_text('{"old_serial": "1f", "new_serial": "2a"}\n')

    assert hub(state, "links", str(file), "--issuer", "aabb").returncode == 0
