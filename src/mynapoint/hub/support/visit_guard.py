"""At a terminal of the staff a resident's session lives within one visit, and is worth nothing outside it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone

from mynapoint.award.refusals import Refusal
from mynapoint.hub import web
from mynapoint.hub.identity.models import ParkedAnswer
from mynapoint.hub.identity.sessions import resident_id
from mynapoint.hub.identity.verification import Route
from mynapoint.hub.staff.access import STAFF_PATH, this_terminal
from mynapoint.hub.staff.models import Terminal
from mynapoint.hub.support import visits
from mynapoint.hub.support.models import Ending, Visit
from mynapoint.hub.waiting.gates import Kind, kind_of
from mynapoint.hub.waiting.last_days import longest_leave
from mynapoint.hub.waiting.places import cookie_name as place_cookie
from mynapoint.hub.waiting.places import keep
from mynapoint.hub.waiting.tickets import Ticket, holder_of

COUNTER_PATH = "/counter/"
STATE_PATH = "/counter/state/"
ERASED = '"cache", "storage"'
"""What a browser forgets at the end of a visit. Not ``"cookies"``: that would take the terminal's own away, and with
it “where”; the visitor's cookies are taken away by name."""
_KEY = "visit"
_CONTINUE = "/card/continue/"
_NO_CONCERN = (
    STAFF_PATH,
    "/counter/card-left/",
    "/counter/card-came/",
    "/static/",
    "/api/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/card/return/",
)
_NEEDS_VISIT = {Kind.IRREVOCABLE, Kind.JOURNEY}


class VisitGuard:
    """Binds each session at a terminal to its visit, and erases it when that is over.

    Everything else that protects the visitor stands without it: what is irrevocable needs the card's fresh signature
    over a statement, and the person is taken from that (docs/decisions/0032-visit.md).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_NO_CONCERN):
            return self._get_response(request)
        terminal = this_terminal(request)
        if terminal is not None:
            return self._at(terminal, request)
        if request.session.get(_KEY):
            return over(request, why=Ending.NEXT)  # taken along to another browser
        return self._get_response(request)

    def _at(self, terminal: Terminal, request: HttpRequest) -> HttpResponse:
        visit = visits.at(terminal, now=web.now())
        held = request.session.get(_KEY)
        if (held or resident_id(request)) and (visit is None or held != str(visit.pk)):
            if request.path == STATE_PATH:  # a page asks by itself: it goes where all is erased, and says why
                return JsonResponse({"visit": "", "seconds_left": 0})
            return over(request, why=visits.last_ending(held) if held else Ending.NEXT)
        if visit is None:
            is_journey = kind_of(request.path) in _NEEDS_VISIT and not request.path.startswith(COUNTER_PATH)
            return HttpResponseRedirect(COUNTER_PATH) if is_journey else self._get_response(request)
        if request.path != STATE_PATH:
            visits.keep_alive(visit)
        request.visit = visit  # type: ignore[attr-defined]
        before, nonce = resident_id(request), _signed_nonce(request)
        response = self._get_response(request)
        if nonce:
            visits.note_signature(visit, nonce)
        if request.path != STATE_PATH:
            return self._after(request, response, visit, before)
        return response

    def _after(self, request: HttpRequest, response: HttpResponse, visit: Visit, before: str | None) -> HttpResponse:
        after, now = resident_id(request), web.now()
        codes = getattr(response, "refusal_codes", [])
        visits.note_refusals(visit, codes)
        why = None
        is_others = after is not None and not visits.belongs_to(visit, uuid.UUID(after), now=now)
        if is_others or Refusal.OTHER_PERSONS_CARD.code in codes:
            why = Ending.OTHER_CARD
        elif before and not after:
            why = Ending.KEY
        elif before and Refusal.CARD_NOT_READ.code in codes:
            why = Ending.CARD_LEFT
        if why is None:
            if request.session.session_key and request.session.get(_KEY) != str(visit.pk):
                request.session[_KEY] = str(visit.pk)
            _keep_the_day(request, response, visit)
            response["Cache-Control"] = "no-store"
            return response
        if not visits.end(visit, why=why, now=now):
            why = visits.last_ending(str(visit.pk))
        ended = over(request, why=why)
        ended.refusal_codes = codes  # type: ignore[attr-defined]
        return ended


def over(request: HttpRequest, *, why: Ending) -> HttpResponse:
    """Erase whatever the browser has of a visit, and lead to the page that says it is over, and why."""
    request.session.flush()
    response = HttpResponseRedirect(reverse("support:ended", args=[why.value]))
    response.status_code = 303
    response["Clear-Site-Data"] = ERASED
    response["Cache-Control"] = "no-store"
    for name in (place_cookie(), settings.LANGUAGE_COOKIE_NAME):
        response.delete_cookie(name)
    return response


def _keep_the_day(request: HttpRequest, response: HttpResponse, visit: Visit) -> None:
    """Let a session have the place of its visit's queue ticket, where that was drawn on a last day and leave is given.

    By what right, and until when, the law or the operator says (``waiting.last_days``), not the counter.
    """
    key, ticket = request.session.session_key, visit.ticket
    allowed = longest_leave(ticket.day) if ticket is not None and key else None
    if ticket is not None and key and allowed is not None:
        keep(response, Ticket(ticket.drawn_at, allowed.until, holder_of(key), timezone.now()))


def _signed_nonce(request: HttpRequest) -> str:
    """Return the nonce of the card's signature that a request comes with, before a view takes it; empty: of none."""
    parked = request.GET.get("answer") or (
        request.path.removeprefix(_CONTINUE).rstrip("/") if request.path.startswith(_CONTINUE) else ""
    )
    kept = ParkedAnswer.objects.filter(id=parked, route=Route.CARD.value).exclude(token="") if parked else None
    return str(kept.values_list("nonce", flat=True).first() or "") if kept is not None else ""


def visit_of(request: HttpRequest) -> Visit | None:
    """Return the visit in which a request comes; None: none is open at its terminal, or it comes from elsewhere."""
    return getattr(request, "visit", None)
