"""`mynapoint hub key …` and `provider-key …` as an operator types them, on a hub of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from mynapoint.cli import app; app()", "hub"]
REGISTER = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "mynapoint.hub.settings"
django.setup()
from mynapoint.hub.payment_services.models import Provider
Provider.objects.create(slug="my-pay", name={"ja": "わたしペイ", "en": "My Pay"})
"""


def test_keys_are_announced_added_listed_and_retired(state: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYNAPOINT_", "DJANGO_"))}
    environment = kept | {"MYNAPOINT_STATE": str(state), "MYNAPOINT_ORIGINS": "http://localhost:8000"}

    def hub(*words: str, status: int = 0) -> str:
        done = subprocess.run([*PROGRAM, *words], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    subprocess.run([sys.executable, "-c", REGISTER], env=environment, check=True)
    later = (datetime.now(UTC) + timedelta(days=30)).isoformat()

    assert "hub-2 signs from" in hub("key", "announce", "--from", later)
    assert [row.split("\t")[:2] for row in hub("key", "list").splitlines()] == [
        ["hub-1", "signs"],
        ["hub-2", "announced"],
    ]
    assert "hub-1 signs" in hub("key", "retire", "hub-1", status=1)

    assert "my-pay-1 of my-pay counts from" in hub("provider-key", "add", "my-pay", "my-pay-1", "0a" * 32)
    assert "register the next one first" in hub("provider-key", "retire", "my-pay-1", status=1)
    hub("provider-key", "add", "my-pay", "my-pay-2", "0b" * 32)
    assert "my-pay-1 counts until" in hub("provider-key", "retire", "my-pay-1")
    assert [row.split("\t")[1:3] for row in hub("provider-key", "list").splitlines()] == [
        ["my-pay-1", "retired"],
        ["my-pay-2", "valid"],
    ]
    assert "another key" in hub("provider-key", "add", "my-pay", "my-pay-2", "0c" * 32, status=1)
