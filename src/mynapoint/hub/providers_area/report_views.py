"""Pages of a provider's award reports: what was declared, what was counted, and each line that was refused."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from django.db.models import BinaryField, Value
from django.db.models.functions import Substr
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from mynapoint.exchange.codec import decode
from mynapoint.exchange.messages import AwardReceiptHeader
from mynapoint.hub import web
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.ledger.refused_lines import refused_csv, refused_rows
from mynapoint.hub.providers_area.own import own_reports
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role

ON_A_PAGE = 50
LINES_SHOWN_MAX = 200
_HEADER_BYTES_MAX = 1024


@dataclass(frozen=True, slots=True)
class Counted:
    """A report and its receipt: the lines declared are the lines counted, or it would not have been taken."""

    report: AwardReport
    receipt: AwardReceiptHeader

    @property
    def lines(self) -> int:
        """How many lines were declared, and counted."""
        return self.receipt.accepted + self.receipt.repeated + self.receipt.refused

    @property
    def points_declared(self) -> int | None:
        """The points declared, where every line was recorded; None: the report itself is not kept to tell."""
        return self.receipt.points_accepted if self.lines == self.receipt.accepted else None


@require_GET
@staff_required(Role.PROVIDER)
def reports(request: StaffRequest) -> HttpResponse:
    """List the reports, the newest first."""
    before = request.GET.get("before", "")
    rows = own_reports(request).defer("answer")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    head = Substr("answer", Value(1), Value(_HEADER_BYTES_MAX), output_field=BinaryField())
    found = list(rows.annotate(head=head)[: ON_A_PAGE + 1])
    context = {
        "reports": [Counted(one, _header(bytes(one.head))) for one in found[:ON_A_PAGE]],
        "older": found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else None,
    }
    return render(request, "providers_area/reports.html", context)


@require_GET
@staff_required(Role.PROVIDER)
def report(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one report: the totals, and the lines that were refused with number, field and reason."""
    own = get_object_or_404(own_reports(request), pk=pk)
    counted = Counted(own, _header(bytes(own.answer)))
    context = {"one": counted, "refused": list(islice(refused_rows(own), LINES_SHOWN_MAX)), "most": LINES_SHOWN_MAX}
    return render(request, "providers_area/report.html", context)


@require_GET
@staff_required(Role.PROVIDER)
def refused_lines(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand over every refused line for a spreadsheet."""
    own = get_object_or_404(own_reports(request), pk=pk)
    return web.sheet(refused_csv(own), f"refused-lines-{own.pk}.csv")


def _header(answer: bytes) -> AwardReceiptHeader:
    return decode(answer.partition(b"\n")[0], AwardReceiptHeader)
