"""What a field of a message may hold beyond its type: checked by the codec, published by the schemas, written once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

INTEGER_MAX = 2**53 - 1
"""The largest whole number that every reader of JSON holds exactly."""
ITEMS_MAX = 16
REPORT_LINES_MAX = 50_000
POINTS_PER_LINE_MAX = 1_000_000

INSTANT = (
    r"(19|20|21)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
    r"(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
)
DAY = r"(19|20|21)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
PLAIN_TEXT = r"[^\u0000-\u001f\u007f]*"


@dataclass(frozen=True, slots=True)
class TextShape:
    """A text of a pattern (the same in Python and in JSON Schema); ``expected`` says it in words."""

    pattern: str
    expected: str

    def refusal(self, value: object) -> str | None:
        """Return what was expected, if a value is not that."""
        fits = isinstance(value, str) and re.fullmatch(self.pattern, value, re.ASCII) is not None
        return None if fits else self.expected


@dataclass(frozen=True, slots=True)
class NumberShape:
    """A whole number of ``least`` … ``most``; ``not_zero`` where nothing is no answer."""

    least: int
    most: int
    not_zero: bool = False

    def refusal(self, value: object) -> str | None:
        """Return what was expected, if a value is not that."""
        assert isinstance(value, int)
        fits = self.least <= value <= self.most and not (self.not_zero and value == 0)
        return None if fits else f"{self.least} … {self.most}{' and not 0' if self.not_zero else ''}"


Identifier = Annotated[str, TextShape("[ -~]{1,64}", "1 to 64 printable ASCII characters")]
"""A name that one side makes up and the other keeps."""
LineCount = Annotated[int, NumberShape(0, REPORT_LINES_MAX)]
Month = Annotated[str, TextShape("20[0-9]{2}-(0[1-9]|1[0-2])", "a month such as 2022-07")]
"""A calendar month in Tokyo."""
