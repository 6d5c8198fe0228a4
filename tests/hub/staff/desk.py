"""Staff in tests: enrolled accounts, registered terminals, browsers in which somebody is signed in."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cache

import pyotp
from django.test import Client

from hub import clock
from hub.visitor import browser
from mynapoint.hub.staff import access, accounts, actions, passwords
from mynapoint.hub.staff.models import Role, StaffAccount, Terminal
from mynapoint.hub.staff.seals import sealed

PASSWORD = "shimin no tame no madoguchi"


@dataclass
class Person:
    """Somebody of the staff, with what only they have."""

    account: StaffAccount
    secret: str

    def code(self, step: int = 0) -> str:
        """The app's code of now, or of some 30-second steps aside."""
        return pyotp.TOTP(self.secret).at(int(time.time()) + 30 * step)


@dataclass
class Desk:
    """A browser that is a registered terminal."""

    terminal: Terminal
    client: Client = field(default_factory=browser)

    def sign_in(self, person: Person, **other: str) -> int:
        """Type into the sign-in page; the last code is forgotten first, so that a test need not wait 30 seconds."""
        StaffAccount.objects.filter(pk=person.account.pk).update(last_step=0)
        fields = {"name": person.account.name, "password": PASSWORD, "code": person.code()} | other
        return int(self.client.post("/staff/sign-in/", fields).status_code)


def person(
    role: Role = Role.HELPER, municipality: str = "hadano", name: str = "", provider: str = "sample-pay"
) -> Person:
    """Somebody enrolled; the office has no municipality, and people of a provider have its name instead."""
    municipality = "" if role in {Role.OFFICE, Role.PROVIDER} else municipality
    provider = provider if role is Role.PROVIDER else ""
    account, code = accounts.add_account(
        name=name or f"{role}-{municipality or provider or 'x'}",
        role=role,
        municipality=municipality,
        provider=provider,
        now=clock.now(),
    )
    del code  # enrolling by it: test_accounts.py
    secret = pyotp.random_base32()
    StaffAccount.objects.filter(pk=account.pk).update(
        password=_hashed(), totp_secret=sealed(secret, account=account.pk), enrolment_digest="", enrolment_until=None
    )
    account.refresh_from_db()
    return Person(account, secret)


def desk(municipality: str = "hadano", name: str = "counter 1", provider: str = "") -> Desk:
    """A terminal with its cookie in a browser."""
    _, code = accounts.add_terminal(name=name, municipality=municipality, provider=provider, now=clock.now())
    terminal, secret = accounts.register_terminal(code=code.text, now=clock.now())
    made = Desk(terminal)
    made.client.cookies[access.terminal_cookie()] = secret
    return made


def at_work(
    role: Role = Role.HELPER,
    municipality: str = "hadano",
    terminal: str = "counter 1",
    name: str = "",
    provider: str = "sample-pay",
) -> Desk:
    """A browser in which somebody of a role is signed in, without going through the pages."""
    who = person(role, municipality, name, provider)
    where = desk(who.account.municipality, terminal, who.account.provider)
    begin(who, where)
    return where


def begin(who: Person, where: Desk) -> None:
    """Sign somebody in at a desk, as the sign-in page does once name, password and code are right."""
    _, token = actions._begin(who.account, where.terminal, now=clock.now())
    where.client.cookies[access.staff_cookie()] = token


@cache
def _hashed() -> str:
    return passwords.hashed(PASSWORD)
