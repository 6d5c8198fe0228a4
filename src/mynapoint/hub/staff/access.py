"""Who of the staff is signed in: the two cookies, and the decorator that asks for a role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control

from mynapoint.hub.staff.actions import digest, on_duty
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import Role, Terminal

STAFF_PATH = "/staff/"
"""Every page of the staff is below it, and its cookie goes nowhere else: residents' pages never see it."""
TERMINAL_DAYS = 365

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponse]


class StaffRequest(HttpRequest):
    """A request of somebody of the staff who is signed in at a registered terminal, in a role the view serves."""

    staff: OnDuty


class TerminalRequest(HttpRequest):
    """A request that comes from a registered terminal, whoever sits there."""

    terminal: Terminal


def staff_required(
    *roles: Role, keeps_alive: bool = True
) -> Callable[[Callable[Concatenate[StaffRequest, _P], HttpResponse]], _View[_P]]:
    """Let a view run for these roles only. Others sign in first, or are told that it is not theirs (403).

    ``keeps_alive``  whether the request shows that somebody is there; a page that asks by itself does not
    Whose municipality it is about is asked of ``request.staff.may_see``; what is another's is answered with 404.
    """
    assert roles, "a view names the roles it serves"

    def decorate(view: Callable[Concatenate[StaffRequest, _P], HttpResponse]) -> _View[_P]:
        @wraps(view)
        def let_in(request: TerminalRequest, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
            staff = signed_in_staff(request, keeps_alive=keeps_alive)
            if staff is None:
                return redirect("staff:sign_in")
            own = cast(StaffRequest, request)
            own.staff = staff
            if staff.role not in roles:
                return render(request, "staff/not_yours.html", status=403)
            return view(own, *args, **kwargs)

        served = terminal_required(cast(Callable[Concatenate[TerminalRequest, _P], HttpResponse], let_in))
        served.roles = frozenset(roles)  # type: ignore[attr-defined]
        return served

    return decorate


def terminal_required(view: Callable[Concatenate[TerminalRequest, _P], HttpResponse]) -> _View[_P]:
    """Let a view run at registered terminals only; nothing it answers is kept by a browser."""

    @wraps(view)
    def at_terminal(request: HttpRequest, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
        terminal = this_terminal(request)
        if terminal is None:
            response: HttpResponse = redirect("staff:terminal")
        else:
            own = cast(TerminalRequest, request)
            own.terminal = terminal
            response = view(own, *args, **kwargs)
        patch_cache_control(response, no_store=True)
        return response

    return cast("_View[_P]", at_terminal)


def this_terminal(request: HttpRequest) -> Terminal | None:
    """Return the registered terminal a request comes from."""
    secret = request.COOKIES.get(terminal_cookie(), "")
    found = Terminal.objects.filter(secret_digest=digest(secret), withdrawn_at=None) if secret else ()
    return next(iter(found[:1]), None)


def signed_in_staff(request: TerminalRequest, *, keeps_alive: bool = True) -> OnDuty | None:
    """Return who of the staff is signed in here."""
    token = request.COOKIES.get(staff_cookie(), "")
    return on_duty(token=token, terminal=request.terminal, keeps_alive=keeps_alive) if token else None


def keep_signed_in(response: HttpResponse, token: str) -> None:
    """Give the browser the cookie of a staff session: until it is closed, below ``/staff/``, from our pages only."""
    response.set_cookie(
        staff_cookie(),
        token,
        path=STAFF_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def forget_signed_in(response: HttpResponse) -> None:
    """Take that cookie away."""
    response.delete_cookie(staff_cookie(), path=STAFF_PATH, samesite="Strict")


def keep_terminal(response: HttpResponse, secret: str) -> None:
    """Make a browser the terminal. Residents' pages see this cookie, too: it says where, never who."""
    response.set_cookie(
        terminal_cookie(),
        secret,
        max_age=TERMINAL_DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",  # a card agent's page leads back here from another origin
    )


def staff_cookie() -> str:
    """Return the cookie's name; over https no plain page can set it."""
    return "__Secure-staff" if settings.SESSION_COOKIE_SECURE else "staff"


def terminal_cookie() -> str:
    """Return the cookie's name; over https no other host or plain page can set it."""
    return "__Host-terminal" if settings.SESSION_COOKIE_SECURE else "terminal"
