"""The words every party shares: yen, points, and the public names of people's choices, each checked once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NewType
from zoneinfo import ZoneInfo

Yen = NewType("Yen", int)
"""Whole yen, tax included; never negative except where a docstring says so."""

Points = NewType("Points", int)
"""Whole points, one point worth one yen; negative only as a claw-back."""

IncentiveId = NewType("IncentiveId", str)
"""The name of one incentive of a programme file, such as ``card_uptake``; the file decides which exist."""

TOKYO = ZoneInfo("Asia/Tokyo")

_MY_KEY_ID = re.compile(r"[A-Z0-9]{8}")
_SERVICE_NUMBER = re.compile(r"MP[0-9]{7}")


class MalformedValue(ValueError):
    """A text that cannot be the value it claims to be; the message never repeats a secret."""

    def __init__(self, name: str, text: str, expected: str) -> None:
        super().__init__(f"{name}: expected {expected}; got {text!r}")
        self.name = name
        self.text = text
        self.expected = expected


@dataclass(frozen=True, slots=True)
class MyKeyId:
    """マイキーID: the public name of one reservation, 8 characters, never derived from the My Number."""

    text: str

    def __post_init__(self) -> None:
        if not _MY_KEY_ID.fullmatch(self.text):
            raise MalformedValue("My Key ID", self.text, expected="8 of A-Z 0-9")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """登録サービス番号: ``MP`` and seven digits, one registered payment service."""

    text: str

    def __post_init__(self) -> None:
        if not _SERVICE_NUMBER.fullmatch(self.text):
            raise MalformedValue("service number", self.text, expected="MP and 7 digits")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class AccountId:
    """決済サービスID: a resident's number at one payment service, 1 to 64 printable ASCII characters.

    Its ``repr`` and ``masked`` show the last four characters at most, so logs and pages cannot spread it.
    """

    text: str

    def __post_init__(self) -> None:
        if not (1 <= len(self.text) <= 64 and self.text.isascii() and self.text.isprintable()):
            raise MalformedValue("account id", self.masked, expected="1 to 64 printable ASCII characters")

    @property
    def masked(self) -> str:
        """The number as people may see it: ``****1234``; short numbers show nothing."""
        return "****" + (self.text[-4:] if len(self.text) >= 8 else "")

    def __repr__(self) -> str:
        return f"AccountId({self.masked})"


def tokyo_day(instant: datetime) -> date:
    """Return the calendar day in Tokyo at an aware instant. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone; a naive datetime has no Tokyo day")
    return instant.astimezone(TOKYO).date()


def tokyo_midnight(day: date) -> datetime:
    """Return the instant, in UTC, at which ``day`` begins in Tokyo."""
    return datetime(day.year, day.month, day.day, tzinfo=TOKYO).astimezone(UTC)
