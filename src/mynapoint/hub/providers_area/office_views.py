"""Pages of the office about services: what waits for review, and each step with its effect before it is taken."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mynapoint.hub import web
from mynapoint.hub.payment_services.documents import document_of
from mynapoint.hub.payment_services.history import changes_of
from mynapoint.hub.payment_services.life import TRANSITIONS, State, Step
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.providers_area import actions
from mynapoint.hub.providers_area.actions import OF_OFFICE, NotPossible
from mynapoint.hub.providers_area.changes import STEPS, shown_changes, shown_history
from mynapoint.hub.providers_area.effects import effect_of
from mynapoint.hub.providers_area.models import Proposal
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role


@require_GET
@staff_required(Role.OFFICE)
def review(request: StaffRequest) -> HttpResponse:
    """List what waits for the office, and every service with its state."""
    rows = PaymentService.objects.select_related("provider").order_by("number")
    context = {
        "submitted": rows.filter(state=State.SUBMITTED),
        "proposals": actions.open_proposals(),
        "services": rows.exclude(state=State.SUBMITTED),
    }
    return render(request, "providers_area/review.html", context)


@require_GET
@staff_required(Role.OFFICE)
def reviewed(request: StaffRequest, number: str) -> HttpResponse:
    """Show one service: what it states, what its provider proposes, every step there is from here, the history."""
    return _page(request, _service(number))


@require_http_methods(["GET", "POST"])
@staff_required(Role.OFFICE)
def step(request: StaffRequest, number: str, name: str) -> HttpResponse:
    """Show what a step means for applications, awards and residents, and take it with a reason."""
    own = _service(number)
    if name not in OF_OFFICE:
        raise Http404
    chosen = Step(name)
    if TRANSITIONS[chosen].before != own.state:
        return _page(request, own, refused=NotPossible(actions.Why.NOT_NOW), status=409)
    context = {"service": own, "step": chosen.value, "title": STEPS[chosen], "effect": effect_of(own, chosen)}
    if request.method == "GET":
        return render(request, "providers_area/step.html", context)
    try:
        actions.take_step(own, chosen, reason=request.POST.get("reason", ""), staff=request.staff, now=web.now())
    except NotPossible as refused:
        return render(request, "providers_area/step.html", context | {"problem": refused.why.label}, status=409)
    return redirect("providers_review:service", number)


@require_POST
@staff_required(Role.OFFICE)
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a proposed change over, or send it back with the reason."""
    proposal = get_object_or_404(Proposal.objects.select_related("payment_service", "made_by"), pk=pk)
    try:
        if request.POST.get("decision") == "take":
            actions.take_over(proposal, staff=request.staff, now=web.now())
        else:
            reason = request.POST.get("reason", "")
            actions.send_back(proposal, reason=reason, staff=request.staff, now=web.now())
    except NotPossible as refused:
        return _page(request, _service(proposal.payment_service.number), refused=refused, status=409)
    return redirect("providers_review:service", proposal.payment_service.number)


def _service(number: str) -> PaymentService:
    return get_object_or_404(PaymentService.objects.select_related("provider"), number=number)


def _page(
    request: StaffRequest, own: PaymentService, *, refused: NotPossible | None = None, status: int = 200
) -> HttpResponse:
    waiting = actions.open_proposals().filter(payment_service=own).first()
    stated = [(one.name, one.after) for one in shown_changes({}, document_of(own))]
    context = {
        "service": own,
        "stated": stated,
        "waiting": waiting,
        "changes": shown_changes(document_of(own), waiting.document) if waiting else (),
        "steps": [(one.value, STEPS[one]) for one in OF_OFFICE if TRANSITIONS[one].before == own.state],
        "history": shown_history(changes_of(own.number)),
        "problem": refused.why.label if refused else "",
    }
    return render(request, "providers_area/reviewed.html", context, status=status)
