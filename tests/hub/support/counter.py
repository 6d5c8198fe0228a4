"""A support counter in tests: a terminal with its helper, the visitor's window at it, and people with their cards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.staff import desk
from hub.staff.desk import Desk, Person
from hub.visitor import Visitor, browser
from mynapoint.hub.staff.access import terminal_cookie
from mynapoint.hub.staff.models import Role
from mynapoint.hub.support.models import Visit

ACCOUNTS = {"aoki": ("SP00001234", "482913"), "ueno": ("SP00003456", "617284")}
MARKS = {"aoki": ("****1234", "ア*キ"), "ueno": ("****3456", "ウ*ノ")}
"""What a page shows of each one's account and name, and of nobody else's."""


@dataclass
class Counter:
    """``helper`` is a browser of its own; ``visitor`` the window the visitor sits at, on the same terminal."""

    helper: Desk
    person: Person
    visitor: Visitor

    def begin(self, **more: str) -> Any:
        return self.helper.client.post(f"/staff/counter/{self.helper.terminal.pk}/begin/", more)

    def visit(self) -> Visit:
        return Visit.objects.filter(terminal=self.helper.terminal).latest("begun_at", "seen_at")

    def sign_in(self, card: str) -> Any:
        self.visitor.card = card
        return self.visitor.card_step("/counter/")

    def path(self, response: Any) -> str:
        """Where the hub led."""
        chain = getattr(response, "redirect_chain", [])
        return str(chain[-1][0]) if chain else str(response.request["PATH_INFO"])


def counter(city: Path, *, terminal: str = "counter 1", municipality: str = "hadano") -> Counter:
    """A terminal at which a helper is signed in; the visitor's window knows the terminal, not the helper."""
    person = desk.person(Role.HELPER, municipality, name=f"helper-{terminal.replace(' ', '-')}")
    helper = desk.desk(municipality, terminal)
    desk.begin(person, helper)
    window = Visitor(city, "aoki", browser())
    window.client.cookies[terminal_cookie()] = helper.client.cookies[terminal_cookie()].value
    return Counter(helper, person, window)


def at_home(city: Path, card: str) -> Visitor:
    """Somebody at home who has reserved, so that only the application is left."""
    visitor = Visitor(city, card, browser())
    visitor.sign_in()
    visitor.reserve()
    return visitor
