"""Jobs taking turns, so that a busy minute of the machine falls on all of them; their figures and ratios."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from award_jobs.data import Data
from award_jobs.measuring import Measured, measure

Show = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """A job on the data it is to work on: ``transactions`` rows; ``memory`` such as 2GB, or None."""

    job: str
    data: Data
    transactions: int
    memory: str | None = None

    @property
    def name(self) -> str:
        """What the tables call it."""
        return f"{self.job} --memory {self.memory}" if self.memory else self.job


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure that was measured several times."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Return the median and what it lies between."""
        return cls(median(figures), min(figures), max(figures))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f}–{self.most:.2f})"


@dataclass(frozen=True, slots=True)
class Turns:
    """What every job gave, turn by turn."""

    out: Path
    measured: defaultdict[Planned, list[Measured]] = field(default_factory=lambda: defaultdict(list))

    def run(self, plan: Sequence[Planned], repeat: int, show: Show, note: Show) -> None:
        """Let all jobs of a plan take turns, so many times; ``show`` what is under way, ``note`` what it gave.

        Every other turn goes backwards: a processor that has rested is faster, and it should not always be the same job
        that follows a light one.
        """
        for turn in range(1, repeat + 1):
            for planned in plan if turn % 2 else reversed(plan):
                show(f"turn {turn} of {repeat}: {planned.name}, {planned.transactions:,} transactions")
                shutil.rmtree(self.answer(planned).parent, ignore_errors=True)
                out = self.answer(planned).parent
                once = measure(planned.job, planned.data.folder, out, memory=planned.memory)
                self.measured[planned].append(once)
                note(f"turn {turn}: {planned.name}, {planned.transactions:,} transactions: {once}")

    def answer(self, planned: Planned) -> Path:
        """Return where a job's last answer is, if it gives one."""
        return self.out / f"{planned.job}-{planned.transactions}-{planned.memory}" / "awards.parquet"

    def wall(self, planned: Planned) -> Spread:
        """Return the seconds a job took."""
        return Spread.of([one.wall_seconds for one in self.measured[planned]])

    def cpu(self, planned: Planned) -> Spread:
        """Return the seconds of CPU a job took."""
        return Spread.of([one.cpu_seconds for one in self.measured[planned]])

    def peak_megabytes(self, planned: Planned) -> float:
        """Return the most memory any turn of a job took."""
        return max(one.peak_bytes for one in self.measured[planned]) / 1e6

    def ratio(self, planned: Planned, to: Planned, *, per_row: bool = False) -> Spread:
        """Return how many times as long a job took as another in the same turn, or a row as a row of the other."""
        rows = to.transactions / planned.transactions if per_row else 1.0
        pairs = zip(self.measured[planned], self.measured[to], strict=True)
        return Spread.of([one.wall_seconds / other.wall_seconds * rows for one, other in pairs])

    def cpu_ratio(self, planned: Planned, to: Planned, *, per_row: bool = False) -> Spread:
        """Return the same for CPU, which other work on the machine disturbs less."""
        rows = to.transactions / planned.transactions if per_row else 1.0
        pairs = zip(self.measured[planned], self.measured[to], strict=True)
        return Spread.of([one.cpu_seconds / other.cpu_seconds * rows for one, other in pairs])
