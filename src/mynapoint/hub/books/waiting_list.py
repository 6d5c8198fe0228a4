"""The waiting list of a budget that is spent: places in order of arrival, and points held for whose turn has come.

Whoever takes a place, gives one up or gives turns locks the budget first; applying does not. Which of two ends a place
is decided by its row in OpenPlace: one of them removes it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Sum

from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.books.actions import book, source
from mynapoint.hub.books.models import (
    Account,
    Budget,
    BudgetBlock,
    BudgetShare,
    Kind,
    Movement,
    OpenPlace,
    WaitingPlace,
    WaitingStep,
)
from mynapoint.hub.books.triggers import BUDGET_SPENT
from mynapoint.programme.rounds import load_round
from mynapoint.programme.values import IncentiveId, Points, tokyo_day

VOUCHER = "waiting_list"


class NotSpent(Exception):
    """There are points for one more person, and nobody waits: apply instead."""


class AlreadyWaiting(Exception):
    """The person has a place for the incentive."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that is open, as it stands.

    ``ahead``  how many wait before it whose turn has not come; people before it may also leave
    ``offer_until``  the last day on which its holder may apply; None: its turn has not come
    """

    id: uuid.UUID
    round_id: str
    incentive: IncentiveId
    taken_at: datetime
    ahead: int
    offer_until: date | None


@transaction.atomic
def take_place(
    round_id: str, incentive: IncentiveId, *, resident: uuid.UUID, points: Points, who: str, now: datetime
) -> WaitingPlace:
    """Put a resident at the end of the list. Raises NotSpent, AlreadyWaiting.

    ``points``  what one person can earn at most: held once their turn comes
    """
    budget = _locked(round_id, incentive)
    is_waited_for = OpenPlace.objects.filter(budget=budget, offer_until=None).exists()
    left = BudgetBlock.objects.filter(budget=budget).aggregate(all=Sum("points_left"))["all"]
    if left is None or (left >= points and not is_waited_for):
        raise NotSpent
    last = WaitingPlace.objects.filter(budget=budget).aggregate(last=Max("number"))["last"] or 0
    about = {"budget": budget, "number": last + 1, "round_id": round_id, "incentive": incentive, "resident": resident}
    try:
        with transaction.atomic():
            place = WaitingPlace.objects.create(**about, points=points, taken_at=now)
            OpenPlace.objects.create(**about, place=place)
    except IntegrityError as error:
        if OpenPlace.objects.filter(resident=resident, round_id=round_id, incentive=incentive).exists():
            raise AlreadyWaiting from error
        raise
    _record(place, "taken", who=who, now=now)
    return place


@transaction.atomic
def give_up(place: uuid.UUID, *, who: str, now: datetime) -> bool:
    """Take somebody off the list who asks for it; False: the place had ended before."""
    budget = WaitingPlace.objects.values_list("budget", flat=True).get(pk=place)
    Budget.objects.select_for_update(no_key=True).get(pk=budget)
    return _end(place, WaitingStep.Kind.LEFT, who=who, now=now)


def places_of(residents: Collection[uuid.UUID]) -> list[Place]:
    """Return the open places taken under some pseudonyms, the earliest first."""
    found = OpenPlace.objects.filter(resident__in=residents).select_related("place").order_by("place__taken_at")
    return [
        Place(
            one.place_id,
            one.round_id,
            IncentiveId(one.incentive),
            one.place.taken_at,
            OpenPlace.objects.filter(budget=one.budget_id, number__lt=one.number, offer_until=None).count(),
            one.offer_until,
        )
        for one in found
    ]


def waiting(round_id: str, incentive: IncentiveId) -> int:
    """Return how many wait for the budget of an incentive whose turn has not come."""
    shares = BudgetShare.objects.filter(round_id=round_id, incentive=incentive).values("budget")
    return OpenPlace.objects.filter(budget__in=shares, offer_until=None).count()


def history(residents: Collection[uuid.UUID]) -> list[dict[str, object]]:
    """Return the places taken under some pseudonyms and what became of each, as JSON can say it."""
    places = WaitingPlace.objects.filter(resident__in=residents).order_by("taken_at")
    return [
        {
            "round": one.round_id,
            "incentive": one.incentive,
            "taken_at": one.taken_at.isoformat(),
            "steps": [{"step": step.kind, "at": step.done_at.isoformat()} for step in one.steps.order_by("id")],
        }
        for one in places
    ]


def go_through(*, now: datetime) -> tuple[int, int]:
    """Let offers lapse whose last day is past, then give turns while there are points; return how many of each.

    Done by every act that frees points and by each `mynapoint hub jobs`. Where nobody waits it asks once.
    """
    lapsed = offered = 0
    for budget in sorted(set(OpenPlace.objects.values_list("budget", flat=True))):
        with transaction.atomic():
            locked = Budget.objects.select_for_update(no_key=True).get(pk=budget)
            lapsed += _let_lapse(locked, now=now)
            offered += _give_turns(locked, now=now)
    return lapsed, offered


def _let_lapse(budget: Budget, *, now: datetime) -> int:
    past = [one for one in OpenPlace.objects.filter(budget=budget).order_by("number") if _is_past(one, tokyo_day(now))]
    return sum(_end(one.place_id, WaitingStep.Kind.LAPSED, who=HUB, now=now) for one in past)


def _is_past(one: OpenPlace, today: date) -> bool:
    """Say whether a turn's last day is over, or the last day of applications: nobody's turn comes after that."""
    closes_on = load_round(one.round_id).incentives[IncentiveId(one.incentive)].applications_until.final_day
    return (one.offer_until is not None and one.offer_until < today) or (closes_on is not None and closes_on < today)


def _give_turns(budget: Budget, *, now: datetime) -> int:
    """Give turns in order. The first for whom too little is left keeps those behind waiting: nobody is passed by."""
    offered = 0
    for one in OpenPlace.objects.filter(budget=budget, offer_until=None).select_related("place").order_by("number"):
        try:
            with transaction.atomic():
                offered += _offer(one, source(budget), now=now)
        except IntegrityError as error:
            if BUDGET_SPENT in str(error):
                break
            raise
    return offered


def _offer(one: OpenPlace, held_from: Account, *, now: datetime) -> bool:
    law = load_round(one.round_id).incentives[IncentiveId(one.incentive)]
    assert law.offer_stands is not None, "a waiting list states how long an offer stands"
    until = tokyo_day(now) + timedelta(days=law.offer_stands.final_number - 1)
    closes_on = law.applications_until.final_day
    until = min(until, closes_on) if closes_on else until
    if not OpenPlace.objects.filter(pk=one.pk).update(offer_until=until):
        return False  # ended meanwhile, by an application
    book(
        Kind.RESERVED,
        budget=one.budget_id,
        giver=held_from,
        receiver=Account.RESERVED,
        points=Points(one.place.points),
        now=now,
        application=one.place_id,
        voucher=VOUCHER,
    )
    WaitingStep.objects.create(place=one.place, kind=WaitingStep.Kind.OFFERED, offer_until=until, done_at=now)
    _record(one.place, WaitingStep.Kind.OFFERED, who=HUB, now=now)
    return True


def _end(place: uuid.UUID, kind: WaitingStep.Kind, *, who: str, now: datetime) -> bool:
    if not OpenPlace.objects.filter(pk=place).delete()[0]:
        return False
    row = WaitingPlace.objects.get(pk=place)
    held = Movement.objects.filter(application=place, kind=Kind.RESERVED).first()
    if held is not None:
        book(
            Kind.RELEASED,
            budget=row.budget_id,
            giver=Account.RESERVED,
            receiver=Account(held.from_account),
            points=Points(held.points),
            now=now,
            application=place,
            voucher=VOUCHER,
        )
    WaitingStep.objects.create(place=row, kind=kind, done_at=now)
    _record(row, kind, who=who, now=now)
    return True


def _locked(round_id: str, incentive: IncentiveId) -> Budget:
    share = BudgetShare.objects.get(round_id=round_id, incentive=incentive)
    return Budget.objects.select_for_update(no_key=True).get(pk=share.budget_id)


def _record(place: WaitingPlace, step: str, *, who: str, now: datetime) -> None:
    details: dict[str, str | int] = {"step": step, "incentive": place.incentive, "number": place.number}
    record(Act.WAITING_LIST_STEP, who=who, subject=str(place), now=now, **details)
