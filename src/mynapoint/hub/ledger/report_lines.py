"""The lines of a report as the codec writes them, read all at once; each becomes a value when it is asked for.

A large report is mostly copied into the database as it stands: making 50,000 values of it took longer than reading it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import overload

from mynapoint.exchange.messages import AwardLine
from mynapoint.exchange.shapes import DAY
from mynapoint.programme.values import IncentiveId, Points

Written = tuple[bytes, bytes, bytes, bytes, bytes]
"""Key, application, incentive, points and day of one line, checked: they hold nothing that COPY reads otherwise."""

_AS_ENCODED = re.compile(
    rb'^\{"type":"award_line","version":1,"line_id":"([ !#-\[\]-~]{1,64})",'
    rb'"application_id":"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})",'
    rb'"incentive":"([a-z_]{1,40})","points":(-?[1-9][0-9]{0,5}),"posted_on":"([0-9-]{10})"\}$',
    re.MULTILINE,
)


class WrittenLines(Sequence[AwardLine]):
    """Lines of which each looks as encoded; ``written`` are their fields as they came."""

    def __init__(self, written: Sequence[Written]) -> None:
        self.written = written

    def __len__(self) -> int:
        return len(self.written)

    @overload
    def __getitem__(self, place: int) -> AwardLine: ...

    @overload
    def __getitem__(self, place: slice) -> WrittenLines: ...

    def __getitem__(self, place: int | slice) -> AwardLine | WrittenLines:
        if isinstance(place, slice):
            return WrittenLines(self.written[place])
        line_id, application, incentive, points, day = (one.decode() for one in self.written[place])
        return AwardLine(line_id, application, IncentiveId(incentive), Points(int(points)), date.fromisoformat(day))

    @property
    def points(self) -> int:
        """What they add up to."""
        return sum(int(points) for _, _, _, points, _ in self.written)


def read_written(body: bytes) -> WrittenLines | None:
    """Return the lines after the header where every one of them looks as ``codec.encode`` writes it; else None."""
    first = body.find(b"\n") + 1
    if not first or b"\r" in body:
        return None
    found = _AS_ENCODED.findall(body, first)
    if len(found) != body.count(b"\n", first) + (first < len(body) and not body.endswith(b"\n")):
        return None
    return WrittenLines(found) if all(map(_is_day, {day for _, _, _, _, day in found})) else None


def _is_day(text: bytes) -> bool:
    # The codec alone says what a day is.
    if re.fullmatch(DAY, text.decode()):
        with suppress(ValueError):
            return bool(date.fromisoformat(text.decode()))
    return False
