"""Locks on people are never waited for in a circle: PostgreSQL would end one of two acts that wait for each other."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Collection

import pytest
from django.db import connection, transaction

from hub import clock
from hub.at_once import all_at_once
from mynapoint.hub.identity.lineage import lock_survivors
from mynapoint.hub.identity.models import Resident

EARLY, MIDDLE, LATE = (uuid.UUID(int=number) for number in (1, 2, 3))
WAITED_SECONDS = 10


def waits_for_locks(count: int) -> bool:
    """Say whether so many other sessions wait for a lock by now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0] >= count)


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAITED_SECONDS
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.mark.usefixtures("file_database")
def test_who_waited_for_a_resident_that_was_merged_lets_go_before_asking_for_the_survivor() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: nobody waits for a second lock")
    for one in (EARLY, MIDDLE, LATE):
        Resident.objects.create(pk=one, first_seen_at=clock.START)
    locked = threading.Event()

    def merge() -> None:
        with transaction.atomic():
            lock_survivors([EARLY, LATE])
            locked.set()
            until(lambda: waits_for_locks(2))  # both wait: one for EARLY, one holding MIDDLE for LATE
            Resident.objects.filter(pk=LATE).update(merged_into=EARLY)

    def holds(residents: Collection[uuid.UUID]) -> Collection[uuid.UUID]:
        locked.wait(WAITED_SECONDS)
        with transaction.atomic():
            return lock_survivors(residents).keys()

    outcomes = all_at_once(merge, lambda: holds([MIDDLE, LATE]), lambda: holds([EARLY, MIDDLE]))

    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
