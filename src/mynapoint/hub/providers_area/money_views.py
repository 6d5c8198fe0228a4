"""Pages of a provider's money: its claims and where each stands, and the statement of a service as PDF and CSV."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mynapoint.exchange.messages import StatedClaim
from mynapoint.hub import web
from mynapoint.hub.applications.receipt_document import CannotBeSet
from mynapoint.hub.payment_services.life import State as Life
from mynapoint.hub.providers_area.own import own_service, own_services
from mynapoint.hub.settlement.models import State
from mynapoint.hub.settlement.statement_document import statement_pdf as set_statement
from mynapoint.hub.settlement.statement_words import printed
from mynapoint.hub.settlement.statements import as_csv, statement
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role
from mynapoint.hub.words import PageWords
from mynapoint.programme.rounds import load_round


@require_GET
@staff_required(Role.PROVIDER)
def money(request: StaffRequest) -> HttpResponse:
    """Show the sums and claims of each of the provider's services, and the lines whose evidence is asked for."""
    earning = own_services(request).exclude(state__in=(Life.DRAFT, Life.SUBMITTED))
    told = [(one, statement(one)) for one in earning]
    rows = [
        (service, one, [(claim, _incentive(claim), State(claim.state.value).label) for claim in one.claims])
        for service, one in told
    ]
    return render(request, "providers_area/money.html", {"rows": rows})


@require_GET
@staff_required(Role.PROVIDER)
def statement_csv(request: StaffRequest, number: str) -> HttpResponse:
    """Hand over the statement of a service for a spreadsheet."""
    body = as_csv(statement(own_service(request, number))).encode("utf-8-sig")
    named = {"Content-Disposition": f'attachment; filename="statement-{number}.csv"'}
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=named)


@require_GET
@staff_required(Role.PROVIDER)
def statement_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """Hand over the statement as a PDF; 503 where none can be made here."""
    own = own_service(request, number)
    try:
        body = set_statement(printed(own, now=web.now()))
    except CannotBeSet:
        return HttpResponse(_("この機械ではPDFを作れません。CSVを使ってください。"), status=503)
    named = {"Content-Disposition": f'attachment; filename="statement-{number}.pdf"'}
    return HttpResponse(body, content_type="application/pdf", headers=named)


def _incentive(claim: StatedClaim) -> PageWords:
    return PageWords.of(load_round(claim.round_id).incentives[claim.incentive].label)
