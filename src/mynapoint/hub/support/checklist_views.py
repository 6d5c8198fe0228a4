"""The helper's list before starting: asked, judged, printed; nothing of it is kept."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mynapoint.hub import web
from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import incentives_on
from mynapoint.hub.printing import CannotBeSet
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.support.checklist import Asked, Sheet, sheet
from mynapoint.hub.support.checklist_pdf import pdf
from mynapoint.hub.support.checklist_words import ASKED, Language
from mynapoint.hub.support.visits import AT_COUNTERS
from mynapoint.programme.values import tokyo_day

_ANSWERS = {"yes": True, "no": False}


@require_GET
@staff_required(*AT_COUNTERS)
def checklist(request: StaffRequest) -> HttpResponse:
    """Ask what the visitor has, and show what is missing."""
    shown = Language.EN if web.language() == "en" else Language.JA
    on = tokyo_day(web.now())
    context = {
        "sheet": _sheet(request, shown),
        "questions": [
            (one.value, ASKED[one.value][shown], request.GET.get(one.value, ""))
            for one in Asked
            if one is not Asked.SERVICE
        ],
        "services": PaymentService.objects.filter(state=State.APPROVED).order_by("number"),
        "incentives": incentives_on(on),
        "prints": [(language.value, _address(request.GET, language)) for language in Language],
        "terminal": request.staff.terminal,
    }
    return render(request, "support/checklist.html", context)


@require_GET
@staff_required(*AT_COUNTERS)
def printed(request: StaffRequest) -> HttpResponse:
    """Return the list as PDF, in the language asked for; 503 where none can be made here."""
    asked = request.GET.get("lang", "")
    language = Language(asked) if asked in list(Language) else Language.JA
    try:
        body = pdf(_sheet(request, language))
    except CannotBeSet:
        return HttpResponse(_("この機械ではPDFを作れません。画面を印刷してください。"), status=503)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="checklist-{language.value}.pdf"'
    return response


def _sheet(request: StaffRequest, language: Language) -> Sheet:
    on = tokyo_day(web.now())
    known = {one.id for one in incentives_on(on)}
    incentive = request.GET.get("incentive", "")
    return sheet(
        answers={
            one.value: _ANSWERS[request.GET[one.value]] for one in Asked if request.GET.get(one.value) in _ANSWERS
        },
        service=PaymentService.objects.filter(number=request.GET.get("service", ""), state=State.APPROVED).first(),
        incentive=incentive if incentive in known else "",
        municipality=request.staff.municipality,
        on=on,
        language=language,
    )


def _address(query: QueryDict, language: Language) -> str:
    given = query.copy()
    given["lang"] = language.value
    return given.urlencode()
