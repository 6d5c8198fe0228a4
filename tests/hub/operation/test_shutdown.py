"""A hub that is told to stop answers what it has begun, takes nothing new, and ends well within its limit."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from hub.conftest import connected_to
from hub.crash.served_hub import ServedHub
from hub.operation import slow_clock
from mynapoint.hub.applications.secrets import make_keys

LIMIT_SECONDS = 20


@pytest.mark.enable_socket
def test_what_was_begun_is_answered_and_the_process_ends_well(
    city: Path, tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), connected_to("", state=tmp_path):
        call_command("migrate", verbosity=0)
        make_keys()
    hub = ServedHub(tmp_path, city / "trust", clock="hub.operation.slow_clock.now")
    hub.start()
    try:
        assert hub.process is not None
        with ThreadPoolExecutor(4) as pool:
            begun = [pool.submit(httpx.get, f"{hub.url}/payment-services/", timeout=30) for _ in range(4)]
            time.sleep(slow_clock.TAKES_SECONDS / 3)
            hub.process.send_signal(signal.SIGTERM)
            told_at = time.monotonic()
            time.sleep(slow_clock.TAKES_SECONDS / 3)
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{hub.url}/healthz", timeout=0.5)
            answers = [one.result() for one in begun]
        status = hub.process.wait(LIMIT_SECONDS)
    finally:
        if hub.process is not None and hub.process.poll() is None:
            os.killpg(hub.process.pid, signal.SIGKILL)

    assert [one.status_code for one in answers] == [200] * 4
    assert status == 0, hub.log
    assert time.monotonic() - told_at < LIMIT_SECONDS
