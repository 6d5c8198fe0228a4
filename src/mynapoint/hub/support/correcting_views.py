"""How staff see to corrections: open one, note what was looked at, propose, and as the second person approve."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.applications.correction_models import Correction, CorrectionStep
from mynapoint.hub.applications.held import open_corrections
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger import corrections
from mynapoint.hub.ledger.corrections import NoEvidence, NotItsTurn, NotOpenable, NotTheSecond, stands
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import Role
from mynapoint.hub.support.correction_views import WORDS_MAX, visits_with
from mynapoint.hub.support.correction_words import WORDS
from mynapoint.hub.support.likely_mislinks import LOOKED_AT, likely_mislinks
from mynapoint.hub.support.models import Visit
from mynapoint.programme.values import tokyo_day

SEEING_TO_IT = (Role.HELPER, Role.SUPERVISOR, Role.OFFICE)
DECIDING = (Role.SUPERVISOR, Role.OFFICE)
REFERENCE_MAX = 80
_OVER_SHOWN = 50


@require_GET
@staff_required(*SEEING_TO_IT)
def corrections_list(request: StaffRequest) -> HttpResponse:
    """List what is open, the most urgent first, and what was decided lately: one's own; for the office, every one."""
    return _list(request)


@require_POST
@staff_required(*SEEING_TO_IT)
def begin(request: StaffRequest) -> HttpResponse:
    """Open a correction of an application that was made at one's own counters; the office, of any."""
    application = _application(request.POST.get("application", "").strip(), request.staff)
    if application is None:
        told = _("この番号の申込は、こちらの窓口にありません。番号を確かめるか、事務局に知らせてください。")
        return _list(request, told)
    visit = visits_with(application).first()
    try:
        made = corrections.open_correction(
            application=application,
            by=request.staff,
            words=request.POST.get("words", "").strip()[:WORDS_MAX],
            municipality=request.staff.municipality or (visit.municipality if visit else ""),
            other=_visitor(request.staff, application) if request.POST.get("is_owner_here") else None,
            now=web.now(),
        )
    except NotOpenable:
        return _list(request, _("この申込の訂正は、すでに受け付けているか、済んでいます。"))
    return redirect("correcting:correction", made.pk)


@require_GET
@staff_required(*SEEING_TO_IT)
def correction(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one correction: every step, and what can be done next."""
    return _page(request, _own(request, pk))


@require_POST
@staff_required(*SEEING_TO_IT)
def evidence(request: StaffRequest, pk: int) -> HttpResponse:
    """Note what was looked at."""
    own, reference = _own(request, pk), request.POST.get("reference", "").strip()
    kind = request.POST.get("evidence", "")
    if kind not in CorrectionStep.Evidence.values or not 0 < len(reference) <= REFERENCE_MAX:
        return _page(request, own, _("資料の種類を選び、どこにあるかを80文字以内で入力してください。"))
    found = CorrectionStep.Evidence(kind)
    return _done(
        request,
        own,
        lambda: corrections.add_evidence(
            correction=own, evidence=found, reference=reference, by=request.staff, now=web.now()
        ),
    )


@require_POST
@staff_required(*SEEING_TO_IT)
def propose(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the first person's word."""
    own, outcome = _own(request, pk), request.POST.get("outcome", "")
    if outcome not in CorrectionStep.Outcome.values:
        return _page(request, own, _("結論を選んでください。"))
    found = CorrectionStep.Outcome(outcome)
    return _done(
        request,
        own,
        lambda: corrections.propose(correction=own, outcome=found, staff=request.staff, now=web.now()),
    )


@require_POST
@staff_required(*DECIDING)
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the second person's word: what was proposed is approved, or sent back."""
    own = _own(request, pk)
    act = corrections.approve if request.POST.get("decision") == "approve" else corrections.send_back
    return _done(request, own, lambda: act(correction=own, staff=request.staff, now=web.now()))


@require_GET
@staff_required(*DECIDING)
def likely(request: StaffRequest) -> HttpResponse:
    """List what looks like a mislink; whether it is one, only people can say."""
    before = request.GET.get("before", "")
    is_place = before.isascii() and before.isdigit() and len(before) < 19
    looked = likely_mislinks(request.staff.municipality, now=web.now(), before=int(before) if is_place else None)
    context = {"found": looked.found, "older": looked.older, "before": before, "looked_at": LOOKED_AT}
    return render(request, "support/likely_mislinks.html", context)


def _own(request: StaffRequest, pk: int) -> Correction:
    found = Correction.objects.select_related("application__payment_service").filter(pk=pk).first()
    if found is None or not request.staff.may_see(found.municipality):
        raise Http404
    return found


def _application(number: str, staff: OnDuty) -> Application | None:
    try:
        found = Application.objects.filter(pk=uuid.UUID(number)).first()
    except ValueError:
        return None
    if found is None or staff.is_office:
        return found
    return found if visits_with(found).filter(municipality=staff.municipality).exists() else None


def _visitor(staff: OnDuty, application: Application) -> Resident | None:
    """Return who is signed in with a card at the helper's terminal, unless it is who applied."""
    visit = Visit.objects.filter(terminal=staff.terminal, ended_at=None).select_related("resident").first()
    there = surviving(visit.resident) if visit and visit.resident else None
    return None if there is None or there == surviving(application.resident) else Resident.objects.get(pk=there)


def _done(request: StaffRequest, own: Correction, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except NoEvidence:
        return _page(request, own, _("先に、確認した資料を記録してください。"))
    except NotTheSecond:
        return _page(
            request,
            own,
            _("1人目と2人目は、別の職員でなければなりません。登録コードを発行した相手とは、7日間、2人目になれません。"),
        )
    except NotItsTurn:
        return _page(request, own, _("この訂正は、もう次の段階に進んでいます。"))
    return redirect("correcting:correction", own.pk)


def _list(request: StaffRequest, refused: str = "") -> HttpResponse:
    rows = Correction.objects.select_related("application__payment_service")
    if not request.staff.is_office:
        rows = rows.filter(municipality=request.staff.municipality)
    is_open = rows.filter(pk__in=open_corrections().values("pk")).order_by("due_on", "pk")
    over = rows.exclude(pk__in=open_corrections().values("pk")).order_by("-pk")[:_OVER_SHOWN]
    context = {
        "is_open": [(one, WORDS[stands(one).state]) for one in is_open],
        "over": [(one, WORDS[stands(one).state]) for one in over],
        "today": tokyo_day(web.now()),
        "refused": refused,
    }
    return render(request, "support/correcting.html", context, status=422 if refused else 200)


def _page(request: StaffRequest, own: Correction, refused: str = "") -> HttpResponse:
    found = stands(own)
    context = {
        "one": own,
        "state": found.state.value,
        "state_words": WORDS[found.state],
        "is_open": found.is_open,
        "proposed": found.last,
        "may_decide": request.staff.role in DECIDING,
        "steps": own.steps.select_related("staff").order_by("number"),
        "evidence_kinds": CorrectionStep.Evidence.choices,
        "outcomes": CorrectionStep.Outcome.choices,
        "reference_max": REFERENCE_MAX,
        "today": tokyo_day(web.now()),
        "refused": refused,
    }
    return render(request, "support/correcting_one.html", context, status=422 if refused else 200)
