"""DOOR OUT: credit points in the provider's own system — what it must promise, and a version that writes files."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from mynapoint.programme.values import AccountId, IncentiveId, Points, tokyo_day

COLUMNS = ("key", "account_id", "incentive", "points", "credited_on")


class CreditFailed(Exception):
    """Points could not be credited: which, and what to do. Nothing is lost; the next run tries the same again."""


@dataclass(frozen=True, slots=True)
class Credit:
    """One instruction to the provider's own system.

    ``key``     run id and application id: the same key is credited once, however often it is asked for
    ``points``  negative to take points back after a refund
    """

    key: str
    account_id: AccountId
    incentive: IncentiveId
    points: Points


class PointsGateway(Protocol):
    """The provider's own points. A provider writes one class with this one method, or reads the credit files."""

    def credit(self, batch: str, instructions: Sequence[Credit], *, now: datetime) -> Mapping[str, date]:
        """Credit every instruction whose key was not credited before, and return each key's day in Tokyo.

        batch  the run's name; the same batch may come again, whole, after a crash
        now    the programme's present instant
        Raises CreditFailed; what was credited before it stays, and is not credited again.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileGateway:
    """Writes one file of instructions a batch, ``credits-BATCH.csv``, for the provider's own system to read.

    The file appears whole or not at all and is never changed; its points count as credited on the day it was written.
    """

    folder: Path

    def credit(self, batch: str, instructions: Sequence[Credit], *, now: datetime) -> Mapping[str, date]:
        """Write the batch's file, or read the days from it when it is there already. Raises CreditFailed."""
        path = self.folder / f"credits-{batch}.csv"
        try:
            if not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                _write_whole(path, _text(instructions, tokyo_day(now)))
            return _days(path, instructions)
        except OSError as error:
            raise CreditFailed(f"{path}: could not be written or read: {error}") from error


def _text(instructions: Sequence[Credit], day: date) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in instructions:
        rows.writerow((one.key, one.account_id.text, one.incentive, one.points, day.isoformat()))
    return text.getvalue()


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole, and on the disk, or not at all."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _days(path: Path, instructions: Sequence[Credit]) -> dict[str, date]:
    """Return each key's day from a batch's file, which must hold exactly these instructions. Raises CreditFailed."""
    with path.open(encoding="utf-8", newline="") as file:
        kept = {row["key"]: row for row in csv.DictReader(file)}
    for one in instructions:
        row = kept.get(one.key)
        if row is None or (row["account_id"], row["points"]) != (one.account_id.text, str(one.points)):
            raise CreditFailed(f"{path}: is there already with other instructions; move it away after looking into it")
    return {one.key: date.fromisoformat(kept[one.key]["credited_on"]) for one in instructions}
