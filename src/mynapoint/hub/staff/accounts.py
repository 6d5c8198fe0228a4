"""Accounts and terminals of staff: added, reset by another person, enrolled, disabled. Everything is on record."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.staff import locking, passwords, second_factors
from mynapoint.hub.staff.actions import NotLetIn, digest, end_sessions, record_act
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import Role, StaffAccount, StaffSession, Terminal
from mynapoint.hub.staff.seals import sealed

ENROLMENT_LIFE = timedelta(days=3)
REGISTRATION_LIFE = timedelta(hours=8)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_CHARACTERS = 16
"""Of 31 letters: 79 bits; typed once from a sheet of paper."""


_OF_THE_OFFICE = {Role.OFFICE, Role.PROVIDER}
"""Whose accounts the office alone opens."""


class NotPossible(Exception):
    """An account or terminal cannot be changed so; the words say why, for whoever asked."""


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """What is handed over on paper or by voice, once; kept only as a digest."""

    text: str
    until: datetime

    def __repr__(self) -> str:
        return f"OneTimeCode(until={self.until.isoformat()})"


@transaction.atomic
def add_account(
    *, name: str, role: Role, municipality: str, now: datetime, by: OnDuty | None = None, provider: str = ""
) -> tuple[StaffAccount, OneTimeCode]:
    """Add an account and return the code with which its person enrols. Raises NotPossible.

    ``by``        None: the operator of the hub, at its own machine
    ``provider``  whose things alone somebody of a provider sees; whoever calls knows that there is one of that name
    """
    if not _NAME.fullmatch(name):
        raise NotPossible(f"a name is 3 to 40 of a-z, 0-9, '.', '_', '-'; got {name!r}")
    if (role is Role.PROVIDER) != bool(provider):
        raise NotPossible("people of a provider have the provider's name, and nobody else has")
    if (role in {Role.OFFICE, Role.PROVIDER}) != (municipality == ""):
        raise NotPossible("the office and providers have no municipality, and everybody else has one")
    _may(by, role=role, municipality=municipality)
    try:
        with transaction.atomic():
            at = timezone.now()
            account = StaffAccount.objects.create(
                name=name, role=role, municipality=municipality, provider=provider, created_at=at, vouched_at=at
            )
    except IntegrityError as error:
        raise NotPossible(f"there is an account {name!r} already") from error
    return account, _to_enrol(account, what="added", by=by, now=now)


@transaction.atomic
def reset_account(*, account: StaffAccount, now: datetime, by: OnDuty | None = None) -> OneTimeCode:
    """Void password and second factor, sign out everywhere, and return a new code to enrol. Raises NotPossible.

    Always by another person: whoever lost a factor cannot vouch for themself.
    """
    _may(by, role=Role(account.role), municipality=account.municipality, account=account)
    StaffAccount.objects.filter(pk=account.pk).update(password="", totp_secret=None, failures=0, locked_until=None)
    end_sessions(account)
    return _to_enrol(account, what="reset", by=by, now=now)


@transaction.atomic
def disable_account(*, account: StaffAccount, now: datetime, by: OnDuty | None = None) -> None:
    """Let nobody in with an account any more, and end its sessions; what was done with it stays. Raises NotPossible."""
    _may(by, role=Role(account.role), municipality=account.municipality, account=account)
    StaffAccount.objects.filter(pk=account.pk, disabled_at=None).update(
        disabled_at=timezone.now(), enrolment_digest="", enrolment_until=None
    )
    end_sessions(account)
    _record(Act.STAFF_CHANGED, "disabled", str(account), by=by, now=now)


def account_to_enrol(*, name: str, code: str, terminal: Terminal) -> StaffAccount:
    """Return the account that a one-time code is for. Raises NotLetIn; each try counts."""
    account = StaffAccount.objects.filter(name=name, disabled_at=None).first()
    if not locking.may_try(terminal) or account is None or not locking.may_try(account):
        raise NotLetIn
    given = digest(_plain(code))
    if not secrets.compare_digest(given, account.enrolment_digest) or not _is_open(account.enrolment_until):
        raise NotLetIn
    if account.place != terminal.place:
        raise NotLetIn
    locking.was_right(terminal)
    locking.was_right(account)
    return account


@transaction.atomic
def enrol(*, account: StaffAccount, password: str, secret: str, code: str, terminal: Terminal, now: datetime) -> None:
    """Set password and second factor and void the one-time code. Raises NotLetIn when the app's code is not right."""
    step = second_factors.step_of(secret, code, at_seconds=timezone.now().timestamp())
    if step is None:
        raise NotLetIn
    still = StaffAccount.objects.filter(pk=account.pk, enrolment_digest=account.enrolment_digest, disabled_at=None)
    kept = {"password": passwords.hashed(password), "totp_secret": sealed(secret, account=account.pk)}
    if not still.exclude(enrolment_digest="").update(
        **kept, last_step=step, enrolment_digest="", enrolment_until=None, failures=0, locked_until=None
    ):
        raise NotLetIn
    record(Act.STAFF_CHANGED, who=str(account), subject=str(account), now=now, what="enrolled", terminal=terminal.pk)


