"""People made in pieces and kept for several runs where asked: their signatures cost minutes.

python benchmarks/hub_jobs/kept_people.py FOLDER COUNT [PROCESSES]      # makes what is missing, beforehand
"""

from __future__ import annotations

import pickle
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "benchmarks")]

from hub_jobs import people  # noqa: E402 - needs the path set above
from hub_jobs.people import Mint, Person  # noqa: E402

PIECE = 20_000
"""People in one file."""


@dataclass(slots=True)
class Crowd:
    """People of one authority, handed out in order, each once a run; made when nobody is left.

    ``kept``  a folder that holds them, and what they are made with; None: they are made for this run
    """

    mint: Mint
    kept: Path | None = None
    processes: int = people.PROCESSES
    pieces: int = 0
    _left: list[Person] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        """The key id by which the hub knows who issued their certificates."""
        return people.issuer_key_id(self.mint)

    def take(self, count: int) -> list[Person]:
        """Return so many people whom nobody else has."""
        if self.kept is None:
            return people.signed(self.mint, count, processes=self.processes)
        while len(self._left) < count:
            self._left += self.next_piece()
            self.pieces += 1
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    @property
    def file(self) -> Path:
        """Where the next piece is kept."""
        assert self.kept is not None, "people are kept"
        return self.kept / f"people-{self.pieces:04}"

    def next_piece(self) -> list[Person]:
        """Return the next people who are kept, made if there are none."""
        if self.file.exists():
            return list(pickle.loads(self.file.read_bytes()))  # our own file
        made = people.signed(self.mint, PIECE, processes=self.processes)
        part = self.file.with_suffix(".part")
        part.write_bytes(pickle.dumps(made))
        part.rename(self.file)
        return made


def crowd(trust: Path, *, kept: Path | None) -> Crowd:
    """Make the trust folder of a run; return the people its authority vouches for."""
    if kept is None:
        return Crowd(people.open_mint(trust))
    if not (kept / "mould.der").exists():
        shutil.rmtree(kept, ignore_errors=True)
        people.open_mint(kept / "trust").save(kept)
    shutil.copytree(kept / "trust", trust)
    return Crowd(Mint.load(kept), kept)


def _make(kept: Path, count: int, processes: int) -> Iterator[int]:
    """Make the pieces that are missing; yield how many people there are."""
    made = crowd(kept / "copy", kept=kept)
    shutil.rmtree(kept / "copy")
    made.processes = processes
    for made.pieces in range(-(-count // PIECE)):
        if not made.file.exists():
            made.next_piece()
            yield (made.pieces + 1) * PIECE


if __name__ == "__main__":
    for ready in _make(Path(sys.argv[1]), int(sys.argv[2]), int((sys.argv[3:] or [people.PROCESSES])[0])):
        print(f"{ready:,} people", flush=True)
