"""A person's own place on a waiting list, and whether their turn has come: then the spent budget does not stop them."""

from __future__ import annotations

from datetime import date

from mynapoint.hub.books.waiting_list import Place, places_of
from mynapoint.hub.identity.lineage import everyone
from mynapoint.hub.identity.models import Resident
from mynapoint.programme.values import IncentiveId


def own_place(resident: Resident, round_id: str, incentive: IncentiveId) -> Place | None:
    """Return the place a person has for an incentive; of two, since a merge, the one whose turn comes first."""
    places = places_of(everyone(resident).values_list("pk", flat=True))
    own = [one for one in places if (one.round_id, one.incentive) == (round_id, incentive)]
    return min(own, key=lambda one: (one.offer_until is None, one.ahead), default=None)


def has_turn(resident: Resident, round_id: str, incentive: IncentiveId, *, on: date) -> bool:
    """Say whether points are held for a person on a day, so that they may apply though the budget is spent."""
    place = own_place(resident, round_id, incentive)
    return place is not None and place.offer_until is not None and on <= place.offer_until
