"""A step as pages see it: forms that lead to the resident's card agent or phone, and the answer that comes back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub import web
from mynapoint.hub.identity import actions
from mynapoint.hub.identity.actions import Signature
from mynapoint.hub.identity.models import Credential, OidcSubject, Purpose
from mynapoint.hub.identity.oidc_provider import provider
from mynapoint.hub.identity.sessions import ResidentRequest
from mynapoint.hub.identity.verification import Route


@dataclass(frozen=True, slots=True)
class CardStep:
    """What ``identity/card_step.html`` needs: the agent's address and the four fields of its protocol.

    ``by_phone``  whether the phone may answer instead
    """

    agent: str
    nonce: str
    statement: str
    return_url: str
    lang: str
    by_phone: bool


def begin(request: HttpRequest, *, purpose: Purpose, statement: str, continue_to: str, subject: str = "") -> CardStep:
    """Open a challenge for this session and return the form that takes it to the card agent."""
    origin = web.origin(request)
    challenge = actions.open_challenge(
        session=session_digest(request),
        purpose=purpose,
        statement=statement,
        origin=origin,
        continue_to=continue_to,
        subject=subject,
    )
    return CardStep(
        agent=f"{settings.CARD_AGENT}/v1/authenticate",
        nonce=challenge.nonce,
        statement=statement,
        return_url=origin + reverse("identity:card_return"),
        lang=web.language(),
        by_phone=provider() is not None and actions.may_answer(purpose, Route.PHONE),
    )


def take_own_signature(request: ResidentRequest, *, purpose: Purpose) -> tuple[Signature, Credential | OidcSubject]:
    """Return what the signed-in resident's own card or phone has just answered. Raises Refused.

    A statement answered with another person's card or phone ends the session: whoever is at the keyboard starts again.
    """
    now = web.now()
    signature = actions.take_signature(
        parked_id=request.GET.get("answer", ""), session=session_digest(request), purpose=purpose, now=now
    )
    try:
        return signature, actions.signer(signature=signature, resident=request.resident, now=now)
    except Refused as refused:
        if refused.refusal in {Refusal.OTHER_PERSONS_CARD, Refusal.OTHER_PERSONS_PHONE}:
            request.session.flush()
        raise


def session_digest(request: HttpRequest) -> str:
    """Return what binds a challenge to this browser's session; makes the session if there is none yet."""
    if not request.session.session_key:
        request.session.create()
    return hashlib.sha256(str(request.session.session_key).encode()).hexdigest()
