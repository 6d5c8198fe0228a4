"""The staff area of the service status: the office publishes and ends notices."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from mynapoint.hub import web
from mynapoint.hub.municipalities.forms import StatusNoticeForm
from mynapoint.hub.municipalities.notices import StatusNotice, current
from mynapoint.hub.municipalities.telling import end_notice, publish_notice
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role


@require_http_methods(["GET", "POST"])
@staff_required(Role.OFFICE)
def status(request: StaffRequest) -> HttpResponse:
    """Show the notices of now and later, and publish another one."""
    now = web.now()
    form = StatusNoticeForm(request.POST if request.method == "POST" else None, now=now)
    if request.method == "POST" and form.is_valid():
        publish_notice(**form.notice(), staff=request.staff, now=now)
        return redirect("municipal_staff:status")
    shown = [*current(now), *StatusNotice.objects.filter(starts_at__gt=now)]
    context = {"form": form, "notices": shown}
    return render(request, "municipalities/staff/status.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@staff_required(Role.OFFICE)
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a notice end now."""
    end_notice(notice=get_object_or_404(StatusNotice, pk=pk), staff=request.staff, now=web.now())
    return redirect("municipal_staff:status")
