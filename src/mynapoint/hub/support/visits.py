"""What can be done with a visit: begun by a helper or a card, kept alive, bound to one person, ended for one reason."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from mynapoint.hub.applications.standing import applications_of
from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.staff.actions import LONGEST, on_duty_at, record_act
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import Role, Terminal
from mynapoint.hub.support.models import Ending, QueueTicket, Visit, VisitRefusal

AT_COUNTERS = (Role.HELPER, Role.SUPERVISOR)
IDLE = timedelta(minutes=3)
WARNED_SECONDS = 60
"""How long before the end an idle visit is warned of it."""


class NotHere(Exception):
    """A visit cannot begin at this terminal: another municipality's, withdrawn, or just taken by somebody else."""


@transaction.atomic
def begin(*, terminal: Terminal, staff: OnDuty, now: datetime, service: str = "", incentive: str = "") -> Visit:
    """Begin a visit; one still open at the terminal ends. Raises NotHere."""
    if not staff.municipality or terminal.municipality != staff.municipality or terminal.withdrawn_at is not None:
        raise NotHere
    if (before := _open_at(terminal)) is not None:
        end(before, why=Ending.NEXT, now=now, staff=staff)
    visit = _create(terminal, staff, now=now, service=service, incentive=incentive)
    record_act(Act.VISIT_BEGAN, staff=staff, subject=str(terminal), visit=str(visit.pk), now=now)
    return visit


@transaction.atomic
def begin_by_card(nonce: str, *, now: datetime) -> Visit | None:
    """Begin a visit for the helper on duty where a card has come; None: no agent of a terminal says so.

    nonce   what a card signed last at that terminal, not longer ago than anybody works without signing in again
    Raises  NotHere: that card has not left, a visit is open, or no helper is signed in at this very terminal
    """
    since = timezone.now() - LONGEST
    known = Visit.objects.select_related("terminal").filter(signed=_digest(nonce), seen_at__gt=since).first()
    if known is None or not nonce:
        return None
    terminal, staff = known.terminal, on_duty_at(known.terminal)
    if known.card_left_at is None or staff is None or staff.role not in AT_COUNTERS:
        raise NotHere
    if at(terminal, now=now) is not None:
        raise NotHere
    visit = _create(terminal, staff, now=now, signed=known.signed)
    Visit.objects.filter(pk=known.pk).update(signed="")
    about: dict[str, str | int] = {"terminal": terminal.pk, "visit": str(visit.pk), "staff": str(staff), "why": "card"}
    record(Act.VISIT_BEGAN, who=HUB, subject=str(terminal), now=now, **about)
    return visit


def at(terminal: Terminal, *, now: datetime) -> Visit | None:
    """Return the visit that is open at a terminal. One that was idle, or whose helper has left, ends here."""
    visit = _open_at(terminal)
    if visit is None:
        return None
    if timezone.now() - visit.seen_at >= IDLE:
        end(visit, why=Ending.IDLE, now=now)
        return None
    if visit.staff_left_at is not None:  # type: ignore[attr-defined]
        end(visit, why=Ending.STAFF_LEFT, now=now)
        return None
    return visit


def note_refusals(visit: Visit, codes: Collection[str]) -> None:
    """Note why something was refused in a visit."""
    VisitRefusal.objects.bulk_create(VisitRefusal(visit=visit, code=code) for code in codes)


def keep_alive(visit: Visit) -> None:
    """Note that something was done in a visit."""
    Visit.objects.filter(pk=visit.pk, ended_at=None).update(seen_at=timezone.now())


