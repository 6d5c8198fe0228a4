"""Whether the books are in order: one SQL statement over everything that is kept, and what it finds off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import connection

_STATEMENT = (Path(__file__).parent / "audit_books.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Off:
    """One thing that is off: what must hold, where it does not, and the points expected and found there."""

    what: str
    place: str
    expected: int | None
    found: int | None

    def __str__(self) -> str:
        return f"{self.what}: {self.place}: expected {self.expected}, found {self.found}"


def audit_books() -> list[Off]:
    """Return everything in the books that is off; nothing changes meanwhile what the one statement sees."""
    return off(_STATEMENT)


def off(statement: str) -> list[Off]:
    """Return what a statement of these four columns finds off."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [Off(str(what), str(place), _int(one), _int(other)) for what, place, one, other in cursor.fetchall()]


def _int(points: object) -> int | None:
    return None if points is None else int(str(points))
