"""An award report as it comes: lines read strictly, and the declared totals must equal them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mynapoint.exchange.codec import MalformedMessage, decode
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.exchange.shapes import REPORT_LINES_MAX
from mynapoint.hub.ledger.report_lines import WrittenLines, read_written


@dataclass(frozen=True, slots=True)
class Report:
    """A report whose form is right; nothing of it has been judged yet. ``lines[n]`` is line n + 2."""

    header: AwardReportHeader
    lines: Sequence[AwardLine]


class TotalsDiffer(MalformedMessage):
    """What a report's header declares is not what its lines come to; ``lines`` and ``points`` are the latter."""

    def __init__(self, field: str, why: str, *, lines: int, points: int) -> None:
        super().__init__(1, field, why)
        self.lines, self.points = lines, points


def parse_header(body: bytes) -> AwardReportHeader:
    """Read a report's first line alone. Raises MalformedMessage."""
    return decode(body[: body.find(b"\n") if b"\n" in body else None], AwardReportHeader)


def parse_report(body: bytes) -> Report:
    """Read a report. Raises MalformedMessage with line and field, also when the totals are not those of the lines."""
    # Counted first: ten megabytes of line ends are not made into ten million lines.
    if body.count(b"\n") + body.count(b"\r") > 2 * (REPORT_LINES_MAX + 1):
        raise _too_many()
    header, lines = _read(body)
    count = len(lines)
    points = lines.points if isinstance(lines, WrittenLines) else sum(line.points for line in lines)
    if header.line_count != count:
        why = f"is {header.line_count}, but {count} lines follow"
        raise TotalsDiffer("line_count", why, lines=count, points=points)
    if header.points_total != points:
        why = f"is {header.points_total}, but the lines add up to {points}"
        raise TotalsDiffer("points_total", why, lines=count, points=points)
    return Report(header, lines)


def _read(body: bytes) -> tuple[AwardReportHeader, Sequence[AwardLine]]:
    """Read all lines at once where they look as encoded; otherwise the codec reads them, or says which it cannot."""
    written = read_written(body)
    if written is not None and len(written) <= REPORT_LINES_MAX:
        return parse_header(body), written
    rows = body.splitlines()
    if not rows:
        raise MalformedMessage(1, "line", "is missing; the report is empty")
    if len(rows) - 1 > REPORT_LINES_MAX:
        raise _too_many()
    header = decode(rows[0], AwardReportHeader, line=1)
    return header, [decode(row, AwardLine, line=number) for number, row in enumerate(rows[1:], start=2)]


def _too_many() -> MalformedMessage:
    return MalformedMessage(
        REPORT_LINES_MAX + 2, "line", f"a report has at most {REPORT_LINES_MAX} lines; send several"
    )
