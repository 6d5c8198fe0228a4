"""`mynapoint programme diff --pages`: the pages of the hub here that a change reaches, for people and for machines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import mynapoint.demo

MOVED = ("programme", "diff", "round2", "2022-09-19", "2022-09-20", "--pages")
FILL = """
import django; django.setup()
from pathlib import Path
from mynapoint.hub.municipalities.actions import import_municipalities
import_municipalities(Path({folder!r}))
"""


def python(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYNAPOINT_", "DJANGO_"))}
    env = kept | {"MYNAPOINT_STATE": str(state), "DJANGO_SETTINGS_MODULE": "mynapoint.hub.settings"}
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)


def test_the_pages_that_state_a_moved_deadline_are_listed(state: Path) -> None:
    folder = Path(mynapoint.demo.__file__).parent / "data" / "municipalities"
    assert python(state, "-c", FILL.format(folder=str(folder))).returncode == 0

    told = python(state, "-m", "mynapoint", *MOVED)
    listed = json.loads(python(state, "-m", "mynapoint", *MOVED, "--format", "json").stdout)

    assert "変わるページ\n  /m/hadano/  card_requested_by\n  /m/nishitokyo/  card_requested_by\n" in told.stdout
    assert listed["pages"][0] == {"address": "/m/hadano/", "keys": ["card_requested_by"]}


def test_without_a_hub_the_command_says_what_to_set(tmp_path: Path) -> None:
    told = python(tmp_path, "-m", "mynapoint", *MOVED)

    assert told.returncode == 1
    assert "set MYNAPOINT_STATE to the hub's folder" in told.stderr
