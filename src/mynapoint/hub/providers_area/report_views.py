"""Pages of a provider's award reports: what was declared, what was counted, and what was refused."""

from __future__ import annotations

from itertools import islice

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from mynapoint.hub import web
from mynapoint.hub.ledger.refused_lines import refused_csv, refused_rows
from mynapoint.hub.ledger.refused_reports import refused_reports_csv
from mynapoint.hub.providers_area import report_lists
from mynapoint.hub.providers_area.own import own_refused_reports, own_reports
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role

LINES_SHOWN_MAX = 200


@require_GET
@staff_required(Role.PROVIDER)
def reports(request: StaffRequest) -> HttpResponse:
    """List the reports, and those refused as a whole, the newest first."""
    context = report_lists.lists(own_reports(request), own_refused_reports(request), request.GET)
    return render(request, "providers_area/reports.html", context)


@require_GET
@staff_required(Role.PROVIDER)
def report(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one report: the totals, and the lines that were refused with number, field and reason."""
    own = get_object_or_404(own_reports(request), pk=pk)
    counted = report_lists.counted(own)
    context = {"one": counted, "refused": list(islice(refused_rows(own), LINES_SHOWN_MAX)), "most": LINES_SHOWN_MAX}
    return render(request, "providers_area/report.html", context)


@require_GET
@staff_required(Role.PROVIDER)
def refused_lines(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand over every refused line for a spreadsheet."""
    own = get_object_or_404(own_reports(request), pk=pk)
    return web.sheet(refused_csv(own), f"refused-lines-{own.pk}.csv")


@require_GET
@staff_required(Role.PROVIDER)
def reports_csv(request: StaffRequest) -> HttpResponse:
    """Hand over every report with its figures for a spreadsheet."""
    return web.sheet(report_lists.reports_csv(own_reports(request)), "award-reports.csv")


@require_GET
@staff_required(Role.PROVIDER)
def refused_reports(request: StaffRequest) -> HttpResponse:
    """Hand over every report that was refused as a whole for a spreadsheet."""
    return web.sheet(refused_reports_csv(own_refused_reports(request).iterator()), "refused-reports.csv")
