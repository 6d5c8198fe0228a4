"""Who answered what was put before them: one interface, and a back end for each way in which a person can answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from mynapoint.hub.identity.certificates import AuthCertificate


class Route(StrEnum):
    """How a person answers: with the card at a reader, or with the card at their phone."""

    CARD = "card"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Question:
    """What was put before a person: the hub's own stored values, never the sender's.

    ``asked_at``  when, by the machine's clock: an authentication of before does not answer it
    """

    origin: str
    nonce: str
    statement: str
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenIdSubject:
    """Whom an OpenID provider means: its issuer, and what it calls the person there (``lineage.enter_subject``)."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Verified:
    """One person answered exactly this question.

    ``who``    the certificate whose key signed, or the subject who was authenticated anew for this statement
    ``proof``  what shows it for good: the card's signature, or the ID token as it came
    """

    who: AuthCertificate | OpenIdSubject
    proof: bytes


class Verifier(Protocol):
    """A back end. ``settings.VERIFIERS`` names one class for each route; one instance serves all threads of a process.

    It is made without arguments and reads its settings when it verifies. Time limits are its own: a resident waits.
    """

    def verify(self, answer: str, question: Question, *, now: datetime) -> Verified:
        """Return who answered ``question``. Raises Refused, and nothing else whatever ``answer`` is.

        ``answer``  as it came: a card token (``exchange.card_token``), or what the phone's provider sent back
        ``now``     the programme's clock. The question is taken once and its age judged before (``actions``)
        """
        ...


def verifier(route: Route) -> Verifier:
    """Return the back end that ``settings.VERIFIERS`` names for a route. Raises KeyError where there is none."""
    return _made(settings.VERIFIERS[route.value])


@lru_cache
def _made(path: str) -> Verifier:
    back_end: Verifier = import_string(path)()
    return back_end
