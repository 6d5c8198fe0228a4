"""Merging: links that came late are joined, and everything of two residents who are one person counts as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import transaction

from mynapoint.hub.applications.models import Registration
from mynapoint.hub.applications.standing import Double, instruct_if_due, move_standing
from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity.chains import LinkRefused, keep_link
from mynapoint.hub.identity.lineage import absorb, everyone, people_along
from mynapoint.hub.identity.links import Link
from mynapoint.hub.identity.models import Resident, SerialLink
from mynapoint.hub.ledger.models import DoubleApplication, RecordedTotal
from mynapoint.hub.ledger.points import points_of
from mynapoint.programme.values import IncentiveId

_CHUNK = 200
"""Links kept in one transaction: on SQLite it keeps every other writer waiting."""


@dataclass(slots=True)
class Taken:
    """What became of the links that were brought: ``refused`` holds the line of each in its file and why."""

    new: int = 0
    known: int = 0
    merged: int = 0
    cases: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def take_links(links: Iterable[tuple[int, Link]], *, source: str, now: datetime) -> Taken:
    """Keep links and join the residents they show to be one person; the same links again change nothing.

    links  each with its line in the file it came from
    A link that contradicts what is known is refused by itself, put on record, and left to the programme office.
    """
    taken = Taken()
    coming = iter(links)
    while chunk := list(islice(coming, _CHUNK)):
        with transaction.atomic():  # committed before they are joined: see lineage.look_again
            _keep(chunk, taken, source=source, now=now)
        merged, cases = join_links(now=now)
        taken.merged += merged
        taken.cases += cases
    with transaction.atomic():
        record(
            Act.LINKS_TAKEN,
            who=HUB,
            now=now,
            source=source,
            new=taken.new,
            known=taken.known,
            merged=taken.merged,
            refused=len(taken.refused),
        )
    return taken


def join_links(*, now: datetime) -> tuple[int, int]:
    """Join every link that waits for it; return how many residents were merged and how many cases were opened."""
    merged = cases = 0
    while waiting := list(SerialLink.objects.filter(joined_at=None).order_by("id")[:_CHUNK]):
        for link in waiting:
            more_merged, more_cases = join(link, now=now)
            merged += more_merged
            cases += more_cases
    return merged, cases


@transaction.atomic
def join(link: SerialLink, *, now: datetime) -> tuple[int, int]:
    """Merge the residents whom a link's chain shows to be one person; return how many, and how many cases it opened.

    The earliest resident survives, so the order in which links come makes no difference. The link is marked before
    its chain is read: whoever enters a certificate in the meantime unmarks it again. Each link is a transaction of its
    own, which locks the link, then its people: two that held several links could wait for each other for ever.
    """
    SerialLink.objects.filter(pk=link.pk).update(joined_at=now)
    people = people_along(link)
    cases = sum(_merge(other, into=people[0], because=link, now=now) for other in people[1:])
    return max(len(people) - 1, 0), cases


def _keep(chunk: Sequence[tuple[int, Link]], taken: Taken, *, source: str, now: datetime) -> None:
    for line, link in chunk:
        try:
            _, is_new = keep_link(link, source=source, now=now)
        except LinkRefused as refused:
            taken.refused.append((line, refused.refusal.sentence))
            record(Act.LINK_REFUSED, who=HUB, now=now, source=source, line=line, code=refused.refusal.value)
        else:
            taken.new += is_new
            taken.known += not is_new


def _merge(absorbed: Resident, *, into: Resident, because: SerialLink, now: datetime) -> int:
    # What was kept stays as it was kept. What moves is only what counts: which application stands, and the totals.
    doubles = move_standing(absorbed, into=into, now=now)
    _move_totals(absorbed, into=into)
    absorb(absorbed, into=into, because=because, now=now)
    for double in doubles:
        _open_case(double, into, because=because, now=now)
    proven = Registration.objects.filter(resident__in=everyone(into)).values_list("incentive", flat=True)
    for incentive in sorted(set(proven)):
        instruct_if_due(into, IncentiveId(incentive), now=now)
    return len(doubles)


def _move_totals(absorbed: Resident, *, into: Resident) -> None:
    for theirs in RecordedTotal.objects.select_for_update().filter(resident=absorbed).order_by("incentive"):
        ours = RecordedTotal.objects.select_for_update().filter(resident=into, incentive=theirs.incentive).first()
        if ours is None:
            theirs.resident = into
            theirs.save(update_fields=["resident"])
            continue
        theirs.delete()
        ours.put(ours.in_all + theirs.in_all)
        ours.save(update_fields=["recorded", "over_cap"])


def _open_case(double: Double, resident: Resident, *, because: SerialLink, now: datetime) -> None:
    points = points_of([double.earlier.pk, double.later.pk])
    case = DoubleApplication.objects.create(
        earlier=double.earlier,
        later=double.later,
        points_earlier=points[double.earlier.pk],
        points_later=points[double.later.pk],
        link=because,
        opened_at=now,
    )
    record(
        Act.DOUBLE_APPLICATION_FOUND,
        who=HUB,
        subject=f"case:{case.pk}",
        now=now,
        resident=str(resident),
        incentive=double.later.incentive,
        points=sum(points.values()),
    )
