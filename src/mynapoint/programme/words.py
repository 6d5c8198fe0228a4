"""What people read in two languages: Words, and days in Japan's era, in Western years, and in English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

_TOKYO = ZoneInfo("Asia/Tokyo")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# The first day of each era's first year, newest first: 元号を改める政令 of 2019 (令和) and of 1989 (平成).
_ERAS = ((date(2019, 5, 1), "令和", 2018), (date(1989, 1, 8), "平成", 1988))


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Japanese and in English; Japanese leads."""

    ja: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in ``ja…`` (Japanese) or any other language code (English)."""
        return self.ja if is_japanese(language) else self.en


def is_japanese(language: str) -> bool:
    """Say whether a language code such as ``ja`` or ``ja-JP`` asks for Japanese."""
    return language.lower().startswith("ja")


def japanese_date(day: date) -> str:
    """Return a day with its Western year: 「2022年7月15日」."""
    return f"{day.year}年{day.month}月{day.day}日"


def era_date(day: date) -> str:
    """Return a day in Japan's era: 「令和4年7月15日」; days before 平成 keep their Western year."""
    return f"{_era_year(day)}{day.month}月{day.day}日"


def english_date(day: date) -> str:
    """Return a day in English: “15 July 2022”."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def date_in(day: date, language: str, *, era: bool = False) -> str:
    """Return a day in ``language``; ``era`` writes Japanese years as 令和."""
    if not is_japanese(language):
        return english_date(day)
    return era_date(day) if era else japanese_date(day)


def month_in(day: date, language: str, *, era: bool = False) -> str:
    """Return the month a day lies in: 「2022年6月」, 「令和4年6月」 or “June 2022”."""
    if not is_japanese(language):
        return f"{_MONTHS[day.month - 1]} {day.year}"
    return f"{_era_year(day)}{day.month}月" if era else f"{day.year}年{day.month}月"


def minute_in(instant: datetime, language: str) -> str:
    """Return an aware instant to the minute, in Tokyo: 「2022年7月15日10時5分」 or “15 July 2022, 10:05”."""
    there = instant.astimezone(_TOKYO)
    if is_japanese(language):
        return f"{japanese_date(there.date())}{there.hour}時{f'{there.minute}分' if there.minute else ''}"
    return f"{english_date(there.date())}, {there:%H:%M}"


def minute_words(instant: datetime) -> Words:
    """Return an aware instant to the minute, in Tokyo, in both languages."""
    return Words(minute_in(instant, "ja"), minute_in(instant, "en"))


def _era_year(day: date) -> str:
    for first_day, name, offset in _ERAS:
        if day >= first_day:
            year = day.year - offset
            return f"{name}{'元' if year == 1 else year}年"
    return f"{day.year}年"
