"""Turns what the agent knows into its pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from mynapoint.card.agent.challenges import TICKET_LIFE_SECONDS, Ticket
from mynapoint.card.agent.doors import delivery_headers
from mynapoint.card.agent.outcomes import Outcome
from mynapoint.card.agent.readers import CardSeen
from mynapoint.card.agent.words import Language, words

_TEMPLATES = Environment(
    loader=PackageLoader("mynapoint.card.agent"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def home(language: Language, *, emulated: bool) -> HTMLResponse:
    """Say that the agent is there."""
    return _page("home.html", language, emulated=emulated)


def confirm(ticket: Ticket, cards: Sequence[CardSeen], *, emulated: bool, may_end: bool) -> HTMLResponse:
    """Show who asks, what is signed, the cards with their tries, and ask for the PIN.

    may_end  whether it may end before its time, because the card has left: then the page keeps asking
    """
    language, problem = ticket.language, ticket.problem
    return _page(
        "confirm.html",
        language,
        emulated=emulated,
        ticket=ticket,
        may_end=may_end,
        challenge=ticket.challenge,
        cards=[_card(seen, language) for seen in cards],
        chosen=problem.card_id if problem else "",
        problem=problem.sentence(language) if problem else "",
        about_pin=problem is not None and problem.about_pin,
    )


def no_card(ticket: Ticket, *, emulated: bool, may_end: bool) -> HTMLResponse:
    """Ask for a card to be placed on the reader."""
    return _page("no_card.html", ticket.language, emulated=emulated, ticket=ticket, may_end=may_end)


def deliver(ticket: Ticket, outcome: Outcome, *, emulated: bool) -> HTMLResponse:
    """Send the token, or why there is none, to ``return_url`` and nowhere else.

    After a signature or a cancellation the page goes on by itself; bad news is left for the holder to read.
    """
    return _page(
        "deliver.html",
        ticket.language,
        headers=delivery_headers(ticket.challenge.origin),
        emulated=emulated,
        challenge=ticket.challenge,
        token=outcome.token,
        error=outcome.error,
        kind=outcome.error or "done",
        at_once=outcome.error not in {"pin_locked", "card_error"},
    )


def refused(status: int, why: str) -> HTMLResponse:
    """Say, in both languages, that a request was not accepted; nobody's language is known here."""
    kind = "lapsed" if status == 410 else "refused"
    both = [words("ja"), words("en")]
    return _page("refused.html", "ja", status=status, emulated=False, kind=kind, both=both, why=why)


def _page(
    template: str, language: Language, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> HTMLResponse:
    html = _TEMPLATES.get_template(template).render(
        t=words(language),
        language=language,
        other="en" if language == "ja" else "ja",
        lapses_after_seconds=TICKET_LIFE_SECONDS,
        **context,
    )
    return HTMLResponse(html, status_code=status, headers=headers)


def _card(seen: CardSeen, language: Language) -> dict[str, Any]:
    t = words(language)
    match seen.tries_left:
        case None:
            tries = t["tries_unknown"]
        case 0:
            tries = t["tries_none"]
        case 1:
            tries = t["tries_one"]
        case left:
            tries = t["tries"].format(tries=left)
    return {
        "id": seen.card.id,
        "label": seen.card.ja if language == "ja" else seen.card.en,
        "tries": tries,
        "warn": seen.tries_left in {None, 0, 1},
        "last": seen.tries_left == 1,
    }
