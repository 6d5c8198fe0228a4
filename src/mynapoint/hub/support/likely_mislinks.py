"""Likely mislinks: listed for people to look into, never judged; a list that is empty proves nothing.

Of the 172 wrong links known in 2023 machines could find none, for no rule was broken; people found their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.support.correction_views import visits_with
from mynapoint.hub.support.models import Ending, Visit
from mynapoint.hub.support.visits import IDLE

LOOKED_BACK = timedelta(days=92)
LISTED_MAX = 200
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


def likely_mislinks(municipality: str, *, now: datetime) -> list[Likely]:
    """Return what looks like a mislink among the applications of about three months, the newest first.

    ``municipality``  whose counters; empty: all, and applications that were made at none
    """
    found: dict[object, Likely] = {}
    since = now - LOOKED_BACK
    for one in (*_of_terminals(municipality, since=since), *_of_names(municipality, since=since)):
        found.setdefault(one.application.pk, one)
    newest = sorted(found.values(), key=lambda one: one.application.applied_at, reverse=True)
    return newest[:LISTED_MAX]


def _of_terminals(municipality: str, *, since: datetime) -> Iterator[Likely]:
    """Two people's certificates at one terminal, the second within the time in which the first's session would live."""
    rows = Visit.objects.filter(begun_at__gte=since, resident__isnull=False).select_related("terminal", "resident")
    if municipality:
        rows = rows.filter(municipality=municipality)
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


def _of_names(municipality: str, *, since: datetime) -> Iterator[Likely]:
    """A masked name that cannot be the one that the same person's other applications show."""
    person = Coalesce("resident__merged_into", "resident")
    several = Application.objects.annotate(person=person).values("person")
    people = several.annotate(names=Count("masked_holder", distinct=True)).filter(names__gt=1).values("person")
    rows = Application.objects.annotate(person=person).filter(person__in=people).select_related("payment_service")
    by_person: dict[object, list[Application]] = {}
    for row in rows.order_by("applied_at", "id"):
        by_person.setdefault(row.person, []).append(row)
    for own in by_person.values():
        for one in own:
            others = [other for other in own if other.pk != one.pk]
            is_far = all(are_far(one.masked_holder, other.masked_holder) for other in others)
            if is_far and one.applied_at >= since and _is_of(one, municipality):
                yield Likely(one, _("伏せ字の名義が、同じ人のほかの申込と合いません"), "", None, _correction(one))


def are_far(one: str, other: str) -> bool:
    """Say whether two masked names cannot be one name: the lengths differ, or two letters that both show do."""
    first, second = one.replace(" ", "").replace("　", ""), other.replace(" ", "").replace("　", "")
    if len(first) != len(second):
        return True
    return any(a != b and a not in _MARKS and b not in _MARKS for a, b in zip(first, second, strict=True))


def _is_of(application: Application, municipality: str) -> bool:
    return not municipality or visits_with(application).filter(municipality=municipality).exists()


def _correction(application: Application) -> Correction | None:
    return application.corrections.order_by("pk").last()
