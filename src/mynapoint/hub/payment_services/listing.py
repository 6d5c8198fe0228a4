"""The public register as one list in memory, read anew when its history has grown: what the search looks through."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import Any, TypeVar

from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.models import Channel, Participation, PaymentService
from mynapoint.programme.values import IncentiveId

Made = TypeVar("Made")
_Version = tuple[int, datetime]


@dataclass(frozen=True, slots=True)
class Listed:
    """One approved service with its rows at hand.

    ``made``  what was made of it before, such as its card in one language; dropped with the list
    """

    service: PaymentService
    channels: tuple[Channel, ...]
    participations: tuple[Participation, ...]
    made: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is made of this service, made once for each ``what``; it may depend on nothing else."""
        if what not in self.made:
            self.made[what] = make()
        found: Made = self.made[what]
        return found


_Known = tuple[_Version | None, tuple[Listed, ...]]


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as it stands on a day: the channels open then, and the incentives it takes applications for."""

    listed: Listed
    channels: tuple[str, ...]
    incentives: tuple[IncentiveId, ...]

    @property
    def service(self) -> PaymentService:
        """The service."""
        return self.listed.service

    @property
    def is_open(self) -> bool:
        """Tell whether anybody can apply there on the day."""
        return bool(self.channels and self.incentives)

    @property
    def is_stated(self) -> bool:
        """Tell whether the register says on which days anybody can apply there."""
        dated = any(row.first_day for row in self.listed.channels)
        return dated and any(row.joined_on for row in self.listed.participations)


def approved() -> Sequence[Listed]:
    """Return every approved service, in the order of the kana.

    One small query tells whether the history has grown since the list was read; only then it is read again. The
    database lets no entry change its state without its history (migration 0002), and actions write none without.
    """
    version, known = _version(), _known.get("list")
    if not _holds(known, version):
        with _one_reads:  # the others wait for it rather than answer of what was
            version, known = _version(), _known.get("list")
            if not _holds(known, version):
                _known["list"] = known = (version, _read())
    assert known is not None, "read above"
    return known[1]


def listed(service: PaymentService) -> Listed:
    """Return a service, of any state, with its rows at hand."""
    return Listed(service, tuple(service.channels.all()), tuple(service.participations.all()))


def offer(one: Listed, *, on: date, taking_applications: Sequence[IncentiveId]) -> Offer:
    """Return what a service offers on a day, of the incentives that take applications then."""
    approved = one.service.state == State.APPROVED
    joined = {row.incentive for row in one.participations if approved and row.is_in(on)}
    return Offer(
        listed=one,
        channels=tuple(row.kind for row in one.channels if approved and row.is_open(on)),
        incentives=tuple(incentive for incentive in taking_applications if incentive in joined),
    )


def _version() -> _Version | None:
    """Return what tells the history as it stands from any other; None where there is none yet."""
    return RegisterChange.objects.order_by("-id").values_list("id", "recorded_at").first()


def _holds(known: _Known | None, version: _Version | None) -> bool:
    return known is not None and version is not None and known[0] == version


def _read() -> tuple[Listed, ...]:
    rows = PaymentService.objects.filter(state=State.APPROVED).select_related("provider")
    rows = rows.prefetch_related("channels", "participations", "security_codes")
    return tuple(listed(row) for row in rows.order_by("sort_key", "number"))


_known: dict[str, _Known] = {}
_one_reads = Lock()