@transaction.atomic
def add_terminal(
    *, name: str, municipality: str, now: datetime, by: OnDuty | None = None, provider: str = ""
) -> tuple[Terminal, OneTimeCode]:
    """Add a terminal, or let one of this name be registered anew; return the code to type there. Raises NotPossible."""
    if by is not None and not (by.role in {Role.SUPERVISOR, Role.OFFICE} and by.may_see(municipality)):
        raise NotPossible("only a supervisor of the same municipality, or the office, adds a terminal")
    if provider and (municipality or not (by is None or by.is_office)):
        raise NotPossible("a provider's terminal has no municipality and is added by the office")
    code = _code(REGISTRATION_LIFE)
    terminal, _ = Terminal.objects.update_or_create(
        name=name,
        municipality=municipality,
        provider=provider,
        defaults={"registration_digest": digest(_plain(code.text)), "registration_until": code.until},
        create_defaults={
            "registration_digest": digest(_plain(code.text)),
            "registration_until": code.until,
            "created_at": timezone.now(),
        },
    )
    _record(Act.TERMINAL_CHANGED, "added", str(terminal), by=by, now=now)
    return terminal, code


@transaction.atomic
def register_terminal(*, code: str, now: datetime) -> tuple[Terminal, str]:
    """Make the browser that has the code the terminal; return the secret for its cookie. Raises NotLetIn."""
    given = digest(_plain(code))
    terminal = Terminal.objects.select_for_update().filter(registration_digest=given).first()
    if terminal is None or not _is_open(terminal.registration_until):
        raise NotLetIn
    secret = secrets.token_urlsafe(32)
    StaffSession.objects.filter(terminal=terminal, ended_at=None).update(ended_at=timezone.now())
    Terminal.objects.filter(pk=terminal.pk).update(
        secret_digest=digest(secret), registration_digest="", registration_until=None, withdrawn_at=None
    )
    record(Act.TERMINAL_CHANGED, who=HUB, subject=str(terminal), now=now, what="registered")
    return terminal, secret


@transaction.atomic
def withdraw_terminal(*, terminal: Terminal, now: datetime, by: OnDuty | None = None) -> None:
    """Let nobody in at a terminal any more."""
    Terminal.objects.filter(pk=terminal.pk).update(
        withdrawn_at=timezone.now(), secret_digest="", registration_digest="", registration_until=None
    )
    StaffSession.objects.filter(terminal=terminal, ended_at=None).update(ended_at=timezone.now())
    _record(Act.TERMINAL_CHANGED, "withdrawn", str(terminal), by=by, now=now)


def _may(by: OnDuty | None, *, role: Role, municipality: str, account: StaffAccount | None = None) -> None:
    if by is None or by.is_office:
        allowed = True
    else:
        allowed = by.role is Role.SUPERVISOR and by.municipality == municipality and role not in _OF_THE_OFFICE
    if not allowed:
        raise NotPossible("only a supervisor of the same municipality, or the office, changes an account")
    if by is not None and account is not None and by.account.pk == account.pk:
        raise NotPossible("nobody changes their own account; ask a second person")


def _to_enrol(account: StaffAccount, *, what: str, by: OnDuty | None, now: datetime) -> OneTimeCode:
    code = _code(ENROLMENT_LIFE)
    StaffAccount.objects.filter(pk=account.pk).update(
        enrolment_digest=digest(_plain(code.text)),
        enrolment_until=code.until,
        disabled_at=None,
        vouched_by=by.account if by else None,
        vouched_at=timezone.now(),
    )
    _record(Act.STAFF_CHANGED, what, str(account), by=by, now=now)
    return code


def _record(act: Act, what: str, subject: str, *, by: OnDuty | None, now: datetime) -> None:
    if by is None:
        record(act, who=HUB, subject=subject, now=now, what=what)
    else:
        record_act(act, staff=by, subject=subject, now=now, what=what)


def _code(life: timedelta) -> OneTimeCode:
    text = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_CHARACTERS))
    return OneTimeCode("-".join(text[at : at + 4] for at in range(0, len(text), 4)), timezone.now() + life)


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code).upper()


def _is_open(until: datetime | None) -> bool:
    return until is not None and timezone.now() < until
