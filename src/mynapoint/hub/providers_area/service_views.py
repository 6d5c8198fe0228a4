"""Pages of a provider's payment services: list, one with its history, drafts, changes, and submitting."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mynapoint.hub import web
from mynapoint.hub.payment_services.documents import Document, document_of
from mynapoint.hub.payment_services.history import changes_of
from mynapoint.hub.payment_services.life import CHANGED_BY_TWO, State, Step
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.providers_area import actions
from mynapoint.hub.providers_area.actions import NotPossible, Why
from mynapoint.hub.providers_area.changes import shown_changes, shown_history
from mynapoint.hub.providers_area.effects import effect_of
from mynapoint.hub.providers_area.models import Proposal
from mynapoint.hub.providers_area.own import own_provider, own_service, own_services
from mynapoint.hub.providers_area.service_form import REASON, ServiceForm
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role
from mynapoint.programme.rule_file import RuleFileError


@require_GET
@staff_required(Role.PROVIDER)
def services(request: StaffRequest) -> HttpResponse:
    """List the provider's services with the state of each."""
    waiting = set(actions.open_proposals().values_list("payment_service_id", flat=True))
    rows = [(one, one.pk in waiting) for one in own_services(request)]
    return render(request, "providers_area/services.html", {"provider": own_provider(request), "rows": rows})


@require_GET
@staff_required(Role.PROVIDER)
def service(request: StaffRequest, number: str) -> HttpResponse:
    """Show one service: its state and what that means, what waits, and every change."""
    return _page(request, own_service(request, number))


@require_http_methods(["GET", "POST"])
@staff_required(Role.PROVIDER)
def new_service(request: StaffRequest) -> HttpResponse:
    """Enter a new service as a draft."""
    provider = own_provider(request)
    if request.method == "GET":
        return _form_page(request, ServiceForm(document={}))
    form = ServiceForm(request.POST, document={})
    if form.is_valid():
        try:
            number = actions.enter(form.document(), provider=provider, staff=request.staff, now=web.now())
            return redirect("providers_area:service", number)
        except RuleFileError as error:
            form.refuse(error)
        except NotPossible as refused:
            return _form_page(request, form, refused=refused, status=409)
    return _form_page(request, form, status=422)


@require_http_methods(["GET", "POST"])
@staff_required(Role.PROVIDER)
def change_service(request: StaffRequest, number: str) -> HttpResponse:
    """Change a draft, or propose a change of what residents rely on."""
    own = own_service(request, number)
    if own.state not in (State.DRAFT, *CHANGED_BY_TWO):
        raise Http404
    document, is_relied_on = document_of(own), own.state in CHANGED_BY_TWO
    if request.method == "GET":
        return _form_page(request, ServiceForm(document=document, asks_why=is_relied_on), own=own)
    form = ServiceForm(request.POST, document=document, asks_why=is_relied_on)
    if form.is_valid():
        try:
            _put(own, form, request, is_relied_on=is_relied_on)
            return redirect("providers_area:service", number)
        except RuleFileError as error:
            form.refuse(error)
        except NotPossible as refused:
            return _form_page(request, form, own=own, refused=refused, status=409)
    return _form_page(request, form, own=own, status=422)


@require_http_methods(["GET", "POST"])
@staff_required(Role.PROVIDER)
def submit_service(request: StaffRequest, number: str) -> HttpResponse:
    """Say what submitting means, and hand the draft to the office."""
    own = own_service(request, number)
    if own.state != State.DRAFT:
        return _page(request, own, refused=NotPossible(Why.NOT_NOW), status=409)
    context: dict[str, Any] = {"service": own, "effect": effect_of(own, Step.SUBMIT)}
    if request.method == "GET":
        return render(request, "providers_area/submit.html", context)
    reason = request.POST.get("reason", "")
    try:
        actions.take_step(own, Step.SUBMIT, reason=reason, staff=request.staff, now=web.now())
    except NotPossible as refused:
        return render(request, "providers_area/submit.html", context | {"problem": refused.why.label}, status=422)
    return redirect("providers_area:service", number)


@require_POST
@staff_required(Role.PROVIDER)
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Withdraw a proposal that waits."""
    proposal = get_object_or_404(Proposal, pk=pk, payment_service__provider__slug=request.staff.provider)
    try:
        actions.take_back(proposal, staff=request.staff, now=web.now())
    except NotPossible as refused:
        return _page(request, proposal.payment_service, refused=refused, status=409)
    return redirect("providers_area:service", proposal.payment_service.number)


def _put(own: PaymentService, form: ServiceForm, request: StaffRequest, *, is_relied_on: bool) -> None:
    document: Document = form.document()
    if is_relied_on:
        reason = form.cleaned_data[REASON]
        actions.propose(own, document, reason=reason, staff=request.staff, now=web.now())
    else:
        actions.change_draft(own, document, staff=request.staff, now=web.now())


def _page(
    request: StaffRequest, own: PaymentService, *, refused: NotPossible | None = None, status: int = 200
) -> HttpResponse:
    proposals = Proposal.objects.filter(payment_service=own).select_related("made_by", "ended").order_by("-pk")
    waiting = next((one for one in proposals if not hasattr(one, "ended")), None)
    context = {
        "service": own,
        "may_change": own.state == State.DRAFT or (own.state in CHANGED_BY_TWO and waiting is None),
        "waiting": waiting,
        "changes": shown_changes(document_of(own), waiting.document) if waiting else (),
        "decided": [one for one in proposals if hasattr(one, "ended")][:10],
        "history": shown_history(changes_of(own.number)),
        "problem": refused.why.label if refused else "",
    }
    return render(request, "providers_area/service.html", context, status=status)


def _form_page(
    request: StaffRequest,
    form: ServiceForm,
    *,
    own: PaymentService | None = None,
    refused: NotPossible | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "service": own, "problem": refused.why.label if refused else ""}
    if not context["problem"] and form.non_field_errors():
        context["problem"] = " ".join(map(str, form.non_field_errors()))
    return render(request, "providers_area/service_form.html", context, status=status)
