"""The payment-service search: one query for the page and for machines, and what a found service offers on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.models import Channel, Participation, PaymentService
from mynapoint.hub.payment_services.names import fold
from mynapoint.hub.words import NO_WORDS
from mynapoint.programme.values import IncentiveId


@dataclass(frozen=True, slots=True)
class Query:
    """What a resident looks for; an empty text, or no day, asks for nothing.

    ``timing``   a kind of award schedule: ``after_use``, ``month_close`` or ``threshold``
    ``prior``    ``none``: without prior registration; ``needed``: with one
    ``on``       the day in Tokyo on which the service must be open, in the channel and incentive asked for, if any
    """

    name: str = ""
    kind: str = ""
    timing: str = ""
    channel: str = ""
    prior: str = ""
    incentive: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as it stands on a day: the channels open then, and the incentives it takes applications for."""

    service: PaymentService
    channels: tuple[str, ...]
    incentives: tuple[IncentiveId, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether anybody can apply there on the day."""
        return bool(self.channels and self.incentives)


def find(query: Query) -> list[PaymentService]:
    """Return the approved services that fit every part of the query, by kana."""
    found = _approved()
    if query.name:
        key = fold(query.name)
        found = found.filter(search_key__contains=key) if key else found.none()
    if query.kind:
        found = found.filter(kind=query.kind)
    if query.timing:
        found = found.filter(schedule__kind=query.timing)
    if query.prior:
        nothing = Q(prior_registration=NO_WORDS)
        found = found.filter(nothing if query.prior == "none" else ~nothing)
    if query.channel or query.on:
        found = found.filter(Exists(_channels(query)))
    if query.incentive or query.on:
        found = found.filter(Exists(_participations(query)))
    return list(found)


def approved_service(number: str) -> PaymentService:
    """Return one service of the public register. Raises PaymentService.DoesNotExist."""
    return _approved().get(number=number)


def offer(service: PaymentService, *, on: date, taking_applications: Sequence[IncentiveId]) -> Offer:
    """Return what a service offers on a day, of the incentives that take applications then."""
    joined = {row.incentive for row in service.participations.all() if row.is_in(on)}
    return Offer(
        service=service,
        channels=tuple(row.kind for row in service.channels.all() if row.is_open(on)),
        incentives=tuple(incentive for incentive in taking_applications if incentive in joined),
    )


def _approved() -> QuerySet[PaymentService]:
    rows = PaymentService.objects.filter(state=State.APPROVED).select_related("provider")
    return rows.prefetch_related("channels", "participations", "security_codes")


def _channels(query: Query) -> QuerySet[Channel]:
    rows = Channel.objects.filter(service=OuterRef("pk"))
    if query.channel:
        rows = rows.filter(kind=query.channel)
    if query.on:
        rows = rows.filter(Q(last_day=None) | Q(last_day__gte=query.on), first_day__lte=query.on)
    return rows


def _participations(query: Query) -> QuerySet[Participation]:
    rows = Participation.objects.filter(service=OuterRef("pk"))
    if query.incentive:
        rows = rows.filter(incentive=query.incentive)
    if query.on:
        rows = rows.filter(Q(left_on=None) | Q(left_on__gte=query.on), joined_on__lte=query.on)
    return rows
