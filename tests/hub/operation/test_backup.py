"""A copy made while the hub is written to becomes a hub that passes its check, proves its record and serves."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from hub import clock
from hub.command_line import hub
from hub.conftest import connected_to
from hub.crash.served_hub import ServedHub
from mynapoint.hub.applications.secrets import hub_key, make_keys
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.audit.sealing import seal
from mynapoint.hub.operation.backup import Unusable, copy_database, unpack_keys

RECORDS = 40


@pytest.fixture
def state(
    tmp_path: Path, settings: Settings, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Path]:
    """A state folder of a hub with a sealed record."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    settings.STATE = folder
    with django_db_blocker.unblock(), connected_to("", state=folder):
        call_command("migrate", verbosity=0)
        fill()
        yield folder


def fill() -> None:
    make_keys()
    with transaction.atomic():
        for number in range(RECORDS):
            record(Act.ACCOUNT_PROVED, who="hub", subject=f"service:{number}", now=clock.START)
    seal(hub_key(), now=timezone.now())


def test_a_hub_from_a_copy_made_under_writes_is_whole_proves_its_record_and_serves(
    state: Path, tmp_path: Path, city: Path
) -> None:
    ends, restored = threading.Event(), tmp_path / "restored"
    writer = threading.Thread(target=_write_until, args=(state / "hub.sqlite3", ends))
    writer.start()
    made = hub("backup", str(tmp_path / "copy.sqlite3"), "--keys", str(tmp_path / "keys.tar"), state=state)
    ends.set()
    writer.join()
    assert made.returncode == 0, made.stderr
    shutil.rmtree(state)

    back = hub("restore", str(tmp_path / "copy.sqlite3"), "--keys", str(tmp_path / "keys.tar"), state=restored)
    assert back.returncode == 0, back.stderr
    assert hub("check", state=restored).returncode == 0
    verified = hub("verify-audit", state=restored)
    assert verified.returncode == 0, verified.stderr
    assert f"{RECORDS} records under 1 checkpoints" in verified.stdout
    served = ServedHub(restored, city / "trust")
    served.start()
    try:
        ready = httpx.get(f"{served.url}/readyz", timeout=10)
        assert ready.status_code == 200, ready.text
        assert httpx.get(f"{served.url}/payment-services/", timeout=10).status_code == 200
    finally:
        served.kill()
    for path in (restored, *restored.rglob("*.ed25519"), restored / "hub.sqlite3", tmp_path / "keys.tar"):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path


def test_nothing_is_overwritten_and_a_damaged_copy_is_refused(state: Path, tmp_path: Path) -> None:
    words = ("backup", str(tmp_path / "copy"), "--keys", str(tmp_path / "keys.tar"))
    assert hub(*words, state=state).returncode == 0

    again = hub(*words, state=state)
    over = hub("restore", *words[1:], state=state)

    assert again.returncode == over.returncode == 1
    assert "is there already; nothing was overwritten" in again.stderr
    assert "is there already; nothing was overwritten" in over.stderr
    damaged = bytearray((tmp_path / "copy").read_bytes())
    damaged[4096 * 3 : 4096 * 9] = b"\xff" * 4096 * 6
    (tmp_path / "damaged").write_bytes(damaged)
    with pytest.raises(Unusable):
        copy_database(tmp_path / "damaged", tmp_path / "from-damaged")
    assert not (tmp_path / "from-damaged").exists()


def test_packed_keys_write_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "evil").write_text("x")
    for name in ("../outside", "/etc/outside", "keys/../../outside", "keys/deep/er", "other"):
        packed = tmp_path / "evil.tar"
        with tarfile.open(packed, "w") as tar:
            tar.add(tmp_path / "evil", arcname=name)
        with pytest.raises(Unusable):
            unpack_keys(packed, tmp_path / "state")
    assert not (tmp_path / "state").exists()


def _write_until(path: Path, ends: threading.Event) -> None:
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as other:
        other.execute("CREATE TABLE written (n INTEGER)")
        while not ends.wait(0.001):
            other.execute("INSERT INTO written VALUES (1)")
