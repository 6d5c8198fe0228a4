"""Award reports as lists and files: what was declared beside what was counted, and reports refused as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BinaryField, QuerySet, Value
from django.db.models.functions import Substr
from django.http import QueryDict

from mynapoint.exchange.codec import decode
from mynapoint.exchange.messages import AwardReceiptHeader
from mynapoint.hub import web
from mynapoint.hub.ledger.models import AwardReport, RefusedReport
from mynapoint.hub.payment_services.csv_sheet import neutral
from mynapoint.hub.problems import ProblemCode
from mynapoint.hub.words import PageWords

ON_A_PAGE = 50
_HEADER_BYTES_MAX = 1024
_COLUMNS = (
    *("received_at", "service", "report", "reported_up_to", "lines_declared", "points_declared"),
    *("lines_recorded", "points_recorded", "lines_repeated", "lines_refused"),
)
_WHY = {
    ProblemCode.UNKNOWN_SERVICE.value: PageWords(
        "この番号は、報告した決済事業者の決済サービスのものではありません。",
        "No payment service of the provider has this number.",
    ),
    ProblemCode.OTHER_CONTENT.value: PageWords(
        "同じ報告の番号で、前に別の内容が届いています。",
        "Another report came before under the same report id.",
    ),
}
_FIELDS = {
    "line_count": PageWords(
        "書かれた行の数が、実際の行の数と違います。", "The declared number of lines is not that of the lines."
    ),
    "points_total": PageWords(
        "書かれたポイントの合計が、行を足したものと違います。",
        "The declared points are not what the lines add up to.",
    ),
    "reported_up_to": PageWords("「いつまでの付与か」が正しくありません。", "The instant reported up to is not right."),
}
_UNREADABLE = PageWords("書かれた形のとおりに読めません。", "It cannot be read as it is laid down.")


@dataclass(frozen=True, slots=True)
class Counted:
    """A report and its receipt: the lines declared are the lines counted, or it would not have been taken."""

    report: AwardReport
    receipt: AwardReceiptHeader

    @property
    def lines(self) -> int:
        """How many lines were declared, and counted."""
        kept = self.report.lines_declared
        return kept if kept is not None else self.receipt.accepted + self.receipt.repeated + self.receipt.refused

    @property
    def points_declared(self) -> int | None:
        """The points declared; of a report that came before they were kept only where every line was recorded."""
        if self.report.points_declared is not None:
            return self.report.points_declared
        return self.receipt.points_accepted if self.lines == self.receipt.accepted else None


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A report that was refused as a whole, and why in words."""

    report: RefusedReport
    why: PageWords


def lists(reports: QuerySet[AwardReport], refused: QuerySet[RefusedReport], query: QueryDict) -> dict[str, Any]:
    """Return a page of each for a template; ``before`` and ``refused_before`` ask for what is older."""
    found = list(_counted(_older(reports, query.get("before", "")))[: ON_A_PAGE + 1])
    not_taken = list(_older(refused, query.get("refused_before", ""))[: ON_A_PAGE + 1])
    return {
        "reports": [counted(one) for one in found[:ON_A_PAGE]],
        "older": found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else None,
        "refused": [NotTaken(one, _why(one)) for one in not_taken[:ON_A_PAGE]],
        "refused_older": not_taken[ON_A_PAGE - 1].pk if len(not_taken) > ON_A_PAGE else None,
    }


def counted(report: AwardReport) -> Counted:
    """Return a report with its receipt."""
    answer = bytes(getattr(report, "head", None) or report.answer)
    return Counted(report, decode(answer.partition(b"\n")[0], AwardReceiptHeader))


def reports_csv(reports: QuerySet[AwardReport]) -> str:
    """Return reports as CSV with a head line: declared, recorded, repeated, refused."""
    return web.as_csv(_COLUMNS, (_row(counted(one)) for one in _counted(reports).iterator(chunk_size=500)))


def _row(one: Counted) -> tuple[object, ...]:
    own, got = one.report, one.receipt
    told = (own.received_at.isoformat(), own.payment_service.number, neutral(own.report_id))
    recorded = (got.accepted, got.points_accepted, got.repeated, got.refused)
    return (*told, own.reported_up_to.isoformat(), one.lines, one.points_declared, *recorded)


def _counted(reports: QuerySet[AwardReport]) -> QuerySet[AwardReport]:
    head = Substr("answer", Value(1), Value(_HEADER_BYTES_MAX), output_field=BinaryField())
    return reports.defer("answer").annotate(head=head)


def _older(rows: QuerySet[Any], before: str) -> QuerySet[Any]:
    return rows.filter(pk__lt=int(before)) if before.isascii() and before.isdigit() and len(before) < 19 else rows


def _why(refused: RefusedReport) -> PageWords:
    known = _WHY.get(refused.code)
    return known or (_FIELDS.get(refused.field, _UNREADABLE) if refused.line == 1 else _UNREADABLE)
