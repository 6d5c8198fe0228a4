"""An award report as it comes: lines read strictly, and the declared totals must equal them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mynapoint.exchange.codec import MalformedMessage, decode
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.exchange.shapes import REPORT_LINES_MAX


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
    lines = [decode(row, AwardLine, line=number) for number, row in enumerate(rows[1:], start=2)]
    if header.line_count != len(lines):
        raise MalformedMessage(1, "line_count", f"is {header.line_count}, but {len(lines)} lines follow")
    points = sum(line.points for line in lines)
    if header.points_total != points:
        raise MalformedMessage(1, "points_total", f"is {header.points_total}, but the lines add up to {points}")
    return Report(header, lines)


def _too_many() -> MalformedMessage:
    return MalformedMessage(
        REPORT_LINES_MAX + 2, "line", f"a report has at most {REPORT_LINES_MAX} lines; send several"
    )
