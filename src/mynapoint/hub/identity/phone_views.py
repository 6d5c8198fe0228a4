"""The pages of the phone: the way to its provider and back, and adding a phone to one's record with the card."""

from __future__ import annotations

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.identity import actions, card_step, phones
from mynapoint.hub.identity.models import Challenge, Purpose
from mynapoint.hub.identity.oidc import authorization_url, state_of
from mynapoint.hub.identity.oidc_provider import Provider, provider
from mynapoint.hub.identity.sessions import ResidentRequest, resident_required
from mynapoint.hub.identity.verification import Question, Route


@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Lead a step of this session to the phone instead of the card."""
    known = _provider()
    nonce = request.POST.get("nonce", "")
    if not nonce.isprintable():
        raise SuspiciousOperation("not a nonce")
    challenge = actions.open_question(nonce=nonce, session=card_step.session_digest(request))
    if not actions.may_answer(Purpose(challenge.purpose), Route.PHONE):
        raise SuspiciousOperation("this step is for the card")
    return _to_phone(known, challenge)


@never_cache
@require_GET
def phone_return(request: HttpRequest) -> HttpResponse:
    """Take what the provider sent the browser back with; it is judged by the step that asked."""
    answer = request.META.get("QUERY_STRING", "")
    parked = actions.park_answer(nonce=state_of(answer), token=answer, route=Route.PHONE)
    return redirect("identity:card_continue", parked.pk)


@require_GET
@resident_required
def link(request: ResidentRequest) -> HttpResponse:
    """Say what adding a phone means, and send the resident to their card."""
    _provider()
    step = card_step.begin(
        request,
        purpose=Purpose.LINK_PHONE,
        statement=_statement(),
        continue_to=reverse("identity:phone_link_signed"),
    )
    return render(request, "identity/link_phone.html", {"step": step})


@require_GET
@resident_required
def link_signed(request: ResidentRequest) -> HttpResponse:
    """Go on from the resident's own card to the phone that is to be added.

    By a page of our own: a browser that comes from the agent's form follows no redirect to yet another site.
    """
    _provider()
    card_step.take_own_signature(request, purpose=Purpose.LINK_PHONE)
    challenge = actions.open_challenge(
        session=card_step.session_digest(request),
        purpose=Purpose.LINKED_PHONE,
        statement=_statement(),
        origin=web.origin(request),
        continue_to=reverse("identity:phone_linked"),
    )
    return render(request, "identity/link_phone_next.html", {"nonce": challenge.nonce})


@require_GET
@resident_required
def linked(request: ResidentRequest) -> HttpResponse:
    """Add the phone that has just answered."""
    now = web.now()
    signature = actions.take_signature(
        parked_id=request.GET.get("answer", ""),
        session=card_step.session_digest(request),
        purpose=Purpose.LINKED_PHONE,
        now=now,
    )
    phones.link_phone(signature=signature, resident=request.resident, now=now)
    return render(request, "identity/phone_linked.html")


@require_GET
@resident_required
def unlink(request: ResidentRequest) -> HttpResponse:
    """Say what taking the phone away means, and send the resident to their card."""
    _provider()
    if not phones.has_phone(request.resident):
        return redirect("ledger:my_page")
    step = card_step.begin(
        request,
        purpose=Purpose.UNLINK_PHONE,
        statement=_(
            "スマートフォンの登録を取り消します。登録したスマートフォンでは、ログインもお手続きもできなくなります。"
        ),
        continue_to=reverse("identity:phone_unlinked"),
    )
    return render(request, "identity/unlink_phone.html", {"step": step})


@require_GET
@resident_required
def unlinked(request: ResidentRequest) -> HttpResponse:
    """Take the phone away, as the resident's own card has just said."""
    signature, _credential = card_step.take_own_signature(request, purpose=Purpose.UNLINK_PHONE)
    phones.unlink_phones(signature=signature, resident=request.resident, now=web.now())
    return render(request, "identity/phone_unlinked.html")


def _statement() -> str:
    return _(
        "このあと認証するスマートフォンを、ご自身のものとして登録します。ログインやお手続きに使えるようになります。"
    )


def _provider() -> Provider:
    known = provider()
    if known is None:
        raise Http404("residents cannot use their phones here")
    return known


def _to_phone(known: Provider, challenge: Challenge) -> HttpResponse:
    question = Question(challenge.origin, challenge.nonce, challenge.statement, challenge.created_at)
    return redirect(authorization_url(known, question))
