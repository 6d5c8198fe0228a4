"""What a site asks of the card, read strictly from its form, and kept under a one-time ticket for five minutes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from mynapoint.card.agent.outcomes import Outcome, Problem
from mynapoint.card.agent.words import Language
from mynapoint.exchange.card_token import BadCardToken, check_challenge, origin_of

FIELDS_MAX = 8
RETURN_URL_CHARACTERS_MAX = 1000
TICKET_LIFE_SECONDS = 300
TICKETS_MAX = 64


class BadForm(ValueError):
    """A form that is not the one it should be: which rule it breaks, never its values."""


class NoSuchTicket(LookupError):
    """A ticket that was used, has lapsed, or never was."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A site's request. ``origin`` is that of ``return_url``: what is shown, what is signed, where the token goes."""

    nonce: str
    statement: str
    return_url: str
    origin: str
    language: Language


@dataclass(slots=True)
class Ticket:
    """A challenge being shown to the holder, and what has become of it so far.

    ``attempt``  names the page now on screen: each page is answered once
    ``problem``  what the holder has to put right; None at first
    ``outcome``  what the site will receive, fetched once; None until the holder has signed or given up
    """

    id: str
    challenge: Challenge
    language: Language
    lapses_at: float
    attempt: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    problem: Problem | None = None
    outcome: Outcome | None = None

    def next_attempt(self) -> None:
        """Let the page on screen be answered no more; the next one shows another name."""
        self.attempt = secrets.token_urlsafe(16)


def parse_form(body: bytearray, *, required: set[str], optional: frozenset[str] = frozenset()) -> dict[str, bytearray]:
    """Read ``application/x-www-form-urlencoded``: each field once, none missing, none unknown. Raises BadForm.

    Values are buffers the caller can wipe, undecoded; ``text`` decodes one.
    """
    parts = body.split(b"&") if body else []
    if len(parts) > FIELDS_MAX:
        raise BadForm("too many fields")
    fields: dict[str, bytearray] = {}
    for part in parts:
        raw_name, equals, value = part.partition(b"=")
        name = raw_name.decode("ascii", "replace")
        if not equals or name not in required | optional:
            raise BadForm("an unknown field")
        if name in fields:
            raise BadForm(f"{name} appears twice")
        fields[name] = value
    if missing := required - set(fields):
        raise BadForm(f"{min(missing)} is missing")
    return fields


def text(value: bytearray) -> str:
    """Decode one field's value; line ends become ``\\n``, as browsers send ``\\r\\n``. Raises BadForm."""
    try:
        decoded = unquote_to_bytes(bytes(value.replace(b"+", b" "))).decode("utf-8")
    except UnicodeDecodeError:
        raise BadForm("a field is not UTF-8") from None
    return decoded.replace("\r\n", "\n")


def parse_challenge(body: bytearray) -> Challenge:
    """Read what a site posts to ``/v1/authenticate``. Raises BadForm."""
    fields = parse_form(body, required={"nonce", "statement", "return_url"}, optional=frozenset({"lang"}))
    values = {name: text(value) for name, value in fields.items()}
    if values.get("lang", "ja") not in {"ja", "en"}:
        raise BadForm("lang must be ja or en")
    language: Language = "en" if values.get("lang") == "en" else "ja"
    return_url = values["return_url"]
    if len(return_url) > RETURN_URL_CHARACTERS_MAX:
        raise BadForm(f"return_url is longer than {RETURN_URL_CHARACTERS_MAX} characters")
    try:
        origin = origin_of(return_url)
        check_challenge(nonce=values["nonce"], statement=values["statement"])
    except BadCardToken as error:
        raise BadForm(str(error)) from error
    return Challenge(values["nonce"], values["statement"], return_url, origin, language)


class Tickets:
    """The challenges now being shown, in memory only, at most 64; the oldest gives way."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tickets: dict[str, Ticket] = {}

    def issue(self, challenge: Challenge) -> Ticket:
        """Keep a challenge under a new ticket."""
        self._forget_lapsed()
        while len(self._tickets) >= TICKETS_MAX:
            del self._tickets[next(iter(self._tickets))]
        lapses_at = self._clock() + TICKET_LIFE_SECONDS
        ticket = Ticket(secrets.token_urlsafe(24), challenge, challenge.language, lapses_at)
        self._tickets[ticket.id] = ticket
        return ticket

    def find(self, ticket_id: str) -> Ticket:
        """Return a ticket that still stands. Raises NoSuchTicket."""
        self._forget_lapsed()
        try:
            return self._tickets[ticket_id]
        except KeyError:
            raise NoSuchTicket from None

    def close(self, ticket: Ticket) -> None:
        """Forget a challenge, statement and all; its ticket is of no use from now on."""
        self._tickets.pop(ticket.id, None)

    def forget(self, origin: str) -> None:
        """Forget every challenge of a site: whoever was asked has gone."""
        for ticket in [ticket for ticket in list(self._tickets.values()) if ticket.challenge.origin == origin]:
            self.close(ticket)

    def _forget_lapsed(self) -> None:
        now = self._clock()
        for ticket in [ticket for ticket in self._tickets.values() if ticket.lapses_at <= now]:
            del self._tickets[ticket.id]
