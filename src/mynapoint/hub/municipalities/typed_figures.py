"""Figures found in a text as people type them: days, amounts, telephone numbers, however they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_DIGITS = dict(zip("〇一二三四五六七八九", range(10), strict=True))
_TENS = {"十": 10, "百": 100, "千": 1000}
_KANJI_NUMBER = re.compile(
    r"(?<![0-9])[〇一二三四五六七八九十百千]+(?=\s*(?:万|年|月|日|円|ポイント|桁|けた|回|番|割|%|パーセント|人|億))"
)
_ERA_IN_BRACKETS = re.compile(r"\((?:令和|平成)[0-9元]{1,2}年\)")
_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
_MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in _MONTHS)
_DAYS = (
    re.compile(
        r"(?:(?P<year>[0-9]{4})年|(?P<era>令和|平成|(?<![A-Za-z])[RH])(?P<era_year>[0-9]{1,2}|元)年)?\s*(?P<month>[0-9]{1,2})月\s*"
        r"(?:(?P<day>[0-9]{1,2})日|(?P<end>の?(?:末|終わり|おわり)))?\s*(?P<around>頃|ごろ|中)?"
    ),
    re.compile(r"(?P<year>[0-9]{4})\s*[-/.]\s*(?P<month>[0-9]{1,2})\s*[-/.]\s*(?P<day>[0-9]{1,2})"),
    re.compile(
        r"(?P<era>令和|平成|(?<![A-Za-z])[RH])(?P<era_year>[0-9]{1,2})[./-](?P<month>[0-9]{1,2})[./-](?P<day>[0-9]{1,2})"
    ),
    re.compile(r"(?<![0-9/.-])(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})(?![0-9/])"),
    re.compile(
        rf"\b(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name>{_MONTH})\b\.?,?\s*(?P<year>[0-9]{{4}})?", re.I
    ),
    re.compile(
        rf"\b(?P<name>{_MONTH})\b\.?\s+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s*(?P<year>[0-9]{{4}}))?", re.I
    ),
    re.compile(rf"(?P<end>\bend of\s+)(?P<name>{_MONTH})\b(?:,?\s*(?P<year>[0-9]{{4}}))?", re.I),
    re.compile(rf"(?P<around>\baround\s+)(?P<name>{_MONTH})\b(?:,?\s*(?P<year>[0-9]{{4}}))?", re.I),
)
_NUMBER = r"(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?)\s*(?P<unit>万|千|億)?(?P<rest>[0-9][0-9,]*)?(?P<rest_unit>千)?\s*"
_AMOUNT = re.compile(
    rf"{_NUMBER}(?P<of>円|ポイント|yen\b|points?\b|pts?\b|人|people\b|%|パーセント|percent\b|割)", re.I
)
_YEN_SIGN = re.compile(r"[¥\\]\s*(?P<number>[0-9][0-9,]*)|\bJPY\s*(?P<other>[0-9][0-9,]*)", re.I)
_COUNT = re.compile(
    r"(?P<number>[0-9]{1,2})\s*[- ]?\s*(?P<of>桁|けた|ケタ|digits?\b|回|times\b|(?:wrong\s+)?(?:entries|tries)\b|番)",
    re.I,
)
_TELEPHONE = re.compile(r"\+?[0-9][0-9() .-]{7,14}[0-9]")
_HYPHENS = re.compile("[‐‑‒–—―−ー﹣－]")
_ENGLISH_NUMBERS = {"three": "3", "four": "4", "five": "5"}
_OF = dict.fromkeys(("割", "%", "パーセント", "percent"), "percent") | dict.fromkeys(("人", "people"), "people")
_SCALE = {"万": 10_000, "千": 1_000, "億": 100_000_000, None: 1}


@dataclass(frozen=True, slots=True)
class TypedDay:
    """A day or month as typed: year and day None where left out; ``is_end`` is 「末」, ``is_around`` 「頃」."""

    text: str
    year: int | None
    month: int
    day: int | None
    is_end: bool
    is_around: bool


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number with what it counts: ``of`` is money (yen, points), people, percent, digits, tries or key."""

    text: str
    number: int
    of: str


def plain(words: str) -> str:
    """Return a text with one way of writing numbers: half width, no kanji numerals, one hyphen, no era in brackets."""
    text = unicodedata.normalize("NFKC", words)
    text = re.sub(r"(?<=[0-9])[‐‑‒–—―−ー](?=[0-9])", "-", text)
    text = _KANJI_NUMBER.sub(lambda found: str(_kanji_number(found.group())), text)
    for word, digit in _ENGLISH_NUMBERS.items():
        text = re.sub(rf"\b{word}\b", digit, text, flags=re.I)
    return _ERA_IN_BRACKETS.sub("", text)


def days_in(text: str) -> Iterator[TypedDay]:
    """Yield the days and months of a ``plain`` text."""
    for pattern in _DAYS:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            name = parts.get("name")
            month = _MONTHS.index(next(one for one in _MONTHS if one[:3] == name[:3].lower())) + 1 if name else None
            day = parts.get("day")
            yield TypedDay(
                text=found.group().strip(),
                year=_year(parts),
                month=month if month is not None else int(parts["month"] or 0),
                day=int(day) if day else None,
                is_end=bool(parts.get("end")),
                is_around=bool(parts.get("around")),
            )


def numbers_in(text: str) -> Iterator[TypedNumber]:
    """Yield the amounts and counts of a ``plain`` text."""
    for found in _AMOUNT.finditer(text):
        number = _scaled(found["number"], found["unit"]) + _scaled(found["rest"] or "0", found["rest_unit"])
        unit = found["of"].lower()
        yield TypedNumber(found.group(), number * 10 if unit == "割" else number, _OF.get(unit, "money"))
    for found in _YEN_SIGN.finditer(text):
        yield TypedNumber(found.group(), int((found["number"] or found["other"]).replace(",", "")), "money")
    for found in _COUNT.finditer(text):
        unit = found["of"].lower()
        kind = "digits" if unit[0] in "桁けケd" else "key" if unit == "番" else "tries"
        yield TypedNumber(found.group(), int(found["number"]), kind)


def telephones_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the telephone numbers of a ``plain`` text: as typed, and their digits with a leading zero."""
    for found in _TELEPHONE.finditer(text):
        digits = re.sub(r"[^0-9]", "", found.group())
        yield found.group(), f"0{digits[2:]}" if found.group().startswith("+81") else digits


def _year(parts: dict[str, str | None]) -> int | None:
    if parts.get("year"):
        return int(parts["year"] or 0)
    era = parts.get("era")
    if not era:
        return None
    years = parts["era_year"]
    return _ERAS[era] + (1 if years == "元" else int(years or 0))


def _scaled(number: str, unit: str | None) -> int:
    whole, _, part = number.replace(",", "").partition(".")
    scale = _SCALE[unit]
    return int(whole or 0) * scale + (int(part) * scale // 10 ** len(part) if part else 0)


def _kanji_number(text: str) -> int:
    if not set(text) & set(_TENS):
        return int("".join(str(_DIGITS[one]) for one in text))
    total, digit = 0, 0
    for one in text:
        if one in _TENS:
            total, digit = total + (digit or 1) * _TENS[one], 0
        else:
            digit = _DIGITS[one]
    return total + digit
