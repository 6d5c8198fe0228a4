"""Pages and doors of identity: sign in, sign out, and the two steps by which a card's answer comes back."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.identity import actions, card_step
from mynapoint.hub.identity.models import Purpose
from mynapoint.hub.identity.sessions import (
    ResidentRequest,
    end_session,
    own_path,
    resident_required,
    signed_in_resident,
    start_session,
    was_joined,
)

ANSWER_BYTES_MAX = 32 * 1024
"""A token of 8 KiB, form-encoded, with its nonce."""


class SeeOther(HttpResponseRedirect):
    """303: fetch the next page with GET, whatever the method was."""

    status_code = 303


@never_cache
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show what signing in means and send the resident to their card agent."""
    back = own_path(request) or reverse("ledger:my_page")
    if signed_in_resident(request):
        return redirect(back)
    step = card_step.begin(
        request,
        purpose=Purpose.SIGN_IN,
        statement=_("マイナポイントのサイトにログインします。ほかの手続きには同意しません。"),
        continue_to=back,
    )
    return render(request, "identity/sign_in.html", {"step": step, "was_joined": was_joined(request)})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if resident := signed_in_resident(request):
        actions.sign_out(resident=resident, now=web.now())
    end_session(request)
    return redirect("identity:signed_out")


@never_cache
@require_GET
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that the session is over and what to take along."""
    return render(request, "identity/signed_out.html")


@never_cache
@require_GET
@resident_required
def extend(request: ResidentRequest) -> HttpResponse:
    """Keep the session alive, as every request does, and say until when; opened beside a half-filled form."""
    return render(request, "identity/extended.html")


@csrf_exempt
@require_POST
def card_return(request: HttpRequest) -> HttpResponse:
    """Take a card agent's answer: a cross-site POST without our cookie, so it is parked, not judged."""
    try:
        length = int(request.headers.get("Content-Length", ""))
    except ValueError:
        return HttpResponse(status=411)
    if length > ANSWER_BYTES_MAX:
        return HttpResponse(status=413)
    parked = actions.park_answer(
        nonce=request.POST.get("nonce", ""),
        token=request.POST.get("token", ""),
        error=request.POST.get("error", ""),
    )
    return SeeOther(reverse("identity:card_continue", args=[parked.pk]))


@never_cache
@require_GET
def card_continue(request: HttpRequest, parked_id: str) -> HttpResponse:
    """Go on with the cookie: sign in here, or hand the answer to the step that asked for it."""
    session = card_step.session_digest(request)
    challenge = actions.parked_challenge(parked_id=parked_id, session=session)
    if challenge.purpose != Purpose.SIGN_IN:
        joined = "&" if "?" in challenge.continue_to else "?"
        return redirect(f"{challenge.continue_to}{joined}{urlencode({'answer': parked_id})}")
    now = web.now()
    signature = actions.take_signature(parked_id=parked_id, session=session, purpose=Purpose.SIGN_IN, now=now)
    start_session(request, actions.sign_in(signature=signature, now=now))
    return redirect(challenge.continue_to)
