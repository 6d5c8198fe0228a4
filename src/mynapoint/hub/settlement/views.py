"""Pages of the office's settlement: claims and their steps, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.settlement import actions, sampling
from mynapoint.hub.settlement.actions import NotPossible
from mynapoint.hub.settlement.figures import due, lines, state_of, with_state
from mynapoint.hub.settlement.forms import FileForm
from mynapoint.hub.settlement.models import Claim, DrawnLine, Finding, State, TransferFile
from mynapoint.hub.settlement.sentences import SENTENCES
from mynapoint.hub.settlement.transfers import to_transfer
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role
from mynapoint.programme.values import tokyo_day

_OVER = (State.CLOSED, State.REFUSED)


@require_GET
@staff_required(Role.OFFICE)
def claims(request: StaffRequest) -> HttpResponse:
    """List what is to be done, the oldest first, and what waits for a file to the bank."""
    return claims_page(request)


def claims_page(request: StaffRequest, *, refused: NotPossible | None = None) -> HttpResponse:
    """Show the list, with what was not possible."""
    found = with_state().select_related("payment_service__provider").order_by("pk")
    context = {
        "claims": [(one, State(one.state)) for one in found.exclude(state__in=_OVER)[:500]],
        "over": [(one, State(one.state)) for one in found.filter(state__in=_OVER).reverse()[:50]],
        "to_transfer": to_transfer(),
        "files": TransferFile.objects.order_by("-pk")[:20],
        "form": FileForm(initial={"on": tokyo_day(web.now())}),
        "refused": SENTENCES[refused.reason] if refused else "",
    }
    return render(request, "settlement/claims.html", context, status=409 if refused else 200)


@require_GET
@staff_required(Role.OFFICE)
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one claim beside the hub's own figures, its sample and its steps."""
    return _claim_page(request, _claim(pk))


@require_POST
@staff_required(Role.OFFICE)
def draw(request: StaffRequest, pk: int) -> HttpResponse:
    """Draw the lines to be shown."""
    own = _claim(pk)
    return _does(request, own, lambda: sampling.draw(own, staff=request.staff, now=web.now()))


@require_POST
@staff_required(Role.OFFICE)
def find(request: StaffRequest, pk: int, line: int) -> HttpResponse:
    """Note what the evidence for one line showed."""
    own = _claim(pk)
    drawn = get_object_or_404(DrawnLine, draw__claim=own, pk=line)
    if request.POST.get("finding") not in Finding.values:
        return _claim_page(request, own, status=422)
    finding, note = Finding(request.POST["finding"]), request.POST.get("note", "")
    return _does(request, own, lambda: sampling.find(drawn, finding, note=note, staff=request.staff, now=web.now()))


@require_POST
@staff_required(Role.OFFICE)
def check(request: StaffRequest, pk: int) -> HttpResponse:
    """Confirm figures and sample, as the first person."""
    own = _claim(pk)
    return _does(request, own, lambda: actions.check(own, staff=request.staff, now=web.now()))


@require_POST
@staff_required(Role.OFFICE)
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve, as the second person."""
    own = _claim(pk)
    return _does(request, own, lambda: actions.approve(own, staff=request.staff, now=web.now()))


@require_POST
@staff_required(Role.OFFICE)
def refuse(request: StaffRequest, pk: int) -> HttpResponse:
    """Send back, with the reason."""
    own, why = _claim(pk), request.POST.get("why", "")
    return _does(request, own, lambda: actions.refuse(own, why=why, staff=request.staff, now=web.now()))


@require_POST
@staff_required(Role.OFFICE)
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close what has arrived."""
    own = _claim(pk)
    return _does(request, own, lambda: actions.close(own, staff=request.staff, now=web.now()))


def _claim(pk: int) -> Claim:
    return get_object_or_404(Claim.objects.select_related("payment_service__provider"), pk=pk)


def _does(request: StaffRequest, own: Claim, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotPossible as refused:
        return _claim_page(request, _claim(own.pk), refused=refused, status=409)
    return redirect("settlement:claim", own.pk)


def _claim_page(
    request: StaffRequest, own: Claim, *, refused: NotPossible | None = None, status: int = 200
) -> HttpResponse:
    drawn = getattr(own, "draw", None)
    context = {
        "claim": own,
        "state": state_of(own),
        "due": due(own),
        "lines": lines(own).count(),
        "draw": drawn,
        "drawn": drawn.lines.select_related("entry", "finding").order_by("number") if drawn else (),
        "findings": Finding.choices,
        "steps": own.steps.select_related("staff", "payment").order_by("number"),
        "refused": SENTENCES[refused.reason] if refused else "",
    }
    return render(request, "settlement/claim.html", context, status=status)
