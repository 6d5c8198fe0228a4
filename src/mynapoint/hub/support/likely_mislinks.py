"""Likely mislinks: listed for people to look into, never judged; a list that is empty proves nothing.

Of the 172 wrong links known in 2023 machines could find none, for no rule was broken; people found their own.

A municipality's are those of its own visits. Of a whole nation nobody can look at three months at once: the newest
applications are looked at first, so many at a time, and a link leads to those before.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.models import Application, Notice
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.support.correction_views import visits_with
from mynapoint.hub.support.models import Ending, Visit
from mynapoint.hub.support.visits import IDLE

LOOKED_BACK = timedelta(days=92)
LISTED_MAX = 200
LOOKED_AT = 20_000
"""Applications of one look at everywhere."""
A_DAY = timedelta(days=1)
"""Before the first application looked at: the visit in which it was made had begun, and the one before had ended."""
_CHUNK = 400
"""Ids in one query: SQLite takes a limited number of parameters."""
_MARKS = frozenset("*＊・●○")
"""What providers write in place of a letter of a name."""


@dataclass(frozen=True, slots=True)
class Likely:
    """One application that somebody should look at, and why; no name, no account.

    ``gap_seconds``  between the visits of two people at one terminal; None: that is not the reason
    """

    application: Application
    why: Promise
    terminal: str
    gap_seconds: int | None
    correction: Correction | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, the newest first.

    ``older``  the notice before which the next look goes on; None: there is nothing left to look at
    """

    found: Sequence[Likely]
    older: int | None = None


def likely_mislinks(municipality: str, *, now: datetime, before: int | None = None) -> Looked:
    """Return what looks like a mislink among the applications of about three months.

    ``municipality``  whose counters; empty: all, and applications that were made at none, ``LOOKED_AT`` at a time
    ``before``        from where on to look, as an earlier answer said
    """
    since = now - LOOKED_BACK
    if municipality:
        visits = Visit.objects.filter(municipality=municipality, begun_at__gte=since)
        own = _made_by(set(visits.exclude(resident=None).values_list("resident_id", flat=True)), since=since)
        far = (one for one in _of_names(own) if visits_with(one.application).filter(pk__in=visits).exists())
        return Looked(_newest((*_of_terminals(visits), *far)))
    notices = Notice.objects.filter(kind=NoticeKind.APPLICATION, **({"pk__lt": before} if before else {}))
    rows = list(notices.order_by("-pk").values_list("pk", "application_id", "created_at")[: LOOKED_AT + 1])
    recent = [row for row in rows[:LOOKED_AT] if row[2] >= since]
    if not recent:
        return Looked([])
    begun = (recent[-1][2] - A_DAY, now if before is None else recent[0][2])
    terminals = _of_terminals(Visit.objects.filter(begun_at__range=begun))
    found = _newest((*terminals, *_of_names(pk for _, pk, _ in recent)))
    is_all = len(rows) <= LOOKED_AT or len(recent) < LOOKED_AT
    return Looked(found, None if is_all else recent[-1][0])


def _newest(likely: Iterable[Likely]) -> list[Likely]:
    found: dict[uuid.UUID, Likely] = {}
    for one in likely:
        found.setdefault(one.application.pk, one)
    return sorted(found.values(), key=lambda one: one.application.applied_at, reverse=True)[:LISTED_MAX]


def _of_terminals(visits: QuerySet[Visit]) -> Iterator[Likely]:
    """Two people's certificates at one terminal, the second within the time in which the first's session would live."""
    rows = visits.filter(resident__isnull=False).select_related("terminal", "resident")
    before: dict[int, Visit] = {}
    for visit in rows.order_by("begun_at", "seen_at"):
        earlier, before[visit.terminal_id] = before.get(visit.terminal_id), visit
        if visit.ending == Ending.OTHER_CARD:
            yield from _made_in(visit, _("来訪の途中で、別の人のカードで署名されました"), 0)
        if earlier is None or earlier.ended_at is None or visit.resident is None or earlier.resident is None:
            continue
        gap = visit.begun_at - earlier.ended_at
        if gap < IDLE and surviving(visit.resident) != surviving(earlier.resident):
            why = _("同じ端末で、前の人の終了からすぐに、別の人が始めました")
            yield from _made_in(visit, why, round(gap.total_seconds()))


def _made_in(visit: Visit, why: Promise, gap_seconds: int) -> Iterator[Likely]:
    made = Application.objects.filter(resident=visit.resident, applied_at__gte=visit.begun_at)
    if visit.ended_at is not None:
        made = made.filter(applied_at__lte=visit.ended_at)
    for one in made.select_related("payment_service"):
        yield Likely(one, why, visit.terminal.name, gap_seconds, _correction(one))


def _of_names(applications: Iterable[uuid.UUID]) -> Iterator[Likely]:
    """A masked name that cannot be the one that the same person's other applications show."""
    for chunk in _chunks(applications):
        own = dict(Application.objects.filter(pk__in=chunk).values_list("pk", "resident"))
        person = _persons(set(own.values()))
        shown: dict[uuid.UUID, dict[uuid.UUID, str]] = {}
        for some in _chunks(person):
            rows = Application.objects.filter(resident__in=some).values_list("resident", "pk", "masked_holder")
            for resident, pk, name in rows:
                shown.setdefault(person[resident], {})[pk] = name
        far = [pk for pk, resident in own.items() if _is_far(pk, shown[person[resident]])]
        for one in Application.objects.filter(pk__in=far).select_related("payment_service", "resident"):
            yield Likely(one, _("伏せ字の名義が、同じ人のほかの申込と合いません"), "", None, _correction(one))


def _is_far(pk: uuid.UUID, names: Mapping[uuid.UUID, str]) -> bool:
    others = [name for other, name in names.items() if other != pk]
    return bool(others) and all(are_far(names[pk], other) for other in others)


def _made_by(residents: set[uuid.UUID], *, since: datetime) -> Iterator[uuid.UUID]:
    for some in _chunks(_persons(residents)):
        yield from Application.objects.filter(resident__in=some, applied_at__gte=since).values_list("pk", flat=True)


def _persons(residents: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Return every resident who is the same person as one of these, with who survives."""
    persons: dict[uuid.UUID, uuid.UUID] = {}
    for chunk in _chunks(residents):
        rows = Resident.objects.filter(pk__in=chunk).values_list("pk", "merged_into")
        survivors = {merged or pk for pk, merged in rows}
        same = Resident.objects.filter(Q(pk__in=survivors) | Q(merged_into__in=survivors))
        persons |= {pk: merged or pk for pk, merged in same.values_list("pk", "merged_into")}
    return persons


def _chunks(ids: Iterable[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    rest = iter(ids)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def are_far(one: str, other: str) -> bool:
    """Say whether two masked names cannot be one name: the lengths differ, or two letters that both show do."""
    first, second = one.replace(" ", "").replace("　", ""), other.replace(" ", "").replace("　", "")
    if len(first) != len(second):
        return True
    return any(a != b and a not in _MARKS and b not in _MARKS for a, b in zip(first, second, strict=True))


def _correction(application: Application) -> Correction | None:
    return application.corrections.order_by("pk").last()
