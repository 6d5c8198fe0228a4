"""The pages of an application: the account, the confirmation with its statement, the card's signature."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from mynapoint.award.refusals import Reason, Refusal, Refused
from mynapoint.hub import web
from mynapoint.hub.applications import actions
from mynapoint.hub.applications.forms import AccountForm
from mynapoint.hub.applications.last_day import Judged, judged, way_of
from mynapoint.hub.applications.models import Draft
from mynapoint.hub.applications.permission import incentive_on, reasons_against
from mynapoint.hub.applications.statements import points_to_earn, statement
from mynapoint.hub.applications.waiting_list import is_only_spent
from mynapoint.hub.identity import card_step
from mynapoint.hub.identity.models import Purpose
from mynapoint.hub.identity.sessions import ResidentRequest, resident_required
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay
from mynapoint.hub.payment_services.search import public_service
from mynapoint.hub.waiting.places import own_ticket
from mynapoint.programme.values import IncentiveId

BUSY_PROVIDER_SECONDS = 30
"""As long as a provider that does not answer is left alone (identity/circuits.py)."""


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@resident_required
def apply(request: ResidentRequest, number: str, incentive: str) -> HttpResponse:
    """Ask for the account; prove it with the provider; go on to the confirmation."""
    now = web.now()
    as_judged = judged(IncentiveId(incentive), own_ticket(request), now=now, channel=way_of(request))
    service, chosen = _choice(number, incentive, as_judged)
    against = _against(request, service, chosen, as_judged)
    context = {"service": service, "incentive": chosen}
    if against:
        return _cannot(request, context, against)
    if request.method == "GET":
        return render(request, "applications/apply.html", context | {"form": AccountForm(service)})
    form = AccountForm(service, request.POST)
    if not form.is_valid():
        return render(request, "applications/apply.html", context | {"form": form}, status=422)
    try:
        actions.prove_account(
            resident=request.resident,
            session=card_step.session_digest(request),
            service=service,
            incentive=chosen.id,
            account=form.account(),
            now=now,
            judged=as_judged,
            signer=form.signer_declared(),
        )
    except Refused as refused:
        context |= {"form": form, "refusals": web.sentences(refused.reasons)}
        is_busy = refused.refusal is Refusal.PROVIDER_BUSY
        response = render(request, "applications/apply.html", context, status=503 if is_busy else 422)
        if is_busy:
            response["Retry-After"] = str(BUSY_PROVIDER_SECONDS)
        return web.with_codes(response, refused.reasons)
    return redirect("applications:confirm", number, incentive)


@require_GET
@resident_required
def confirm(request: ResidentRequest, number: str, incentive: str) -> HttpResponse:
    """Show what was proved and the exact statement, and send the resident to their card."""
    as_judged = judged(IncentiveId(incentive), own_ticket(request), now=web.now(), channel=way_of(request))
    service, chosen = _choice(number, incentive, as_judged)
    against = _against(request, service, chosen, as_judged)
    context = {"service": service, "incentive": chosen}
    if against:
        return _cannot(request, context, against)
    draft = _drafts(request).filter(payment_service=service, incentive=chosen.id, round_id=chosen.round.id).first()
    if draft is None:
        return redirect("applications:apply", number, incentive)
    step = card_step.begin(
        request,
        purpose=Purpose.APPLY,
        statement=statement(draft, chosen, as_judged.channel),
        subject=str(draft.pk),
        continue_to=reverse("applications:signed"),
    )
    context |= {"draft": draft, "step": step, "points": points_to_earn(draft, chosen)}
    return render(request, "applications/confirm.html", context)


@require_GET
@resident_required
def signed(request: ResidentRequest) -> HttpResponse:
    """Apply for what the card has just signed; the answer is taken once, so this address works once."""
    signature, credential = card_step.take_own_signature(request, purpose=Purpose.APPLY)
    draft = _drafts(request).filter(pk=signature.subject).first()
    if draft is None:
        raise Refused(Refusal.DRAFT_REPLACED)
    now = web.now()
    as_judged = judged(IncentiveId(draft.incentive), own_ticket(request), now=now, channel=way_of(request))
    application = actions.apply(draft=draft, signature=signature, credential=credential, now=now, judged=as_judged)
    return redirect("applications:receipt", application.pk)


def _drafts(request: ResidentRequest) -> QuerySet[Draft]:
    return Draft.objects.filter(resident=request.resident, session=card_step.session_digest(request))


def _against(
    request: ResidentRequest, service: PaymentService, chosen: IncentiveOnDay, as_judged: Judged
) -> list[Reason]:
    return reasons_against(
        resident=request.resident, service=service, incentive=chosen.id, on=as_judged.day, channel=as_judged.channel
    )


def _choice(number: str, incentive: str, as_judged: Judged) -> tuple[PaymentService, IncentiveOnDay]:
    try:
        return public_service(number), incentive_on(IncentiveId(incentive), as_judged.day)
    except (PaymentService.DoesNotExist, KeyError) as error:
        raise Http404 from error


def _cannot(request: ResidentRequest, context: dict[str, object], against: Sequence[Reason]) -> HttpResponse:
    chosen = context["incentive"]
    assert isinstance(chosen, IncentiveOnDay)
    refusals = {reason.refusal for reason in against}
    context = context | {
        "sentences": web.sentences(against),
        "codes": [reason.refusal.code for reason in against],
        "only_reservation_missing": refusals == {Refusal.NO_RESERVATION},
        "may_wait": is_only_spent(chosen, against),
    }
    return web.with_codes(render(request, "applications/cannot_apply.html", context, status=422), against)
