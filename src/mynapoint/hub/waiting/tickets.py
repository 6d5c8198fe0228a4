"""A ticket for the last day: since when somebody waits, signed, good for one session and until one instant."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

_SALT = "mynapoint.hub.waiting.ticket"
_MILLISECOND = timedelta(milliseconds=1)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Says that its holder was here at an instant; by the programme's clock, both of them.

    ``arrived_at``  when the holder came; the day in Tokyo on which this was is the day it is good for
    ``until``       from this instant on it is good for nothing
    ``holder``      SHA-256 of the session, or of whatever else only the holder has: elsewhere it is good for nothing
    ``kept_at``     when the holder's session was last kept alive for the wait, by the machine's clock
    """

    arrived_at: datetime
    until: datetime
    holder: str
    kept_at: datetime


def sign(ticket: Ticket) -> str:
    """Return a ticket as text, signed with the hub's secret key; instants to the millisecond, cut and not rounded."""
    instants = {"a": ticket.arrived_at, "u": ticket.until, "k": ticket.kept_at}
    members = {name: (at - _BEGINNING) // _MILLISECOND for name, at in instants.items()}
    return signing.Signer(salt=_SALT).sign_object(members | {"h": ticket.holder}, compress=False)


def read(text: str, *, holder: str, now: datetime) -> Ticket | None:
    """Return a ticket that the hub signed for this holder and that is good at ``now``; None for anything else."""
    try:
        members = signing.Signer(salt=_SALT).unsign_object(text)
    except (signing.BadSignature, ValueError):
        return None
    arrived_at, until, kept_at = (_BEGINNING + members[name] * _MILLISECOND for name in ("a", "u", "k"))
    ticket = Ticket(arrived_at, until, members["h"], kept_at)
    return ticket if ticket.holder == holder and ticket.arrived_at <= now < ticket.until else None


def holder_of(secret: str) -> str:
    """Return what a ticket calls the one who holds a secret: a session's key, a machine's idempotency key."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
