"""The payment-service search: one query for the page and for machines, answered from the list in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet

from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.listing import Listed, approved
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.names import fold
from mynapoint.hub.payment_services.open_incentives import taking_applications
from mynapoint.programme.values import IncentiveId

PER_PAGE = 20
PUBLIC = (State.APPROVED, State.SUSPENDED, State.WITHDRAWN)
"""States in which an entry has its page: who has applied may look it up after it was suspended or has left."""

SORTS: dict[str, Callable[[Sequence[Listed]], Sequence[Listed]]] = {
    "name": lambda rows: rows,
    "-name": lambda rows: rows[::-1],
    "number": lambda rows: sorted(rows, key=lambda one: one.service.number),
    "newest": lambda rows: sorted(rows, key=_newest_first),
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

    services: Sequence[Listed]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.per_page))


def find(query: Query, *, sort: str = "name", page: int = 1, per_page: int = PER_PAGE) -> Found:
    """Return one page of the approved services that fit every part of the query."""
    fitting = _fitting(query, approved(), _open_then(query))
    first = (page - 1) * per_page
    return Found(SORTS[sort](fitting)[first : first + per_page], len(fitting), page, per_page)


def relaxations(query: Query) -> dict[str, int]:
    """Return, for each part of a query that found nothing, how many services fit without it; those that help first."""
    rows, open_then = approved(), _open_then(query)
    totals = {part: len(_fitting(query.without(part), rows, open_then)) for part in query.given()}
    return dict(sorted(((part, total) for part, total in totals.items() if total), key=lambda one: -one[1]))


def public_service(number: str) -> PaymentService:
    """Return one service that has been approved, whatever became of it. Raises PaymentService.DoesNotExist."""
    return _whole().get(number=number, state__in=PUBLIC)


def public_services(numbers: Sequence[str]) -> list[PaymentService]:
    """Return those of some services that have been approved, in the order of the numbers; unknown ones are left out."""
    found = {one.number: one for one in _whole().filter(number__in=numbers, state__in=PUBLIC)}
    return [found[number] for number in numbers if number in found]


def _whole() -> QuerySet[PaymentService]:
    rows = PaymentService.objects.select_related("provider")
    return rows.prefetch_related("channels", "participations", "security_codes")


def _newest_first(one: Listed) -> tuple[int, str]:
    as_of = one.service.as_of
    return -as_of.toordinal() if as_of else 0, one.service.number


def _open_then(query: Query) -> Sequence[IncentiveId]:
    return taking_applications(query.on) if query.on else ()


def _fitting(query: Query, rows: Sequence[Listed], open_then: Sequence[IncentiveId]) -> Sequence[Listed]:
    name = fold(query.name)
    if query.name and not name:
        return ()
    wanted = {column: value for column in ("kind", "timing", "prior") if (value := getattr(query, column))}
    counted = (query.counts, PaymentService.EITHER)

    def fits(one: Listed) -> bool:
        service = one.service
        return (
            (not name or name in service.search_key)
            and all(getattr(service, column) == value for column, value in wanted.items())
            and (not query.counts or service.counts in counted)
            and _has_channel(query, one)
            and _takes_part(query, one, open_then)
        )

    return [one for one in rows if fits(one)]


def _has_channel(query: Query, one: Listed) -> bool:
    if not (query.channel or query.on):
        return True
    rows = (row for row in one.channels if not query.channel or row.kind == query.channel)
    return any(query.on is None or row.is_open(query.on) for row in rows)


def _takes_part(query: Query, one: Listed, open_then: Sequence[IncentiveId]) -> bool:
    if not (query.incentive or query.round or query.on):
        return True
    return any(
        (not query.incentive or row.incentive == query.incentive)
        and (not query.round or row.round_id == query.round)
        and (query.on is None or (row.incentive in open_then and row.is_in(query.on)))
        for row in one.participations
    )
