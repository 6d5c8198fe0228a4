"""What became of the rows an intake read: every one accepted, set aside or repeated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mynapoint.provider.table_files import Encoding


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the rows of one table: ``rows`` = ``accepted`` + ``set_aside`` + ``repeated``."""

    table: str
    rows: int
    set_aside: int
    repeated: int

    @property
    def accepted(self) -> int:
        """The rows that stand."""
        return self.rows - self.set_aside - self.repeated


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was taken, and how its text was read (None for Parquet)."""

    table: str
    path: Path
    encoding: Encoding | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What an intake gave.

    ``waiting``       accepted refunds whose original has not come yet
    ``not_enrolled``  accepted rows of accounts without an application; they are normal and give nothing
    """

    tallies: tuple[Tally, ...]
    waiting: int
    not_enrolled: int
    files: tuple[InputFile, ...]
