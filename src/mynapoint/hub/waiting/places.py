"""A browser's place: a cookie with its ticket, given on a last day, bound to its session, carried to sign-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mynapoint.hub import web
from mynapoint.hub.identity.sessions import resident_id
from mynapoint.hub.waiting import tickets
from mynapoint.hub.waiting.gates import Kind, kind_of
from mynapoint.hub.waiting.last_days import longest_leave
from mynapoint.hub.waiting.tickets import Ticket, holder_of
from mynapoint.programme.values import tokyo_day

KEPT_ALIVE_EVERY = timedelta(minutes=10)
"""How often the session of somebody who waits is kept from lapsing (settings.SESSION_COOKIE_AGE is 30 minutes)."""
_TOWARDS_APPLYING = {Kind.IRREVOCABLE, Kind.JOURNEY}


class Places:
    """Notes, on a last day, since when somebody has been on the way to applying.

    The ticket goes from a session in which nobody was signed in to the one that begins there, because signing in
    ends the former; from one person's session to another's it never goes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = web.now()
        before = resident_id(request)  # reads the session: a key that is in no database is no key from here on
        key = request.session.session_key
        ticket = held(request, session_key=key, now=now)
        request.ticket = ticket  # type: ignore[attr-defined]
        response = self._get_response(request)
        after, new_key = resident_id(request), request.session.session_key
        if ticket is not None and new_key == key:
            return response
        if ticket is not None and new_key and before in {None, after}:
            keep(response, replace(ticket, holder=holder_of(new_key)))
        elif ticket is not None:
            response.delete_cookie(cookie_name())
        elif new_key and kind_of(request.path) in _TOWARDS_APPLYING and (new := _new(new_key, now=now)) is not None:
            keep(response, new)
        return response


def own_ticket(request: HttpRequest) -> Ticket | None:
    """Return the ticket of this request's session, found good when the request came."""
    return getattr(request, "ticket", None)


def held(request: HttpRequest, *, session_key: str | None, now: datetime) -> Ticket | None:
    """Return the ticket in the browser's cookie, if it is good for this session now."""
    text = request.COOKIES.get(cookie_name())
    return tickets.read(text, holder=holder_of(session_key), now=now) if text and session_key else None


def keep(response: HttpResponse, ticket: Ticket) -> None:
    """Give the browser its ticket."""
    response.set_cookie(
        cookie_name(), tickets.sign(ticket), secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


def place_without_entering(request: HttpRequest, response: HttpResponse, *, now: datetime) -> Ticket | None:
    """Keep the place of a browser that is not let in, and return its ticket; None: today there are no places.

    Asks the database for a first place, and every ten minutes, so that the session does not lapse while waiting;
    where it does not answer, whoever has a place keeps it.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    ticket = held(request, session_key=key, now=now)
    if ticket is not None and timezone.now() - ticket.kept_at < KEPT_ALIVE_EVERY:
        return ticket
    if ticket is None and longest_leave(tokyo_day(now)) is None:
        return None
    try:
        session = _living_session(key)
    except DatabaseError:
        return ticket
    if session.session_key != key:
        ticket = None
        response.set_cookie(
            settings.SESSION_COOKIE_NAME,
            session.session_key or "",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    ticket = replace(ticket, kept_at=timezone.now()) if ticket else _new(str(session.session_key), now=now)
    if ticket is not None:
        keep(response, ticket)
    return ticket


def cookie_name() -> str:
    """Return the cookie's name; over https no other host or plain page can set it."""
    return "__Host-place" if settings.SESSION_COOKIE_SECURE else "place"


def _new(session_key: str, *, now: datetime) -> Ticket | None:
    allowed = longest_leave(tokyo_day(now))
    return Ticket(now, allowed.until, holder_of(session_key), timezone.now()) if allowed else None


def _living_session(key: str | None) -> SessionStore:
    session = SessionStore(key)
    session.load()  # a key that is in no database becomes none
    if session.session_key:
        session.save()
    else:
        session.create()
    return session
