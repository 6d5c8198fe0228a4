"""A simulated power cut: what a process wrote is recorded by strace, and the disk is made as it may be found.

The model: what was written before a file's last fsync or fdatasync is on the disk; of what was written since, any part
may be, in any order, or nothing. Not modelled: the loss of directory entries.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_CALL = re.compile(r'^(\w+)\(\d+<([^>]*)>(?:, "((?:\\x[0-9a-f]{2})*)")?(?:, (\d+))?(?:, (\d+))?\) += (-?\d+)')
_CALLS = "pwrite64,write,ftruncate,fsync,fdatasync"
STRING_BYTES_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Event:
    """One call: ``write`` of ``data`` at ``offset``, ``truncate`` to ``offset``, ``sync``, or ``said`` (an answer)."""

    kind: str
    file: str
    offset: int = 0
    data: bytes = b""


def traced(command: Sequence[str], *, folder: Path, said: str, environment: dict[str, str]) -> list[Event]:
    """Run a command and return what it did to the files in ``folder``, in order; ``said`` names its file of answers."""
    trace = folder / "trace"
    strace = ["strace", "-xx", "-y", "-s", str(STRING_BYTES_MAX), "-e", f"trace={_CALLS}", "-o", str(trace)]
    subprocess.run([*strace, *command], env=environment, check=True, timeout=200)
    events = []
    with trace.open() as lines:
        for text in lines:
            event = _event(text, folder, said)
            if event is not None:
                events.append(event)
    trace.unlink()
    return events


def disk_after(events: Sequence[Event], before: Path, folder: Path, chance: random.Random) -> None:
    """Make ``folder`` what may be found on the disk when the power is cut after these events."""
    shutil.copytree(before, folder)
    synced = {event.file: number for number, event in enumerate(events) if event.kind == "sync"}
    keeps = chance.choice([0.0, 0.0, 0.5, 1.0])
    for number, event in enumerate(events):
        certain = number < synced.get(event.file, -1)
        if event.kind in {"write", "truncate"} and (certain or chance.random() < keeps):
            _apply(event, folder / event.file)


def _apply(event: Event, path: Path) -> None:
    path.touch()
    with path.open("r+b") as file:
        if event.kind == "truncate":
            file.truncate(event.offset)
        else:
            file.seek(event.offset)
            file.write(event.data)


def _event(text: str, folder: Path, said: str) -> Event | None:
    call = _CALL.match(text)
    if call is None or int(call[6]) < 0:
        return None
    name, path = call[1], Path(call[2].encode().decode("unicode_escape"))
    if path.parent != folder:
        return None
    data = bytes.fromhex((call[3] or "").replace("\\x", ""))
    if path.name == said:
        return Event("said", said, data=data)
    if name == "pwrite64":
        assert len(data) == int(call[6]), "strace cut a write short"
        return Event("write", path.name, int(call[5]), data)
    if name == "ftruncate":
        return Event("truncate", path.name, int(call[4]))
    assert name in {"fsync", "fdatasync"}, f"{name} on a database file is not modelled"
    return Event("sync", path.name)
