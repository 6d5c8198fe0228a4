"""A payment service in residents' words: the card in the list of results, and the sheet with everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from mynapoint.hub import web, words
from mynapoint.hub.payment_services.listing import Offer
from mynapoint.hub.payment_services.models import PaymentService, Timing, channel_words
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay, incentives_on
from mynapoint.hub.words import PageWords
from mynapoint.programme.rounds import load_round
from mynapoint.programme.schedules import AfterUse, MonthClose, parse_schedule
from mynapoint.programme.values import TOKYO, IncentiveId, tokyo_day


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


@dataclass(frozen=True, slots=True)
class Joined:
    """One round and incentive the service takes part in, with its days."""

    round_label: PageWords
    label: PageWords
    joined_on: date | None
    left_on: date | None


def card(offer: Offer, *, day: date) -> Card:
    """Return one result of the search as of a day."""
    return Card(
        offer=offer,
        schedule=_schedule(offer.service),
        channels=str(channel_words(list(offer.channels))),
        incentives=[one for one in incentives_on(day) if one.id in offer.incentives],
    )


def sheet(offer: Offer, *, day: date) -> dict[str, Any]:
    """Return everything the page of one service shows as of a day."""
    return {
        "card": card(offer, day=day),
        "service": offer.service,
        "today": day,
        "effective": _effective(offer.service),
        "rounding": _rounding(offer.service),
        "example": _example(offer.service, used_on=day) if offer.service.schedule else "",
        "joined": [_joined(row.round_id, row.incentive, row.joined_on, row.left_on) for row in _rows(offer)],
    }


def _rows(offer: Offer) -> list[Any]:
    return list(offer.listed.participations)


def _joined(round_id: str, incentive: str, joined_on: date | None, left_on: date | None) -> Joined:
    law = load_round(round_id)
    label = law.incentives[IncentiveId(incentive)].label
    return Joined(PageWords.of(law.label), PageWords.of(label), joined_on, left_on)


def _schedule(service: PaymentService) -> str:
    if service.schedule_words:
        return str(service.schedule_words)
    if service.schedule:
        return parse_schedule(service.schedule).words(web.language())
    return str(Timing(service.timing).label) if service.timing else ""


def _effective(service: PaymentService) -> str:
    return {
        "": "",
        "at_once": _("申込をしたときから"),
        "next_day": _("申込をした日の翌日から"),
        "next_day_08:00": _("申込をした日の翌日の午前8時から"),
    }[service.effective]


def _rounding(service: PaymentService) -> str:
    return {
        "": "",
        "each": _("1回ごとに計算し、1ポイントに満たない分を切り捨てます。"),
        "total": _("合計額から計算し、1ポイントに満たない分を切り捨てます。"),
    }[service.rounding]


def _example(service: PaymentService, *, used_on: date) -> str:
    """Return the schedule as one dated example, for a use at noon of a day."""
    schedule = parse_schedule(service.schedule)
    noon = datetime.combine(used_on, time(12), TOKYO)
    figures = {"used": words.day(used_on), "points": words.day(tokyo_day(schedule.matures_at(noon)))}
    match schedule:
        case AfterUse():
            return _("たとえば、%(used)sの正午のご利用分は、%(points)sに付きます。") % figures
        case MonthClose():
            return _("たとえば、%(used)sのご利用分は、%(points)sに付きます。") % figures
    return _("たとえば、%(used)sに上限に達すると、%(points)sに付きます。") % figures
