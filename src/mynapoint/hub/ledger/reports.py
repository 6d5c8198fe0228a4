"""An award report as it comes: lines read strictly, and the declared totals must equal them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice

from mynapoint.exchange.codec import MalformedMessage, decode
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.exchange.shapes import DAY, REPORT_LINES_MAX
from mynapoint.programme.values import IncentiveId, Points


@dataclass(frozen=True, slots=True)
class Report:
    """A report whose form is right; nothing of it has been judged yet. ``lines[n]`` is line n + 2."""

    header: AwardReportHeader
    lines: Sequence[AwardLine]


def parse_header(body: bytes) -> AwardReportHeader:
    """Read a report's first line alone. Raises MalformedMessage."""
    return decode(body[: body.find(b"\n") if b"\n" in body else None], AwardReportHeader)


def parse_report(body: bytes) -> Report:
    """Read a report. Raises MalformedMessage with line and field, also when the totals are not those of the lines."""
    # Counted first: ten megabytes of line ends are not made into ten million lines.
    if body.count(b"\n") + body.count(b"\r") > 2 * (REPORT_LINES_MAX + 1):
        raise _too_many()
    rows = body.splitlines()
    if not rows:
        raise MalformedMessage(1, "line", "is missing; the report is empty")
    if len(rows) - 1 > REPORT_LINES_MAX:
        raise _too_many()
    header = decode(rows[0], AwardReportHeader, line=1)
    lines = _lines(rows)
    if header.line_count != len(lines):
        raise MalformedMessage(1, "line_count", f"is {header.line_count}, but {len(lines)} lines follow")
    points = sum(line.points for line in lines)
    if header.points_total != points:
        raise MalformedMessage(1, "points_total", f"is {header.points_total}, but the lines add up to {points}")
    return Report(header, lines)


_AS_ENCODED = re.compile(
    rb'\{"type":"award_line","version":1,"line_id":"([ !#-\[\]-~]{1,64})","application_id":"([0-9a-f-]{36})",'
    rb'"incentive":"([a-z_]{1,40})","points":(-?[1-9][0-9]{0,5}),"posted_on":"([0-9-]{10})"\}'
)
"""A line exactly as ``codec.encode`` writes it; most come so, and are read several times faster than JSON is."""


def _lines(rows: Sequence[bytes]) -> list[AwardLine]:
    """Read the lines after the header; whatever does not look as encoded is for the codec to read or refuse."""
    days: dict[bytes, date] = {}
    lines = []
    for number, row in enumerate(islice(rows, 1, None), start=2):
        seen = _AS_ENCODED.fullmatch(row)
        day = seen and (days.get(seen[5]) or _day(seen[5], days))
        if not seen or not day:
            lines.append(decode(row, AwardLine, line=number))
            continue
        line_id, application, incentive, points, _ = seen.groups()
        named = IncentiveId(incentive.decode())
        lines.append(AwardLine(line_id.decode(), application.decode(), named, Points(int(points)), day))
    return lines


def _day(text: bytes, days: dict[bytes, date]) -> date | None:
    # The codec alone says what a day is; each is asked for once.
    if re.fullmatch(DAY, text.decode()):
        with suppress(ValueError):
            days[text] = date.fromisoformat(text.decode())
    return days.get(text)


def _too_many() -> MalformedMessage:
    return MalformedMessage(
        REPORT_LINES_MAX + 2, "line", f"a report has at most {REPORT_LINES_MAX} lines; send several"
    )
