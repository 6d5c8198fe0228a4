"""The payment-service search: one query for the page and for machines, and what a found service offers on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.models import Channel, Participation, PaymentService
from mynapoint.hub.payment_services.names import fold
from mynapoint.hub.payment_services.open_incentives import taking_applications
from mynapoint.programme.values import IncentiveId

PER_PAGE = 20
PUBLIC = (State.APPROVED, State.SUSPENDED, State.WITHDRAWN)
"""States in which an entry has its page: who has applied may look it up after it was suspended or has left."""

SORTS: dict[str, tuple[str | Combinable, ...]] = {
    "name": ("sort_key", "number"),
    "-name": ("-sort_key", "-number"),
    "number": ("number",),
    "newest": (F("as_of").desc(nulls_last=True), "number"),
}
"""The orders of the results, each total: no two services stand alike, so pages neither repeat nor skip one."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a resident looks for; an empty text, or no day, asks for nothing.

    ``timing``   a kind of award schedule: ``after_use``, ``month_close`` or ``threshold``
    ``counts``   ``top_up`` or ``purchase``: services that count it, or leave it to the resident
    ``prior``    ``none``: without prior registration; ``needed``: with one
    ``round``    a round the service takes part in, with the incentive asked for, if any
    ``on``       the day in Tokyo on which the service must be open, in the channel and incentive asked for, if any
    """

    name: str = ""
    kind: str = ""
    timing: str = ""
    counts: str = ""
    channel: str = ""
    prior: str = ""
    incentive: str = ""
    round: str = ""
    on: date | None = None

    def given(self) -> list[str]:
        """Return the names of the parts that ask for something."""
        return [part.name for part in fields(self) if getattr(self, part.name)]

    def without(self, part: str) -> Query:
        """Return the query that does not ask for one part."""
        empty: Any = None if part == "on" else ""
        return replace(self, **{part: empty})


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what fits: ``total`` services on ``pages`` pages (at least one)."""

    services: list[PaymentService]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.per_page))


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

    @property
    def is_stated(self) -> bool:
        """Tell whether the register says on which days anybody can apply there."""
        dated = any(row.first_day for row in self.service.channels.all())
        return dated and any(row.joined_on for row in self.service.participations.all())


def find(query: Query, *, sort: str = "name", page: int = 1, per_page: int = PER_PAGE, codes: bool = False) -> Found:
    """Return one page of the approved services that fit every part of the query.

    ``codes``  with their security codes, which a list for people does not show
    """
    fitting = _fitting(query)
    total = fitting.count()
    rows = fitting.order_by(*SORTS[sort]).select_related("provider").prefetch_related("channels", "participations")
    if codes:
        rows = rows.prefetch_related("security_codes")
    first = (page - 1) * per_page
    return Found(list(rows[first : first + per_page]) if first < total else [], total, page, per_page)


def relaxations(query: Query) -> dict[str, int]:
    """Return, for each part of a query that found nothing, how many services fit without it; those that help first."""
    totals = {part: _fitting(query.without(part)).count() for part in query.given()}
    return dict(sorted(((part, total) for part, total in totals.items() if total), key=lambda one: -one[1]))


def approved_service(number: str) -> PaymentService:
    """Return one service that takes applications. Raises PaymentService.DoesNotExist."""
    return _whole().get(number=number, state=State.APPROVED)


def public_service(number: str) -> PaymentService:
    """Return one service that has been approved, whatever became of it. Raises PaymentService.DoesNotExist."""
    return _whole().get(number=number, state__in=PUBLIC)


def offer(service: PaymentService, *, on: date, taking_applications: Sequence[IncentiveId]) -> Offer:
    """Return what a service offers on a day, of the incentives that take applications then."""
    joined = {row.incentive for row in service.participations.all() if row.is_in(on)}
    approved = service.state == State.APPROVED
    return Offer(
        service=service,
        channels=tuple(row.kind for row in service.channels.all() if approved and row.is_open(on)),
        incentives=tuple(incentive for incentive in taking_applications if approved and incentive in joined),
    )


def _whole() -> QuerySet[PaymentService]:
    rows = PaymentService.objects.select_related("provider")
    return rows.prefetch_related("channels", "participations", "security_codes")


def _fitting(query: Query) -> QuerySet[PaymentService]:
    found = PaymentService.objects.filter(state=State.APPROVED)
    if query.name:
        key = fold(query.name)
        found = found.filter(search_key__contains=key) if key else found.none()
    for column in ("kind", "timing", "prior"):
        if value := getattr(query, column):
            found = found.filter(**{column: value})
    if query.counts:
        found = found.filter(counts__in=[query.counts, PaymentService.EITHER])
    if query.channel or query.on:
        found = found.filter(Exists(_channels(query)))
    if query.incentive or query.round or query.on:
        found = found.filter(Exists(_participations(query)))
    return found


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
    if query.round:
        rows = rows.filter(round_id=query.round)
    if query.on:
        rows = rows.filter(Q(left_on=None) | Q(left_on__gte=query.on), joined_on__lte=query.on)
        rows = rows.filter(incentive__in=taking_applications(query.on))
    return rows
