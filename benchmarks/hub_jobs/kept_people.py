"""People made once and used by several runs: their signatures cost minutes, and no run's database outlives it."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

from hub_jobs import people
from hub_jobs.people import Person


def signed(count: int, trust: Path, *, kept: Path | None) -> tuple[str, list[Person]]:
    """Make the trust folder; return its issuing root's key id, and people whose cards have signed.

    ``kept``  a folder that holds them from an earlier run, made anew where it has too few; None: nothing is kept
    """
    if kept is None:
        return people.write_trust(trust), people.signed(count)
    issuer, made = _read(kept)
    if len(made) < count:
        shutil.rmtree(kept, ignore_errors=True)
        issuer, made = people.write_trust(kept / "trust"), people.signed(count)
        (kept / "people").write_bytes(pickle.dumps((issuer, made)))
    shutil.copytree(kept / "trust", trust)
    return issuer, made[:count]


def _read(kept: Path) -> tuple[str, list[Person]]:
    if not (kept / "people").exists():
        return "", []
    issuer, made = pickle.loads((kept / "people").read_bytes())  # our own file
    return str(issuer), list(made)
