"""Period: whole Tokyo days, both ends included outside; a half-open span of instants inside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mynapoint.programme.values import tokyo_midnight


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included, in Tokyo. Raises ValueError when reversed."""

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise ValueError(f"a period cannot end on {self.ends_on} before it starts on {self.starts_on}")

    @property
    def starts_at(self) -> datetime:
        """The first instant inside (UTC): 00:00 in Tokyo of the first day."""
        return tokyo_midnight(self.starts_on)

    @property
    def ends_before(self) -> datetime:
        """The first instant no longer inside (UTC): 00:00 in Tokyo of the day after the last."""
        return tokyo_midnight(self.ends_on + timedelta(days=1))

    def covers(self, day: date) -> bool:
        """Say whether a Tokyo day lies inside."""
        return self.starts_on <= day <= self.ends_on

    def contains(self, instant: datetime) -> bool:
        """Say whether an aware instant lies inside."""
        return self.starts_at <= instant < self.ends_before
