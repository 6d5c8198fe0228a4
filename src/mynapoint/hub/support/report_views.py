"""The supervisor's report of a month at the counters, as page and as CSV."""

from __future__ import annotations

import re
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mynapoint.hub import web
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role
from mynapoint.hub.support.models import Ending
from mynapoint.hub.support.reports import SMALL, Report, as_csv, bars, report
from mynapoint.programme.values import tokyo_day

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@require_GET
@staff_required(Role.SUPERVISOR)
def month(request: StaffRequest) -> HttpResponse:
    """Show the month asked for, or this one, of one's own municipality."""
    shown = _report(request)
    context = {
        "report": shown,
        "endings": [(Ending(name).label, count) for name, count in shown.endings.items()],
        "refusals": list(shown.refusals.items()),
        "bars": bars(shown.hours),
        "small": SMALL,
    }
    return render(request, "support/report.html", context)


@require_GET
@staff_required(Role.SUPERVISOR)
def month_csv(request: StaffRequest) -> HttpResponse:
    """Return the same figures for a spreadsheet."""
    made = _report(request)
    return web.sheet(as_csv(made), f"counters-{made.first:%Y-%m}.csv")


def _report(request: StaffRequest) -> Report:
    asked = _MONTH.fullmatch(request.GET.get("month", ""))
    first = date(int(asked[1]), int(asked[2]), 1) if asked else tokyo_day(web.now()).replace(day=1)
    return report(request.staff.municipality, first)
