"""Waiting for a budget that is spent: who may take a place, whose turn it is, leaving; as residents know it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from mynapoint.award.eligibility import points_max
from mynapoint.award.refusals import Reason, Refusal, Refused
from mynapoint.hub.applications.permission import budget_spent, incentive_on, reasons_against
from mynapoint.hub.applications.turns import own_place
from mynapoint.hub.books import waiting_list
from mynapoint.hub.books.waiting_list import AlreadyWaiting, Place
from mynapoint.hub.identity.lineage import everyone, lock_survivor
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay
from mynapoint.programme.values import IncentiveId, tokyo_day


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a resident stands to the waiting list of an incentive.

    ``place``    their own; None: they have none
    ``others``   how many wait in all whose turn has not come
    ``reasons``  why they cannot apply now; for a place there must be none but that the budget is spent
    """

    incentive: IncentiveOnDay
    place: Place | None
    others: int
    reasons: Sequence[Reason]

    @property
    def may_join(self) -> bool:
        """Whether the budget alone stands in the way, and the programme states a waiting list."""
        return self.place is None and is_only_spent(self.incentive, self.reasons)

    @property
    def stands_days(self) -> int:
        """The days a turn lasts, the first one included."""
        stands = self.incentive.incentive.offer_stands
        return stands.final_number if stands else 0


def is_only_spent(incentive: IncentiveOnDay, reasons: Sequence[Reason]) -> bool:
    """Say whether somebody may wait: that the budget is spent is all that stands in the way, and there is a list."""
    return incentive.has_waiting_list and [one.refusal for one in reasons] == [Refusal.BUDGET_SPENT]


def waiting(resident: Resident, incentive: IncentiveId, *, on: date) -> Waiting:
    """Return how a resident stands to the list of an incentive on a day. Raises KeyError where there is none of it."""
    seen = incentive_on(incentive, on)
    return Waiting(
        seen,
        own_place(resident, seen.round.id, incentive),
        waiting_list.waiting(seen.round.id, incentive),
        reasons_against(resident=resident, incentive=incentive, on=on),
    )


def own_places(resident: Resident, *, on: date) -> list[Waiting]:
    """Return every place that a person has, whichever of their certificates took it."""
    places = waiting_list.places_of(everyone(resident).values_list("pk", flat=True))
    return [waiting(resident, IncentiveId(one), on=on) for one in dict.fromkeys(place.incentive for place in places)]


@transaction.atomic
def join(*, resident: Resident, incentive: IncentiveId, now: datetime) -> None:
    """Put a resident at the end of the list of an incentive. Nothing is signed: it binds nobody, and can be left.

    Whether the budget is spent is decided under its lock, not by what a page said before. Raises Refused, NotSpent;
    who has a place already keeps it.
    """
    survivor = lock_survivor(resident.pk)
    seen = waiting(survivor, incentive, on=tokyo_day(now))
    if seen.place is not None:
        return
    against = [one for one in seen.reasons if one.refusal is not Refusal.BUDGET_SPENT]
    if against or not seen.incentive.has_waiting_list:
        raise Refused(against or [budget_spent(seen.incentive.round.id, incentive)])
    law = seen.incentive
    try:
        waiting_list.take_place(
            law.round.id,
            incentive,
            resident=survivor.pk,
            points=points_max(law.incentive),
            who=str(survivor),
            now=now,
        )
    except AlreadyWaiting:  # by another of their sessions, at the same moment
        return


def leave(*, resident: Resident, incentive: IncentiveId, now: datetime) -> None:
    """Take a resident off the list of an incentive; what was held for them is the next one's. Again it does nothing."""
    with transaction.atomic():
        survivor = lock_survivor(resident.pk)
        for place in _own(survivor, incentive):
            waiting_list.give_up(place, who=str(survivor), now=now)
    waiting_list.go_through(now=now)


def _own(resident: Resident, incentive: IncentiveId) -> list[uuid.UUID]:
    places = waiting_list.places_of(everyone(resident).values_list("pk", flat=True))
    return [one.id for one in places if one.incentive == incentive]


def history(resident: Resident) -> list[dict[str, object]]:
    """Return what is kept of a person's places, ended ones too, as JSON can say it."""
    return waiting_list.history(everyone(resident).values_list("pk", flat=True))
