"""The page of a waiting list: what it is, one's own place or turn, taking a place and giving it up."""

from __future__ import annotations

from contextlib import suppress

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mynapoint.award.refusals import Refused
from mynapoint.hub import web
from mynapoint.hub.applications import waiting_list
from mynapoint.hub.books.waiting_list import NotSpent
from mynapoint.hub.identity.sessions import ResidentRequest, resident_required
from mynapoint.programme.values import IncentiveId, tokyo_day


@require_http_methods(["GET", "POST"])
@resident_required
def place(request: ResidentRequest, incentive: str) -> HttpResponse:
    """Show how the resident stands to the list; POST ``do=join`` takes a place, ``do=leave`` gives it up."""
    now, wanted = web.now(), IncentiveId(incentive)
    try:
        seen = waiting_list.waiting(request.resident, wanted, on=tokyo_day(now))
    except KeyError as error:
        raise Http404 from error
    if request.method == "POST":
        try:
            if request.POST.get("do") == "leave":
                waiting_list.leave(resident=request.resident, incentive=wanted, now=now)
            else:
                with suppress(NotSpent):  # points came back meanwhile: the page says that one can apply
                    waiting_list.join(resident=request.resident, incentive=wanted, now=now)
        except Refused as refused:
            return _page(request, seen, refused)
        return redirect("applications:waiting_list", incentive)
    return _page(request, seen)


def _page(request: ResidentRequest, seen: waiting_list.Waiting, refused: Refused | None = None) -> HttpResponse:
    reasons = refused.reasons if refused else seen.reasons
    context = {"waiting": seen, "incentive": seen.incentive, "sentences": web.sentences(reasons)}
    response = render(request, "applications/waiting_list.html", context, status=422 if refused else 200)
    return web.with_codes(response, reasons) if refused else response
