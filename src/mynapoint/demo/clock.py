"""The city's clock: the machine's clock plus an offset in a shared file; it moves forward and never back."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

STATE_VARIABLE = "MYNAPOINT_DEMO_STATE"
FILE_NAME = "clock.json"


class ClockNotStarted(Exception):
    """The city's clock file is missing or unreadable: which file, and what to do."""


def now() -> datetime:
    """Return the city's present instant, for every server whose environment names the city's state folder."""
    return DemoClock(Path(os.environ[STATE_VARIABLE]) / FILE_NAME).now()


@dataclass(frozen=True, slots=True)
class DemoClock:
    """One city's clock. ``path`` is its file: an offset in seconds, and an instant it never shows less than."""

    path: Path

    def start(self, instant: datetime) -> None:
        """Start the clock at ``instant``; a clock that already runs is left alone."""
        with self._alone():
            if not self.path.exists():
                self._write(instant)

    def now(self) -> datetime:
        """Return the present instant in UTC. Raises ClockNotStarted."""
        offset, floor = self._read()
        return max(datetime.now(UTC) + offset, floor)

    def advance_to(self, instant: datetime) -> None:
        """Move the clock forward to ``instant``; an instant that has passed changes nothing. Raises ClockNotStarted."""
        with self._alone():
            if instant > self.now():
                self._write(instant)

    def _read(self) -> tuple[timedelta, datetime]:
        try:
            kept = json.loads(self.path.read_text())
            return timedelta(seconds=kept["offset_seconds"]), datetime.fromisoformat(kept["not_before"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ClockNotStarted(f"{self.path}: no clock of a demo city; `mynapoint demo` starts one") from error

    def _write(self, instant: datetime) -> None:
        offset = (instant - datetime.now(UTC)).total_seconds()
        kept = {"offset_seconds": offset, "not_before": instant.astimezone(UTC).isoformat()}
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(kept) + "\n")
        fresh.replace(self.path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time change the file; the lock ends with the process, however that ends."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
