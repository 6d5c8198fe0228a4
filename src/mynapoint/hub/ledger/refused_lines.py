"""The refused lines of a report as a file: number, field, reason in words, from the answer that was kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mynapoint.exchange.codec import decode_lines
from mynapoint.exchange.messages import AwardReceiptHeader, LineRefusal, RefusedLine
from mynapoint.hub import web
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.payment_services.csv_sheet import neutral
from mynapoint.hub.words import PageWords


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused line: its number (the header is line 1), its key, the field at fault, and why, with what to do."""

    line: int
    line_id: str
    field: str
    reason: LineRefusal
    words: PageWords


COLUMNS = ("line", "line_id", "field", "reason", "理由", "what to do")

_WORDS: dict[LineRefusal, tuple[str, str, str]] = {
    LineRefusal.UNKNOWN_APPLICATION: (
        "application_id",
        "この申込はありません。番号をご確認ください。",
        "There is no such application; check its id.",
    ),
    LineRefusal.OTHER_SERVICE: (
        "application_id",
        "ほかの決済サービスへの申込です。",
        "The application is for another payment service.",
    ),
    LineRefusal.OTHER_INCENTIVE: (
        "incentive",
        "申込の施策と異なります。",
        "The application is for another incentive.",
    ),
    LineRefusal.OVER_CAP: (
        "points",
        "付与の上限を超えます。残りの範囲で、別の行として報告してください。",
        "It passes the person's cap; report what is within the room under a key of its own.",
    ),
    LineRefusal.BELOW_ZERO: (
        "points",
        "付与した分より多くは取り消せません。",
        "More cannot be clawed back than was awarded.",
    ),
    LineRefusal.STOPPED: (
        "application_id",
        "停止された、または締め切られた申込です。付与した分は取り消して報告してください。",
        "The application is stopped or its incentive closed; claw back what was awarded.",
    ),
    LineRefusal.CHANGED_CONTENT: (
        "line_id",
        "同じキーの行が、別の内容で報告されています。新しいキーを付けてください。",
        "The key was reported with other content; give this line a key of its own.",
    ),
}


def refused_csv(report: AwardReport) -> str:
    """Return a report's refused lines as CSV with a head line, as they were when it came; the header is line 1."""
    rows = (
        (one.line, neutral(one.line_id), one.field, one.reason.value, one.words.ja, one.words.en)
        for one in refused_rows(report)
    )
    return web.as_csv(COLUMNS, rows)


def refused_rows(report: AwardReport) -> Iterator[Refused]:
    """Return a report's refused lines one by one, in order, each with the field at fault and what to do."""
    for row in decode_lines(bytes(report.answer), AwardReceiptHeader, RefusedLine):
        if isinstance(row, RefusedLine):
            field, ja, en = _WORDS[row.reason]
            yield Refused(row.line, row.line_id, field, row.reason, PageWords(ja, en))
