"""How the hub and the providers are doing, at a glance: the crowd at each gate, circuits, refusals, reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.identity.circuits import Snapshot, snapshots
from mynapoint.hub.ledger.comparing import Compared, compare
from mynapoint.hub.operation import metrics
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.waiting.gates import Kind, gates
from mynapoint.hub.words import PageWords

_KINDS: dict[Kind, str | Promise] = {
    Kind.IRREVOCABLE: _("申込"),
    Kind.JOURNEY: _("ログインから申込までと、マイページ"),
    Kind.MACHINES: _("決済事業者からの接続"),
    Kind.READ: _("検索と案内"),
}
_ROWS = 10


@dataclass(frozen=True, slots=True)
class Crowd:
    """One gate of this process: inside now, of so many at most; waiting; turned away since its start."""

    kind: str | Promise
    inside: int
    at_once: int
    waiting: int
    turned_away: int

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now has to wait."""
        return self.inside >= self.at_once or self.waiting > 0


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service's reports; ``lines``: what is off at an incentive of it."""

    number: str
    name: str | PageWords
    reported_up_to: datetime | None
    late_since: date | None
    lines: Sequence[Compared]

    @property
    def is_off(self) -> bool:
        """Whether somebody should look at it."""
        return bool(self.lines)


@dataclass(frozen=True, slots=True)
class Health:
    """Everything at one instant. Crowds, circuits, answers and refusals are of the process that shows them."""

    crowds: Sequence[Crowd]
    circuits: Sequence[Snapshot]
    answers: Sequence[tuple[str, int]]
    refusals: Sequence[tuple[str, int]]
    services: Sequence[ServiceHealth]


def health(*, now: datetime) -> Health:
    """Return how everything stands; services that are late first."""
    return Health(
        crowds=[
            Crowd(_KINDS[kind], gate.inside, gate.at_once, gate.waiting, gate.turned_away)
            for kind, gate in gates().items()
        ],
        circuits=sorted(snapshots(), key=lambda one: one.name),
        answers=_answers(),
        refusals=_refusals(),
        services=_services(now),
    )


def _services(now: datetime) -> list[ServiceHealth]:
    by_number: dict[str, list[Compared]] = {}
    for one in compare(now=now):
        by_number.setdefault(one.service_number, []).append(one)
    names = {one.number: one.name for one in PaymentService.objects.filter(number__in=by_number)}
    found = [
        ServiceHealth(
            number=number,
            name=names[number],
            reported_up_to=all_[0].reported_up_to,
            late_since=min((one.late_since for one in all_ if one.late_since), default=None),
            lines=[one for one in all_ if one.is_off],
        )
        for number, all_ in by_number.items()
    ]
    return sorted(found, key=lambda one: (not one.is_off, one.number))


def _answers() -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for family in metrics.requests.collect():
        for sample in family.samples:
            if sample.name.endswith("_count"):
                kind = f"{sample.labels['status'][0]}xx"
                counts[kind] = counts.get(kind, 0) + int(sample.value)
    return sorted(counts.items())


def _refusals() -> list[tuple[str, int]]:
    samples = [one for family in metrics.refusals.collect() for one in family.samples if one.name.endswith("_total")]
    counts = [(one.labels["code"], int(one.value)) for one in samples]
    return sorted(counts, key=lambda one: (-one[1], one[0]))[:_ROWS]
