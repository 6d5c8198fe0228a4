"""My page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mynapoint.hub import web
from mynapoint.hub.identity.oidc_provider import provider
from mynapoint.hub.identity.phones import has_phone
from mynapoint.hub.identity.sessions import ResidentRequest, resident_required
from mynapoint.hub.ledger.my_page import my_page as read_my_page
from mynapoint.programme.values import tokyo_day


@require_GET
@resident_required
def my_page(request: ResidentRequest) -> HttpResponse:
    """Show a resident everything the hub holds about them, and what they can do next."""
    now = web.now()
    page = read_my_page(request.resident, now=now)
    others = [{"incentive": one.incentive, "sentences": web.sentences(one.reasons)} for one in page.others]
    context = {"page": page, "others": others, "today": tokyo_day(now)}
    context |= {"has_phone_route": provider() is not None, "has_phone": has_phone(request.resident)}
    return render(request, "ledger/my_page.html", context)
