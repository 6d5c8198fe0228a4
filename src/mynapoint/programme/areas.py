"""Municipality: one of the municipalities an incentive is for, by its code, whose check digit is verified, and name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mynapoint.programme.rule_file import RuleTable
from mynapoint.programme.words import Words, is_japanese

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality by its 全国地方公共団体コード: five digits and a check digit, such as 132292 for 西東京市."""

    code: str
    name: Words


def check_digit(code: str) -> int:
    """Return the check digit of a code's first five digits: weights 6 to 2, modulus 11, last digit of the rest."""
    weighted = sum(int(digit) * weight for digit, weight in zip(code, range(6, 1, -1), strict=False))
    return (11 - weighted % 11) % 10


def parse_code(row: RuleTable, key: str) -> str:
    """Return a municipality's code whose check digit is right. Raises RuleFileError."""
    code = row.text(key)
    if not (len(code) == _DIGITS and code.isascii() and code.isdigit()):
        raise row.error(key, f"must be 5 digits and a check digit; got {code!r}")
    if int(code[-1]) != check_digit(code):
        raise row.error(key, f"{code} should end in {check_digit(code)}; a digit may be mistyped")
    return code


def parse_area(row: RuleTable, key: str) -> tuple[Municipality, ...]:
    """Return the municipalities listed at ``key``, at least one, none twice. Raises RuleFileError."""
    area: list[Municipality] = []
    for number, entry in enumerate(row.rows(key), start=1):
        with entry:
            code = parse_code(entry, "code")
            if code in {municipality.code for municipality in area}:
                raise row.error(f"{key}[{number}].code", f"{code} is listed twice")
            area.append(Municipality(code, entry.words("name")))
    if not area:
        raise row.error(key, "must list at least one municipality")
    return tuple(area)


def area_names(area: Sequence[Municipality]) -> Words:
    """Return the names of the municipalities, one after the other."""
    return Words(ja="、".join(one.name.ja for one in area), en=", ".join(one.name.en for one in area))


def area_words(area: Sequence[Municipality], language: str) -> str:
    """Return who lives there: 「みほん市にお住まいの方」."""
    names = area_names(area).in_language(language)
    return f"{names}にお住まいの方" if is_japanese(language) else f"residents of {names}"
