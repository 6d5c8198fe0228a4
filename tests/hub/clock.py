"""The programme's clock in tests: stands at 2022-07-15 10:00 in Tokyo until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime

START = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)

_instant = START


def now() -> datetime:
    return _instant


def move_to(instant: datetime) -> None:
    global _instant  # noqa: PLW0603
    _instant = instant


def reset() -> None:
    move_to(START)
