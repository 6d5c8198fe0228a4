"""Pages of a provider's money: its claims and where each stands, and the statement of a service as PDF and CSV."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mynapoint.exchange.messages import StatedClaim
from mynapoint.hub import web
from mynapoint.hub.payment_services.life import State as Life
from mynapoint.hub.providers_area.own import own_service, own_services
from mynapoint.hub.settlement import statement_files
from mynapoint.hub.settlement.models import State
from mynapoint.hub.settlement.statements import statement
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
    return statement_files.as_sheet(own_service(request, number))


@require_GET
@staff_required(Role.PROVIDER)
def statement_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """Hand over the statement as a PDF; 503 where none can be made here."""
    return statement_files.as_pdf(own_service(request, number), now=web.now())


def _incentive(claim: StatedClaim) -> PageWords:
    return PageWords.of(load_round(claim.round_id).incentives[claim.incentive].label)
