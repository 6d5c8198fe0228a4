"""not_due.csv: points that were awarded and are not paid for, because they lapsed unused or the hub took them back."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from mynapoint.programme.values import Points
from mynapoint.provider.file_limits import UnreadableFile

COLUMNS = ("application_id", "why", "points", "on")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Why(StrEnum):
    """Why points are not due: ``expired``, they lapsed unused; ``corrected``, the hub reversed or moved them."""

    EXPIRED = "expired"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class NotDue:
    """One row: points of an application, on a day in Tokyo. Less than 0, corrected only: the hub gave them to it."""

    application_id: str
    why: Why
    points: Points
    on: date


def read_not_due(path: Path) -> list[NotDue]:
    """Return the rows of the file, which tells everything from the beginning; UTF-8. Raises UnreadableFile."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise UnreadableFile(path, f"must have the columns {', '.join(COLUMNS)}; missing: {missing[0]}")
            return [_row(path, rows.line_num, row) for row in rows]
    except OSError as error:
        raise UnreadableFile(path, f"cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(path, f"is not CSV in UTF-8: {error}") from error


def _row(path: Path, line: int, row: dict[str, str | None]) -> NotDue:
    def value(name: str, *, ok: bool, expected: str) -> str:
        if not ok:
            raise UnreadableFile(path, f"line {line}: {name} must be {expected}; got {row[name]!r}")
        return row[name] or ""

    text = {name: row[name] or "" for name in COLUMNS}
    why = value("why", ok=text["why"] in list(Why), expected=" or ".join(Why))
    is_points = bool(_WHOLE.fullmatch(text["points"])) and int(text["points"]) != 0
    is_points = is_points and (why == Why.CORRECTED or int(text["points"]) > 0)
    points = value("points", ok=is_points, expected="a whole number, above 0 where they expired")
    return NotDue(
        value("application_id", ok=bool(text["application_id"]), expected="an application's id"),
        Why(why),
        Points(int(points)),
        date.fromisoformat(value("on", ok=_is_day(text["on"]), expected="a day such as 2023-03-31")),
    )


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False
