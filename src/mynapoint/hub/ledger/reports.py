"""An award report as it comes: lines read strictly, and the declared totals must equal them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mynapoint.exchange.codec import MalformedMessage, decode
from mynapoint.exchange.messages import AwardLine, AwardReportHeader

LINES_MAX = 50_000
POINTS_PER_LINE_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Report:
    """A report whose form is right; nothing of it has been judged yet. ``lines[n]`` is line n + 2."""

    header: AwardReportHeader
    lines: Sequence[AwardLine]


def parse_report(body: bytes) -> Report:
    """Read a report. Raises MalformedMessage with line and field, also when the totals are not those of the lines."""
    rows = body.splitlines()
    if not rows:
        raise MalformedMessage(1, "line", "is missing; the report is empty")
    if len(rows) - 1 > LINES_MAX:
        raise MalformedMessage(LINES_MAX + 2, "line", f"a report has at most {LINES_MAX} lines; send several")
    header = decode(rows[0], AwardReportHeader, line=1)
    _check_id(header.report_id, 1, "report_id")
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        line = decode(row, AwardLine, line=number)
        _check_id(line.line_id, number, "line_id")
        if not 0 < abs(line.points) <= POINTS_PER_LINE_MAX:
            raise MalformedMessage(number, "points", f"must not be 0 nor beyond {POINTS_PER_LINE_MAX}")
        lines.append(line)
    if header.line_count != len(lines):
        raise MalformedMessage(1, "line_count", f"is {header.line_count}, but {len(lines)} lines follow")
    points = sum(line.points for line in lines)
    if header.points_total != points:
        raise MalformedMessage(1, "points_total", f"is {header.points_total}, but the lines add up to {points}")
    return Report(header, lines)


def _check_id(text: str, line: int, field: str) -> None:
    if not (1 <= len(text) <= 64 and text.isascii() and text.isprintable()):
        raise MalformedMessage(line, field, "must be 1 to 64 printable ASCII characters")
