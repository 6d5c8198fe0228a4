"""A map of the prefectures as squares, drawn by ourselves: how much each has, as shade and number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mynapoint.hub import web
from mynapoint.hub.words import PageWords
from mynapoint.programme.axes import short
from mynapoint.programme.prefectures import PREFECTURES

STEP, SIZE = 56, 52
"""From one square to the next, and how wide one is."""
SHADES = 4


@dataclass(frozen=True, slots=True)
class Square:
    """One prefecture. ``shade``: 0 where there is nothing, then by quarters of the most.

    ``said``  its number, in few letters
    """

    code: str
    name: PageWords
    short: str
    number: int
    said: str
    x: int
    y: int
    shade: int

    @property
    def middle(self) -> int:
        """Where its words stand."""
        return self.x + SIZE // 2


def squares(numbers: Mapping[str, int]) -> Sequence[Square]:
    """Return the 47 squares, by code, of numbers by prefecture."""
    most = max([1, *numbers.values()])
    made = []
    for code, one in PREFECTURES.items():
        number, name = numbers.get(code, 0), PageWords.of(one.name)
        label = name.en[:5] if web.language() == "en" else one.short
        shade = -(-number * SHADES // most)
        said = short(number, web.language())
        made.append(Square(code, name, label, number, said, one.column * STEP, one.row * STEP, shade))
    return made
