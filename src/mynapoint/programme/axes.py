"""Axes of pictures: round numbers to mark, and numbers written short."""

from __future__ import annotations

from mynapoint.programme.words import is_japanese


def ticks(most: int) -> list[int]:
    """Return three to six round numbers from 0 up to ``most``."""
    power = 10 ** (len(str(most)) - 1)
    for step in (power // 5, power // 2, power, 2 * power):
        if step and most // step <= 5:
            return list(range(0, most + 1, step))
    return [0, most]


def short(number: int, language: str) -> str:
    """Return a number as axes show it: 「3,000億」, 「500万」, “300 bn”, “5 m”; whole numbers otherwise."""
    units = ((10**8, "億"), (10**4, "万")) if is_japanese(language) else ((10**9, " bn"), (10**6, " m"), (10**3, " k"))
    for unit, name in units:
        if number and number % unit == 0:
            return f"{number // unit:,}{name}"
    return f"{number:,}"
