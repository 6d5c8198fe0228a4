"""“This is not mine” (心当たりがない): a resident opens a correction, follows it, withdraws it."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mynapoint.hub import web
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.models import Application
from mynapoint.hub.applications.standing import applications_of
from mynapoint.hub.identity.lineage import everyone
from mynapoint.hub.identity.sessions import ResidentRequest, resident_required
from mynapoint.hub.ledger import corrections
from mynapoint.hub.ledger.corrections import NotItsTurn, NotOpenable, corrections_of
from mynapoint.hub.support.correction_words import told
from mynapoint.hub.support.models import Visit
from mynapoint.programme.values import tokyo_day

WORDS_MAX = 400


@require_http_methods(["GET", "POST"])
@resident_required
def claim(request: ResidentRequest, application: uuid.UUID) -> HttpResponse:
    """Ask what happened, and open a correction of one's own application."""
    own = get_object_or_404(applications_of(request.resident).select_related("payment_service"), pk=application)
    words = request.POST.get("words", "").strip()
    if request.method == "POST" and len(words) <= WORDS_MAX:
        try:
            made = corrections.open_correction(
                application=own, by=request.resident, words=words, municipality=place_of(own), now=web.now()
            )
        except NotOpenable:
            return redirect("ledger:my_page")
        return redirect("corrections:correction", made.pk)
    context = {
        "application": own,
        "due_on": tokyo_day(web.now() + corrections.DECIDED_WITHIN),
        "words": words,
        "words_max": WORDS_MAX,
        "is_too_long": len(words) > WORDS_MAX,
    }
    return render(request, "support/claim.html", context, status=422 if context["is_too_long"] else 200)


@require_GET
@resident_required
def correction(request: ResidentRequest, pk: int) -> HttpResponse:
    """Show where a correction stands, and every step of it."""
    return render(request, "support/correction.html", {"one": told(_own(request, pk), request.resident)})


@require_POST
@resident_required
def withdrawn(request: ResidentRequest, pk: int) -> HttpResponse:
    """Withdraw one's own claim; where it was decided meanwhile, show how."""
    own = _own(request, pk)
    with suppress(NotItsTurn):
        corrections.withdraw(correction=own, by=request.resident, now=web.now())
    return redirect("corrections:correction", own.pk)


def place_of(application: Application) -> str:
    """Return the municipality at whose counter an application was made; empty: at none, so the office sees to it."""
    visit = visits_with(application).first()
    return visit.municipality if visit else ""


def visits_with(application: Application) -> QuerySet[Visit]:
    """Return the visits in which an application was made, by who signed in and when."""
    at = application.applied_at
    during = Q(ended_at=None) | Q(ended_at__gte=at)
    return Visit.objects.filter(during, resident__in=everyone(application.resident), begun_at__lte=at)


def _own(request: ResidentRequest, pk: int) -> Correction:
    for one in corrections_of(request.resident):
        if one.pk == pk:
            return one
    raise Http404
