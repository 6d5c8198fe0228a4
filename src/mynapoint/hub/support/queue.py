"""The queue of a municipality's counters: draw, call, skip, return; how many wait, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet

from mynapoint.hub.audit.models import Act
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import StaffSession
from mynapoint.hub.support.models import QueueTicket
from mynapoint.hub.waiting.last_days import longest_leave
from mynapoint.programme.values import tokyo_day

USUAL = timedelta(minutes=15)
"""What a visit is taken to last until some have been measured today; an assumption, for the estimate alone."""
_MEASURED = 20
_TRIES = 5
_State = QueueTicket.State


@dataclass(frozen=True, slots=True)
class Wait:
    """What the public page says.

    ``minutes``  the estimate, rounded up to five; None: nobody serves at present
    ``called``   the numbers that are called now
    """

    waiting: int
    minutes: int | None
    called: list[int]
    skipped: list[int]


def draw(*, staff: OnDuty, now: datetime) -> QueueTicket:
    """Draw today's next number. Several at once: the database gives each number once."""
    day = tokyo_day(now)
    for _ in range(_TRIES):
        last = today(staff.municipality, now=now).aggregate(last=Max("number"))["last"] or 0
        try:
            with transaction.atomic():
                ticket = QueueTicket.objects.create(
                    municipality=staff.municipality, day=day, number=last + 1, drawn_at=now
                )
                record_act(Act.QUEUE_TICKET_CHANGED, staff=staff, subject=str(ticket), now=now, what="drawn")
        except IntegrityError:
            continue
        return ticket
    raise RuntimeError(f"{_TRIES} numbers were taken by others")


@transaction.atomic
def call(*, staff: OnDuty, now: datetime) -> QueueTicket | None:
    """Call the next one to this terminal; the one before is done. None: nobody waits.

    After a last day its tickets come first: whoever drew one before closing is still served, as long as leave is given.
    """
    QueueTicket.objects.filter(terminal=staff.terminal, state=_State.CALLED).update(state=_State.DONE, done_at=now)
    waiting = standing(staff.municipality, now=now).filter(state=_State.WAITING).order_by("day", "number")
    for ticket in waiting[:_TRIES]:
        taken = QueueTicket.objects.filter(pk=ticket.pk, state=_State.WAITING).update(
            state=_State.CALLED, called_at=now, terminal=staff.terminal
        )
        if taken:
            record_act(Act.QUEUE_TICKET_CHANGED, staff=staff, subject=str(ticket), now=now, what="called")
            ticket.refresh_from_db()
            return ticket
    return None


@transaction.atomic
def skip(*, ticket: QueueTicket, staff: OnDuty, now: datetime) -> None:
    """Note that nobody came when a number was called; it is not lost."""
    _change(ticket, before=_State.CALLED, after=_State.SKIPPED, what="skipped", staff=staff, now=now)


@transaction.atomic
def back(*, ticket: QueueTicket, staff: OnDuty, now: datetime) -> None:
    """Let somebody who was skipped wait again, by the same number and so before everybody behind it."""
    _change(ticket, before=_State.SKIPPED, after=_State.WAITING, what="returned", staff=staff, now=now)


def wait(municipality: str, *, now: datetime, ahead_of: int | None = None) -> Wait:
    """Return how many wait and for how long; ``ahead_of`` a number of today: those before it."""
    standing_now = standing(municipality, now=now)
    waiting = standing_now.filter(state=_State.WAITING)
    if ahead_of is not None:
        waiting = waiting.filter(Q(number__lt=ahead_of) | Q(day__lt=tokyo_day(now)))
    serving = StaffSession.objects.filter(ended_at=None, account__municipality=municipality).count()
    count = waiting.count()
    seconds = count * _usual(municipality, now=now).total_seconds() / serving if serving else None
    return Wait(
        waiting=count,
        minutes=None if seconds is None else -(-int(seconds) // 300) * 5,
        called=_numbers(standing_now, _State.CALLED),
        skipped=_numbers(standing_now, _State.SKIPPED),
    )


def today(municipality: str, *, now: datetime) -> QuerySet[QueueTicket]:
    """Return the tickets drawn today."""
    return QueueTicket.objects.filter(municipality=municipality, day=tokyo_day(now))


def standing(municipality: str, *, now: datetime) -> QuerySet[QueueTicket]:
    """Return the tickets that may still be called: today's, and yesterday's where leave is given for its last day.

    Source: ``waiting.last_days``. On every other morning the queue begins anew: who was not called has gone home.
    """
    day = tokyo_day(now)
    yesterday = day - timedelta(days=1)
    allowed = longest_leave(yesterday)
    since = yesterday if allowed is not None and now < allowed.until else day
    return QueueTicket.objects.filter(municipality=municipality, day__gte=since).exclude(state=_State.DONE)


def _numbers(tickets: QuerySet[QueueTicket], state: QueueTicket.State) -> list[int]:
    return list(tickets.filter(state=state).order_by("day", "number").values_list("number", flat=True))


def _usual(municipality: str, *, now: datetime) -> timedelta:
    done = today(municipality, now=now).filter(state=_State.DONE, called_at__isnull=False, done_at__isnull=False)
    times = [
        one.done_at - one.called_at for one in done.order_by("-done_at")[:_MEASURED] if one.done_at and one.called_at
    ]
    return sum(times, timedelta()) / len(times) if times else USUAL


def _change(
    ticket: QueueTicket,
    *,
    before: QueueTicket.State,
    after: QueueTicket.State,
    what: str,
    staff: OnDuty,
    now: datetime,
) -> None:
    if QueueTicket.objects.filter(pk=ticket.pk, state=before).update(state=after, terminal=None):
        record_act(Act.QUEUE_TICKET_CHANGED, staff=staff, subject=str(ticket), now=now, what=what)
