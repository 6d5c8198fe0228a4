"""Likely mislinks: listed for people to look into, never judged; a list that is empty proves nothing.

Of the 172 wrong links known in 2023 machines could find none, for no rule was broken; people found their own.

A municipality's are those of its own visits. Of a whole nation nobody can look at three months at once: the newest
applications are looked at first, so many at a time, and a link leads to those before. Where counters are busy most
visits begin soon after another, so what is found is sifted by ids, and only what is listed is read whole.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.models import Application, Notice
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.support.models import Ending, Visit
from mynapoint.hub.support.visits import IDLE

LOOKED_BACK = timedelta(days=92)
LISTED_MAX = 200
LOOKED_AT = 10_000
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


class _Why(NamedTuple):
    """Why an application is listed, as ``Likely`` says it."""

    why: Promise
    terminal: str = ""
    gap_seconds: int | None = None


class _Seen(NamedTuple):
    """What is asked of a visit."""

    terminal_id: int
    terminal: str
    resident: uuid.UUID
    merged_into: uuid.UUID | None
    begun_at: datetime
    ended_at: datetime | None
    ending: str

    @property
    def person(self) -> uuid.UUID:
        """Who survives today."""
        return self.merged_into or self.resident

    def had(self, instant: datetime) -> bool:
        """Say whether an instant fell in it."""
        return self.begun_at <= instant and (self.ended_at is None or instant <= self.ended_at)


_SEEN = ("terminal", "terminal__name", "resident", "resident__merged_into", "begun_at", "ended_at", "ending")
_OTHER_CARD = _("来訪の途中で、別の人のカードで署名されました")
_SOON_AFTER = _("同じ端末で、前の人の終了からすぐに、別の人が始めました")
_OTHER_NAME = _("伏せ字の名義が、同じ人のほかの申込と合いません")


def likely_mislinks(municipality: str, *, now: datetime, before: int | None = None) -> Looked:
    """Return what looks like a mislink among the applications of about three months, ``LISTED_MAX`` at a time.

    ``municipality``  whose counters; empty: all, and applications that were made at none, ``LOOKED_AT`` at a time
    ``before``        from where on to look, as an earlier answer said
    """
    since = now - LOOKED_BACK
    if municipality:
        return _of_municipality(municipality, since=since, before=before)
    notices = Notice.objects.filter(kind=NoticeKind.APPLICATION, **({"pk__lt": before} if before else {}))
    rows = list(notices.order_by("-pk").values_list("pk", "application_id", "created_at")[: LOOKED_AT + 1])
    recent = [row for row in rows[:LOOKED_AT] if row[2] >= since]
    if not recent:
        return Looked([])
    begun = (recent[-1][2] - A_DAY, now if before is None else recent[0][2])
    looked_at = {application: notice for notice, application, _created in recent}
    found = dict(_of_terminals(Visit.objects.filter(begun_at__range=begun)))
    slice_ = Q(notices__kind=NoticeKind.APPLICATION, notices__pk__range=(recent[-1][0], recent[0][0]))
    for pk, name in _of_names(Application.objects.filter(slice_)):
        found.setdefault(pk, name)
    is_all = len(rows) <= LOOKED_AT or len(recent) < LOOKED_AT
    return _listed(found, looked_at, older=None if is_all else recent[-1][0])


def _of_municipality(municipality: str, *, since: datetime, before: int | None) -> Looked:
    visits = Visit.objects.filter(municipality=municipality, begun_at__gte=since, resident__isnull=False)
    found = dict(_of_terminals(visits))
    recent = Application.objects.filter(applied_at__gte=since)
    own = [recent.filter(resident__in=visits.values("resident"))]
    own += [recent.filter(resident__in=some) for some in _chunks(_persons(_merged(visits)))]
    far = {pk: name for pk, name in chain.from_iterable(map(_of_names, own)) if pk not in found}
    found |= {pk: far[pk] for pk in _made_in(visits, far)}
    looked_at: dict[uuid.UUID, int] = {}
    for some in _chunks(found):
        told = Notice.objects.filter(kind=NoticeKind.APPLICATION, application__in=some)
        told = told.filter(pk__lt=before) if before else told
        looked_at |= dict(told.values_list("application", "pk"))
    return _listed(found, looked_at, older=None)


def _listed(found: Mapping[uuid.UUID, _Why], looked_at: Mapping[uuid.UUID, int], *, older: int | None) -> Looked:
    """Read the newest of what was found; where that is not all, the next look goes on behind the last of them."""
    newest = sorted((pk for pk in found if pk in looked_at), key=lambda pk: looked_at[pk], reverse=True)
    listed = newest[:LISTED_MAX]
    rows = Application.objects.select_related("payment_service").in_bulk(listed)
    corrections = {one.application_id: one for one in Correction.objects.filter(application__in=listed).order_by("pk")}
    likely = [Likely(rows[pk], *found[pk], corrections.get(pk)) for pk in listed]
    return Looked(likely, looked_at[listed[-1]] if len(newest) > len(listed) else older)


def _of_terminals(visits: QuerySet[Visit]) -> Iterator[tuple[uuid.UUID, _Why]]:
    """Two people's certificates at one terminal, the second within the time in which the first's session would live."""
    rows = visits.filter(resident__isnull=False).order_by("begun_at", "seen_at").values_list(*_SEEN)
    before: dict[int, _Seen] = {}
    suspect: dict[uuid.UUID, list[tuple[_Seen, _Why]]] = {}
    for visit in map(_Seen._make, rows):
        earlier, before[visit.terminal_id] = before.get(visit.terminal_id), visit
        if visit.ending == Ending.OTHER_CARD:
            suspect.setdefault(visit.resident, []).append((visit, _Why(_OTHER_CARD, visit.terminal, 0)))
        if earlier is None or earlier.ended_at is None:
            continue
        gap = visit.begun_at - earlier.ended_at
        if gap < IDLE and visit.person != earlier.person:
            why = _Why(_SOON_AFTER, visit.terminal, round(gap.total_seconds()))
            suspect.setdefault(visit.resident, []).append((visit, why))
    for some in _chunks(suspect):
        made = Application.objects.filter(resident__in=some).values_list("pk", "resident", "applied_at")
        for pk, resident, at in made:
            yield from [(pk, why) for visit, why in suspect[resident] if visit.had(at)][:1]


def _of_names(own: QuerySet[Application]) -> Iterator[tuple[uuid.UUID, _Why]]:
    """A masked name that cannot be the one that the same person's other applications show.

    Nearly everybody's names are letter for letter the same: the database leaves these out, but for merged people.
    """
    other = Application.objects.filter(resident=OuterRef("resident")).exclude(masked_holder=OuterRef("masked_holder"))
    absorbed = Resident.objects.filter(merged_into=OuterRef("resident"))
    may_be = own.filter(Exists(other) | Exists(absorbed) | Q(resident__merged_into__isnull=False))
    residents = dict(may_be.order_by().values_list("pk", "resident"))
    for chunk in _chunks(residents):
        person = _persons({residents[pk] for pk in chunk})
        shown: dict[uuid.UUID, dict[uuid.UUID, str]] = {}
        for some in _chunks(person):
            rows = Application.objects.filter(resident__in=some).values_list("resident", "pk", "masked_holder")
            for resident, pk, name in rows:
                shown.setdefault(person[resident], {})[pk] = name
        yield from ((pk, _Why(_OTHER_NAME)) for pk in chunk if _is_far(pk, shown[person[residents[pk]]]))


def _made_in(visits: QuerySet[Visit], applications: Iterable[uuid.UUID]) -> Iterator[uuid.UUID]:
    """Yield those applications that somebody made during a visit of theirs, under whichever pseudonym."""
    for chunk in _chunks(applications):
        made = list(Application.objects.filter(pk__in=chunk).values_list("pk", "resident", "applied_at"))
        person = _persons({resident for _, resident, _ in made})
        came: dict[uuid.UUID, list[_Seen]] = {}
        for some in _chunks(person):
            for visit in map(_Seen._make, visits.filter(resident__in=some).values_list(*_SEEN)):
                came.setdefault(visit.person, []).append(visit)
        yield from (pk for pk, who, at in made if any(visit.had(at) for visit in came.get(person[who], [])))


def _is_far(pk: uuid.UUID, names: Mapping[uuid.UUID, str]) -> bool:
    others = [name for other, name in names.items() if other != pk]
    return bool(others) and all(are_far(names[pk], other) for other in others)


def _merged(visits: QuerySet[Visit]) -> set[uuid.UUID]:
    """Return who of the visitors is known by several pseudonyms, and was so found late."""
    came = visits.values("resident")
    merged = Resident.objects.filter(Q(merged_into__isnull=False, pk__in=came) | Q(merged_into__in=came))
    return {survivor for survivor in merged.values_list("merged_into", flat=True) if survivor is not None}


def _persons(residents: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
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
