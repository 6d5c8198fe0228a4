"""Several acts at once, each in a thread of its own, for tests on a database file."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection


def all_at_once(*acts: Callable[[], object]) -> list[object]:
    """Run every act in its own thread, released together; return results and exceptions."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[object] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            outcomes.append(act())
        except Exception as error:  # noqa: BLE001 - judged by the test
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
