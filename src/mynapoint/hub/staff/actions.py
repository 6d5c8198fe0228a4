"""What staff can do about being signed in: let in by password and code, leave, leave everywhere."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from mynapoint.hub.audit.actions import VISITOR, record
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.staff import locking, passwords, second_factors
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import StaffAccount, StaffSession, Terminal

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
"""NIST SP 800-63B, AAL3: again after 15 idle minutes, and after 12 hours in any case."""
TOKEN_BYTES = 32


class NotLetIn(Exception):
    """Name, password or code is not right, or locked, or not for this terminal: one answer, so that none is learned."""


def digest(token: str) -> str:
    """Return what is kept of a random token or one-time code."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(*, name: str, password: str, code: str, terminal: Terminal, now: datetime) -> tuple[StaffSession, str]:
    """Let somebody in at a terminal; return the session and the token for its cookie. Raises NotLetIn, on record.

    Whoever was signed in at this terminal, and wherever this person was, is signed out.
    An unknown name costs the same time as a wrong password.
    """
    account = StaffAccount.objects.filter(name=name).first()
    if _is_let_in(account, password=password, code=code, terminal=terminal) and account is not None:
        try:
            return _begin(account, terminal, now=now)
        except IntegrityError as error:  # at the same moment somebody was let in here, or this person elsewhere
            raise NotLetIn from error
    with transaction.atomic():
        details = {"locked": int(locking.is_locked(terminal))} if account is None else {"account": str(account)}
        record(Act.STAFF_NOT_LET_IN, who=VISITOR, subject=str(terminal), now=now, **details)
    raise NotLetIn


def on_duty(*, token: str, terminal: Terminal, keeps_alive: bool = True) -> OnDuty | None:
    """Return who is signed in with a cookie's token at a terminal, by the machine's clock; None: nobody any more."""
    at = timezone.now()
    session = _good_sessions(terminal, at).filter(digest=digest(token)).first()
    if session is None:
        return None
    if keeps_alive and at - session.seen_at > timedelta(seconds=10):  # not at every request
        StaffSession.objects.filter(pk=session.pk, ended_at=None).update(seen_at=at)
    return OnDuty(session.account, terminal, session)


def on_duty_at(terminal: Terminal) -> OnDuty | None:
    """Return who is signed in at a terminal, for what happens there without them; it keeps nobody signed in."""
    session = _good_sessions(terminal, timezone.now()).first()
    return OnDuty(session.account, terminal, session) if session else None


@transaction.atomic
def sign_out(*, staff: OnDuty, now: datetime) -> None:
    """End this session, and any other of the same person: after a lost terminal, one press is enough."""
    _end(StaffSession.objects.filter(account=staff.account))
    record_act(Act.STAFF_SIGNED_OUT, staff=staff, now=now)


def end_sessions(account: StaffAccount) -> int:
    """Sign somebody out everywhere; return from how many terminals."""
    return _end(StaffSession.objects.filter(account=account))


def record_act(
    act: Act, *, staff: OnDuty, now: datetime, subject: str = "", visit: str = "", **details: str | int
) -> AuditRecord:
    """Record what somebody of the staff did: who, where, for which visit. Within the act's own transaction."""
    about = {"terminal": staff.terminal.pk} | ({"visit": visit} if visit else {})
    return record(act, who=str(staff.account), subject=subject, now=now, **(about | details))


def _good_sessions(terminal: Terminal, at: datetime) -> QuerySet[StaffSession]:
    """The sessions at a terminal that are neither ended nor over by themselves, with who is in them."""
    return (
        StaffSession.objects.select_related("account", "terminal")
        .filter(terminal=terminal, ended_at=None, terminal__withdrawn_at=None)
        .filter(seen_at__gt=at - IDLE, begun_at__gt=at - LONGEST, account__disabled_at=None)
    )


def _is_let_in(account: StaffAccount | None, *, password: str, code: str, terminal: Terminal) -> bool:
    if not locking.may_try(terminal) or (account is not None and not locking.may_try(account)):
        passwords.is_right(password, None)
        return False
    usable = account if account is not None and account.is_enrolled and account.disabled_at is None else None
    right = passwords.is_right(password, usable.password if usable else None)
    step = second_factors.step_of(second_factors.secret_of(usable), code, at_seconds=timezone.now().timestamp())
    if usable is None or not right or step is None or usable.place != terminal.place:
        return False
    if not second_factors.take_step(usable, step):
        return False
    locking.was_right(usable)
    locking.was_right(terminal)
    return True


@transaction.atomic
def _begin(account: StaffAccount, terminal: Terminal, *, now: datetime) -> tuple[StaffSession, str]:
    _end(StaffSession.objects.filter(account=account))
    _end(StaffSession.objects.filter(terminal=terminal))
    token, at = secrets.token_urlsafe(TOKEN_BYTES), timezone.now()
    session = StaffSession.objects.create(
        digest=digest(token), account=account, terminal=terminal, begun_at=at, seen_at=at
    )
    record_act(Act.STAFF_SIGNED_IN, staff=OnDuty(account, terminal, session), now=now)
    return session, token


def _end(sessions: QuerySet[StaffSession]) -> int:
    return sessions.filter(ended_at=None).update(ended_at=timezone.now())
