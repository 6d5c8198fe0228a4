"""How staff see to corrections: open one, note what was looked at, propose, and as the second person approve."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.applications.correction_models import Correction, CorrectionStep
from mynapoint.hub.applications.held import is_held, open_corrections
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger import corrections
from mynapoint.hub.ledger.corrections import NoEvidence, NotItsTurn, NotOpenable, NotTheSecond, stands
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import Role
from mynapoint.hub.support.correction_views import WORDS_MAX, place_of, visits_with
from mynapoint.hub.support.correction_words import WORDS
from mynapoint.hub.support.likely_mislinks import LISTED_MAX, likely_mislinks
from mynapoint.hub.support.models import Visit
from mynapoint.programme.values import tokyo_day

SEEING_TO_IT = (Role.HELPER, Role.SUPERVISOR, Role.OFFICE)
DECIDING = (Role.SUPERVISOR, Role.OFFICE)
REFERENCE_MAX = 80
_OVER_SHOWN = 50
_Evidence = CorrectionStep.Evidence
_NOT_HERE = gettext_lazy("この番号の申込は、こちらの窓口にありません。番号を確かめるか、事務局に知らせてください。")


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
        return _list(request, _NOT_HERE)
    try:
        made = corrections.open_correction(
            application=application,
            by=request.staff,
            words=_words(request),
            municipality=request.staff.municipality or place_of(application),
            other=_visitor(request.staff, application) if request.POST.get("is_owner_here") else None,
            now=web.now(),
        )
    except NotOpenable:
        return _list(request, _("この申込の訂正は、すでに受け付けているか、済んでいます。"))
    return redirect("correcting:correction", made.pk)


@require_POST
@staff_required(*SEEING_TO_IT)
def begin_death(request: StaffRequest) -> HttpResponse:
    """Begin to look into a death, or into one that was recorded in error, by an application of one's own counters."""
    application = _application(request.POST.get("application", "").strip(), request.staff)
    if application is None:
        return _list(request, _NOT_HERE, field="dead")
    place = request.staff.municipality or place_of(application)
    try:
        made = corrections.open_death(
            application=application, by=request.staff, words=_words(request), municipality=place, now=web.now()
        )
    except NotOpenable:
        told = _("この方の届け出は、すでに確認しているか、有効な申込がありません。")
        return _list(request, told, field="dead")
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
    if kind not in dict(_evidence_of(own)) or not 0 < len(reference) <= REFERENCE_MAX:
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
    if outcome not in corrections.outcomes_of(own):
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
    context = {"found": looked.found, "older": looked.older, "before": before, "listed_max": LISTED_MAX}
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


def _words(request: StaffRequest) -> str:
    return request.POST.get("words", "").strip()[:WORDS_MAX]


def _evidence_of(own: Correction) -> list[tuple[str, str]]:
    """Return what may have been looked at, by what the correction is about."""
    not_of_it = (_Evidence.VISIT, _Evidence.PROVIDER) if own.is_about_death else (_Evidence.FAMILY, _Evidence.CIVIL)
    return [(str(value), str(label)) for value, label in _Evidence.choices if value not in not_of_it]


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


def _list(request: StaffRequest, refused: str | Promise = "", *, field: str = "application") -> HttpResponse:
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
        "field": field,
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
        "is_about_death": own.is_about_death,
        "with_it": [one for one in corrections.together(own) if one.pk != own.pk],
        "is_held": is_held(own.application),
        "evidence_kinds": _evidence_of(own),
        "outcomes": [(one.value, one.label) for one in corrections.outcomes_of(own)],
        "reference_max": REFERENCE_MAX,
        "today": tokyo_day(web.now()),
        "refused": refused,
    }
    return render(request, "support/correcting_one.html", context, status=422 if refused else 200)
