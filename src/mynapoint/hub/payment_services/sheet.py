"""A payment service in residents' words: the card in the list of results, and the sheet with everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from mynapoint.hub.payment_services import terms
from mynapoint.hub.payment_services.listing import Offer
from mynapoint.hub.payment_services.models import PaymentService, channel_words
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay, incentives_on, out_of_money


@dataclass(frozen=True, slots=True)
class Card:
    """One result: the service, what it offers on the day, and its schedule in words."""

    offer: Offer
    schedule: str
    channels: str
    incentives: list[IncentiveOnDay]

    @property
    def service(self) -> PaymentService:
        """The service."""
        return self.offer.service


def card(offer: Offer, *, day: date) -> Card:
    """Return one result of the search as of a day."""
    return Card(
        offer=offer,
        schedule=terms.schedule_words(offer.service),
        channels=str(channel_words(list(offer.channels))),
        incentives=[one for one in incentives_on(day) if one.id in offer.incentives],
    )


def sheet(offer: Offer, *, day: date) -> dict[str, Any]:
    """Return everything the page of one service shows as of a day."""
    taking_part = {row.incentive for row in offer.listed.participations if row.is_in(day)}
    return {
        "card": card(offer, day=day),
        "service": offer.service,
        "today": day,
        "award_terms": terms.award_terms(offer.service, used_on=day),
        "channels": terms.channel_spells(offer, day=day),
        "out_of_money": [one for one in out_of_money(day) if one.id in taking_part],
        "joined": terms.joined_spells(offer, day=day),
    }
