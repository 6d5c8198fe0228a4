"""Pages of the office about award reports of every provider: declared beside counted, and those refused as a whole."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mynapoint.hub import web
from mynapoint.hub.ledger.models import AwardReport, RefusedReport
from mynapoint.hub.ledger.refused_reports import refused_reports_csv
from mynapoint.hub.providers_area import report_lists
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role


@require_GET
@staff_required(Role.OFFICE)
def reports(request: StaffRequest) -> HttpResponse:
    """List the reports of every service, and those refused as a whole, the newest first."""
    context = report_lists.lists(_reports(), _refused(), request.GET) | {"is_office": True}
    return render(request, "providers_area/reports.html", context)


@require_GET
@staff_required(Role.OFFICE)
def reports_csv(_request: StaffRequest) -> HttpResponse:
    """Hand over every report with its figures for a spreadsheet."""
    return web.sheet(report_lists.reports_csv(_reports()), "award-reports.csv")


@require_GET
@staff_required(Role.OFFICE)
def refused_reports(_request: StaffRequest) -> HttpResponse:
    """Hand over every report that was refused as a whole for a spreadsheet."""
    return web.sheet(refused_reports_csv(_refused().iterator()), "refused-reports.csv")


def _reports() -> QuerySet[AwardReport]:
    return AwardReport.objects.select_related("payment_service").order_by("-pk")


def _refused() -> QuerySet[RefusedReport]:
    return RefusedReport.objects.select_related("payment_service", "provider").order_by("-pk")