@transaction.atomic
def belongs_to(visit: Visit, resident_id: uuid.UUID, *, now: datetime) -> bool:
    """Say whether who signed in is the visit's own visitor; the first to sign in is. Theirs elsewhere end."""
    if visit.resident_id == resident_id:
        return True
    resident = Resident.objects.get(pk=resident_id)
    bound = Visit.objects.filter(pk=visit.pk, ended_at=None, resident=None).update(resident=resident)
    kept = Visit.objects.select_related("resident").filter(pk=visit.pk, ended_at=None).first()
    if kept is None or kept.resident is None or surviving(kept.resident) != surviving(resident):
        return False
    if bound:
        for elsewhere in Visit.objects.filter(resident=resident, ended_at=None).exclude(pk=visit.pk):
            end(elsewhere, why=Ending.MOVED, now=now)
    return True


def note_signature(visit: Visit, nonce: str) -> None:
    """Note what a card has just signed in a visit: whoever knows it may say that it has left, and another come.

    Whatever a card signed before at this terminal says nothing any more.
    """
    earlier = Visit.objects.filter(terminal=visit.terminal_id).exclude(signed="").exclude(pk=visit.pk)
    earlier.update(signed="")
    Visit.objects.filter(pk=visit.pk, ended_at=None).update(signed=_digest(nonce), card_left_at=None)


def card_left(nonce: str, *, now: datetime) -> bool:
    """End the visit in which this was the last nonce a card signed; return whether there is one, ended or not.

    The nonce, 384 bits, was known to the hub, the browser and the agent alone. Beside an end nothing can come of it
    but that the next card, at that terminal and before a helper, begins a visit.
    """
    known = Visit.objects.filter(signed=_digest(nonce)).first() if nonce else None
    if known is None:
        return False
    Visit.objects.filter(pk=known.pk).update(card_left_at=timezone.now())
    end(known, why=Ending.CARD_LEFT, now=now)
    return True


@transaction.atomic
def end(visit: Visit, *, why: Ending, now: datetime, staff: OnDuty | None = None) -> bool:
    """End a visit, once, and record why and what came of it; return whether this ended it.

    Every session that was begun in it is worth nothing from here on (``visit_guard.py``).
    """
    made = _applications(visit)
    if not Visit.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=now, ending=why, applications=made):
        return False
    about: dict[str, str | int] = {
        "terminal": visit.terminal_id,
        "visit": str(visit.pk),
        "why": why.value,
        "applications": made,
    }
    record(Act.VISIT_ENDED, who=str(staff) if staff else HUB, subject=f"terminal:{visit.terminal_id}", now=now, **about)
    return True


def seconds_left(visit: Visit) -> int:
    """Return in how many seconds a visit ends if nothing is done."""
    return max(0, round((IDLE - (timezone.now() - visit.seen_at)).total_seconds()))


def last_ending(visit_id: str) -> Ending:
    """Return what ended a visit that a browser still holds."""
    kept = Visit.objects.filter(pk=visit_id).values_list("ending", flat=True).first()
    return Ending(kept) if kept else Ending.NEXT


def _create(terminal: Terminal, staff: OnDuty, *, now: datetime, **more: str) -> Visit:
    """Open a visit. Raises NotHere where one is open: the database decides."""
    try:
        with transaction.atomic():
            return Visit.objects.create(
                terminal=terminal,
                municipality=staff.municipality,
                staff_session=staff.session,
                ticket=QueueTicket.objects.filter(terminal=terminal, state=QueueTicket.State.CALLED).first(),
                begun_at=now,
                seen_at=timezone.now(),
                **more,
            )
    except IntegrityError as error:
        raise NotHere from error


def _digest(nonce: str) -> str:
    return hashlib.sha256(nonce.encode(errors="replace")).hexdigest()


def _open_at(terminal: Terminal) -> Visit | None:
    """Return the one visit that is open at a terminal, asked for with every page: with no more than that page needs."""
    found = Visit.objects.filter(terminal=terminal, ended_at=None).order_by()
    return next(iter(found.annotate(staff_left_at=F("staff_session__ended_at"))[:1]), None)


def _applications(visit: Visit) -> int:
    resident = Visit.objects.select_related("resident").get(pk=visit.pk).resident
    return applications_of(resident).filter(applied_at__gte=visit.begun_at).count() if resident else 0
