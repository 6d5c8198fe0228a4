"""The city's staff, played in one browser: accounts with their passwords and codes, and the terminals they sit at."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.staff import accounts
from mynapoint.hub.staff.access import forget_signed_in, keep_terminal, this_terminal
from mynapoint.hub.staff.models import Role, StaffAccount, Terminal
from mynapoint.hub.staff.second_factors import STEP_SECONDS

PASSWORD = "madoguchi-demo"  # noqa: S105 - shown on the page; its city is invented


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody of the staff; ``municipality`` is a slug, empty for the programme office."""

    name: str
    role: Role
    municipality: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A terminal that this browser can be."""

    name: str
    municipality: str
    place: object


STAFF = (
    Employee("mado-1", Role.HELPER, "nishitokyo"),
    Employee("sekinin-1", Role.SUPERVISOR, "nishitokyo"),
    Employee("koho-1", Role.EDITOR, "nishitokyo"),
    Employee("jimu-1", Role.OFFICE, ""),
    Employee("jimu-2", Role.OFFICE, ""),
)
DESKS = {
    "counter": Desk("counter 1", "nishitokyo", _("西東京市の窓口")),
    "office": Desk("office 1", "", _("事業の事務局")),
}


def hire() -> None:
    """Add and enrol the city's staff and their terminals; whoever is there already stays as they are."""
    now = web.now()
    for desk in DESKS.values():
        terminal, _code = accounts.add_terminal(name=desk.name, municipality=desk.municipality, now=now)
        for one in STAFF:
            if one.municipality != desk.municipality or StaffAccount.objects.filter(name=one.name).exists():
                continue
            account, _code = accounts.add_account(name=one.name, role=one.role, municipality=one.municipality, now=now)
            account.refresh_from_db()
            secret = _secret_of(one)
            step_before = timezone.now() - timedelta(seconds=STEP_SECONDS)  # the present one is left for signing in
            code = pyotp.TOTP(secret).at(step_before)
            accounts.enrol(account=account, password=PASSWORD, secret=secret, code=code, terminal=terminal, now=now)


@never_cache
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    """Show who works in the city, what they type, and which terminal this browser is."""
    terminal = this_terminal(request)
    left = STEP_SECONDS - int(timezone.now().timestamp()) % STEP_SECONDS
    context = {
        "desks": [(key, desk, _is(terminal, desk), _people_of(desk)) for key, desk in DESKS.items()],
        "password": PASSWORD,
        "seconds_left": left,
    }
    return render(request, "demo/staff.html", context)


@require_POST
def sit_down(request: HttpRequest, desk: str) -> HttpResponse:
    """Make this browser one of the terminals, as its one-time code would."""
    if desk not in DESKS:
        raise Http404
    chosen = DESKS[desk]
    _terminal, code = accounts.add_terminal(name=chosen.name, municipality=chosen.municipality, now=web.now())
    _terminal, secret = accounts.register_terminal(code=code.text, now=web.now())
    response = redirect("demo_staff")
    keep_terminal(response, secret)
    forget_signed_in(response)
    return response


def _people_of(desk: Desk) -> list[tuple[str, object, str]]:
    return [
        (one.name, one.role.label, pyotp.TOTP(_secret_of(one)).now())
        for one in STAFF
        if one.municipality == desk.municipality
    ]


def _is(terminal: Terminal | None, desk: Desk) -> bool:
    return terminal is not None and (terminal.name, terminal.municipality) == (desk.name, desk.municipality)


def _secret_of(one: Employee) -> str:
    """Return the secret of somebody's played authenticator: of this city alone, and the same whenever it is asked."""
    drawn = hmac.digest(settings.SECRET_KEY.encode(), f"demo staff {one.name}".encode(), "sha256")
    return base64.b32encode(drawn[:20]).decode()
