"""The agent's pages: a site asks, the holder reads and types the PIN, the card signs, the token goes back."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from mynapoint.card.agent import doors, pages
from mynapoint.card.agent.bodies import form_body
from mynapoint.card.agent.challenges import (
    BadForm,
    NoSuchTicket,
    Ticket,
    Tickets,
    parse_challenge,
    parse_form,
    text,
)
from mynapoint.card.agent.doors import Forbidden
from mynapoint.card.agent.leaving import Leaving
from mynapoint.card.agent.outcomes import Outcome, Problem
from mynapoint.card.agent.readers import CardSeen, Readers, look
from mynapoint.card.agent.signing import sign_token
from mynapoint.card.agent.words import Language
from mynapoint.card.jpki import CardError, JpkiCard, LastTry, MalformedPin, PinLocked, WrongPin, wipe
from mynapoint.card.transport import CardGone
from mynapoint.exchange.card_token import CardToken, encode

HOST = "127.0.0.1"
PORT = 47220

_STATIC = Path(__file__).parent / "static"
_MEDIA_TYPES = {"agent.css": "text/css", "agent.js": "text/javascript"}

_log = logging.getLogger(__name__)


def create_app(
    readers: Readers,
    *,
    port: int = PORT,
    clock: Callable[[], float] = time.monotonic,
    leaving: Leaving | None = None,
) -> Starlette:
    """Return the agent as an ASGI application for ``http://127.0.0.1:port``.

    clock    seconds, only growing: the machine's, by which tickets lapse
    leaving  tells a site that the card has left; None: nobody is told, and the agent speaks to nobody by itself
    """
    agent = Agent(readers, own_origin=f"http://{HOST}:{port}", clock=clock, leaving=leaving)
    app = Starlette(
        routes=[
            Route("/", agent.home, methods=["GET"]),
            Route("/v1/authenticate", agent.authenticate, methods=["POST"]),
            Route("/v1/confirm/{ticket}", agent.show, methods=["GET"]),
            Route("/v1/confirm/{ticket}", agent.confirm, methods=["POST"]),
            Route("/v1/return/{ticket}", agent.give_back, methods=["POST"]),
            Route("/v1/stands/{ticket}", agent.stands, methods=["GET"]),
            Route("/v1/deliver/{ticket}", agent.deliver, methods=["GET"]),
            Route("/static/{name}", _static, methods=["GET"]),
        ],
        middleware=[Middleware(doors.Doorkeeper, host=f"{HOST}:{port}")],
        exception_handlers={
            Forbidden: _refuse,
            BadForm: _refuse,
            NoSuchTicket: _refuse,
        },
    )
    # A form is never sent on to another address; and Starlette cannot build that address from every query string.
    app.router.redirect_slashes = False
    return app


class Agent:
    """One holder's agent. Cards are used one at a time; nothing outlives its ticket."""

    def __init__(
        self, readers: Readers, *, own_origin: str, clock: Callable[[], float], leaving: Leaving | None
    ) -> None:
        self._readers = readers
        self._own_origin = own_origin
        self._tickets = Tickets(clock)
        self._card_in_use = asyncio.Lock()
        self._leaving = leaving
        if leaving is not None:
            leaving.left = self._tickets.forget

    async def home(self, request: Request) -> Response:
        """Say that the agent is there."""
        return pages.home(_language(request), emulated=self._readers.emulated)

    async def authenticate(self, request: Request) -> Response:
        """Take a site's challenge, check who asks, and go on to the holder's page."""
        doors.check_navigation(request.headers)
        challenge = parse_challenge(await form_body(request))
        doors.check_asking_origin(request.headers, challenge.origin)
        ticket = self._tickets.issue(challenge)
        return _next_page(ticket)

    async def show(self, request: Request) -> Response:
        """Show who asks, what would be signed and the tries left; ask for the PIN."""
        doors.check_navigation(request.headers)
        ticket = self._tickets.find(request.path_params["ticket"])
        if "lang" in request.query_params:
            ticket.language = _language(request)
        async with self._card_in_use:
            cards: list[CardSeen] = await run_in_threadpool(look, self._readers)
        if len(cards) == 1 and cards[0].tries_left == 0:
            ticket.outcome = Outcome(error="pin_locked")
        if ticket.outcome:
            return _next_page(ticket)
        if not cards:
            return pages.no_card(ticket, emulated=self._readers.emulated, may_end=self._leaving is not None)
        return pages.confirm(ticket, cards, emulated=self._readers.emulated, may_end=self._leaving is not None)

    async def stands(self, request: Request) -> Response:
        """Say to the agent's own page alone whether it still stands: 204, or 410 once the card has left."""
        doors.check_own_script(request.headers)
        self._tickets.find(request.path_params["ticket"])
        return Response(status_code=204)

    async def confirm(self, request: Request) -> Response:
        """Take the PIN of the page now on screen; one VERIFY at most, whatever happens."""
        ticket, body = await self._own_form(request)
        fields: dict[str, bytearray] = {}
        try:
            fields = parse_form(body, required={"attempt", "pin"}, optional=frozenset({"card", "last_try"}))
            if text(fields["attempt"]) == ticket.attempt:
                ticket.next_attempt()
                card_id = text(fields["card"]) if "card" in fields else ""
                last_try = "last_try" in fields and text(fields["last_try"]) == card_id
                await self._sign(ticket, card_id, fields["pin"], use_last_try=last_try)
            else:
                ticket.problem = ticket.problem or Problem("answered")
        finally:
            wipe(body)
            for value in fields.values():
                wipe(value)
        return _next_page(ticket)

    async def give_back(self, request: Request) -> Response:
        """Return to the site without a token: the holder cancelled, or there is no card."""
        ticket, body = await self._own_form(request)
        match text(parse_form(body, required={"error"})["error"]):
            case "cancelled" | "no_card" as error:
                ticket.outcome = ticket.outcome or Outcome(error=error)
            case _:
                raise BadForm("error must be cancelled or no_card")
        return _next_page(ticket)

    async def deliver(self, request: Request) -> Response:
        """Hand the outcome to the holder's browser, once, for the site; the ticket ends here."""
        doors.check_navigation(request.headers)
        ticket = self._tickets.find(request.path_params["ticket"])
        if ticket.outcome is None:
            return _next_page(ticket)
        self._tickets.close(ticket)
        return pages.deliver(ticket, ticket.outcome, emulated=self._readers.emulated)

    async def _sign(self, ticket: Ticket, card_id: str, pin: bytearray, *, use_last_try: bool) -> None:
        if card_id not in {card.id for card in self._readers.cards()}:
            ticket.problem = Problem("choose_card")
            return
        challenge = ticket.challenge

        def sign() -> CardToken:
            return sign_token(
                JpkiCard(self._readers.connect(card_id)),
                pin,
                origin=challenge.origin,
                nonce=challenge.nonce,
                statement=challenge.statement,
                use_last_try=use_last_try,
            )

        try:
            async with self._card_in_use:
                token = await run_in_threadpool(sign)
        except (WrongPin, MalformedPin, LastTry) as error:
            ticket.problem = Problem.of(error, card_id)
        except PinLocked:
            ticket.outcome = Outcome(error="pin_locked")
        except (CardError, CardGone) as error:
            _log.warning("the card did not sign: %s", error)
            ticket.outcome = Outcome(error="card_error")
        else:
            ticket.outcome = Outcome(token=encode(token))
            if self._leaving is not None:
                self._leaving.watch(origin=challenge.origin, nonce=challenge.nonce, card_id=card_id)

    async def _own_form(self, request: Request) -> tuple[Ticket, bytearray]:
        doors.check_navigation(request.headers)
        doors.check_own_page(request.headers, self._own_origin)
        return self._tickets.find(request.path_params["ticket"]), await form_body(request)


def _next_page(ticket: Ticket) -> Response:
    """Send every answer on to a page of its own, so that going back never sends a PIN or a token again."""
    step = "deliver" if ticket.outcome else "confirm"
    return RedirectResponse(f"/v1/{step}/{ticket.id}", status_code=303)


async def _refuse(_request: Request, error: Exception) -> Response:
    match error:
        case Forbidden():
            status, why = error.status, error.why
        case NoSuchTicket():
            status, why = 410, ""
        case _:
            status, why = 400, str(error)
    if why:
        _log.warning("refused with %d: %s", status, why)
    return pages.refused(status, why)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _MEDIA_TYPES:
        raise Forbidden(404, "no such file")
    return FileResponse(_STATIC / name, media_type=_MEDIA_TYPES[name])


def _language(request: Request) -> Language:
    return "en" if request.query_params.get("lang") == "en" else "ja"
