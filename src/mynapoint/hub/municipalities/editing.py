"""What editors do to a municipal page: draft a change, drop it, look at the page as it would be, publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mynapoint.hub.audit.models import Act
from mynapoint.hub.municipalities.changes import Change, Kind
from mynapoint.hub.municipalities.facts import SPECS, add_row, columns_of, end_row, summary, texts_of
from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.models import Counter, Dated, Municipality
from mynapoint.hub.municipalities.typed_law import problems_of
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.words import PageWords
from mynapoint.programme.values import tokyo_day

_LAST = [Kind.COUNTER]
"""Published after all else, so that what hangs off a counter's row has found it."""


class EditedMeanwhile(Exception):
    """Somebody else saved, dropped or published first; ``change`` is what stands now, None where nothing does."""

    def __init__(self, change: Change | None) -> None:
        super().__init__("edited meanwhile")
        self.change = change


class NotPublishable(Exception):
    """A draft cannot be published as it is; the words say which, and why."""

    def __init__(self, change: Change, why: Sequence[str]) -> None:
        super().__init__(" ".join(why))
        self.change = change
        self.why = why


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact in the editor's list: its row, if it is stated, and its draft, if there is one."""

    kind: Kind
    row: Dated | None
    draft: Change | None
    words: PageWords


@transaction.atomic
def save_draft(
    *,
    municipality: Municipality,
    kind: Kind,
    row: int | None,
    draft: Change | None,
    seen: int,
    valid_from: date,
    columns: dict[str, Any],
    ends: bool = False,
    staff: OnDuty,
    now: datetime,
) -> Change:
    """Keep a change as a draft. Raises EditedMeanwhile when another editor has saved since ``seen`` was read.

    ``row``   id of the row it changes, None for something new
    ``seen``  version of the draft the editor began with; 0 where there was none
    """
    made = {"made_by": str(staff.account), "made_at": now}
    content = {"valid_from": valid_from, "fields": columns, "ends": ends}
    if draft is None:
        try:
            with transaction.atomic():
                draft = Change.objects.create(municipality=municipality, kind=kind, row=row, **content, **made)
        except IntegrityError as error:
            raise EditedMeanwhile(_draft_of(kind, row)) from error
    else:
        open_ = Change.objects.filter(pk=draft.pk, municipality=municipality, state=Change.State.DRAFT, version=seen)
        if not open_.update(version=seen + 1, **content, **made):
            raise EditedMeanwhile(Change.objects.filter(pk=draft.pk, state=Change.State.DRAFT).first())
        draft.refresh_from_db()
    _record("drafted", draft, staff, now)
    return draft


@transaction.atomic
def drop_draft(*, draft: Change, seen: int, staff: OnDuty, now: datetime) -> None:
    """Let a draft go; it stays in the history as dropped. Raises EditedMeanwhile."""
    settled = {"state": Change.State.DROPPED, "settled_by": str(staff.account), "settled_at": now}
    if not Change.objects.filter(pk=draft.pk, state=Change.State.DRAFT, version=seen).update(**settled):
        raise EditedMeanwhile(Change.objects.filter(pk=draft.pk, state=Change.State.DRAFT).first())
    _record("dropped", draft, staff, now)


@transaction.atomic
def publish(*, municipality: Municipality, seen: Sequence[str], staff: OnDuty, now: datetime) -> int:
    """Publish all drafts of a municipality at once; return how many.

    ``seen``  ``versions`` as the editor saw them: publishing what nobody has looked at raises EditedMeanwhile
    Raises NotPublishable where a draft's row has changed, or what it states has become the law's.
    """
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    drafts = drafts_of(municipality)
    if sorted(seen) != sorted(versions(drafts)):
        raise EditedMeanwhile(None)
    today = tokyo_day(now)
    for draft in drafts:
        draft.before = _apply(draft, today)
        draft.state, draft.settled_by, draft.settled_at = Change.State.PUBLISHED, str(staff.account), now
        draft.save(update_fields=["before", "state", "settled_by", "settled_at"])
        _record("published", draft, staff, now)
    return len(drafts)


@contextmanager
def as_published(municipality: Municipality, today: date) -> Iterator[None]:
    """Let the block see the page's facts as they would be with all drafts published today; nothing of it is kept.

    The same code publishes and previews, so a preview cannot differ. Raises NotPublishable.
    """
    with transaction.atomic():
        for draft in drafts_of(municipality):
            _apply(draft, today)
        yield
        transaction.set_rollback(True)


def drafts_of(municipality: Municipality) -> list[Change]:
    """Return a municipality's drafts in the order in which they are published."""
    drafts = Change.objects.filter(municipality=municipality, state=Change.State.DRAFT)
    return sorted(drafts, key=lambda one: (one.kind in _LAST, one.pk))


def versions(drafts: Sequence[Change]) -> list[str]:
    """Return what an editor has seen of drafts: ``id:version`` of each."""
    return [f"{draft.pk}:{draft.version}" for draft in drafts]


def facts_of(municipality: Municipality, kind: Kind, today: date) -> list[Fact]:
    """Return what is stated of a kind today or later, and what is drafted, in the order of the page."""
    drafts = {one.row: one for one in drafts_of(municipality) if one.kind == kind and one.row is not None}
    rows = SPECS[kind].model._default_manager.filter(municipality=municipality).exclude(valid_until__lt=today)
    facts = [Fact(kind, row, drafts.get(row.pk), summary(kind, columns_of(kind, row))) for row in rows]
    added = Change.objects.filter(municipality=municipality, kind=kind, row=None, state=Change.State.DRAFT)
    return facts + [Fact(kind, None, one, summary(kind, one.fields)) for one in added]


def _apply(draft: Change, today: date) -> dict[str, Any] | None:
    """Put one draft into the tables; return what was stated before. Raises NotPublishable."""
    kind = Kind(draft.kind)
    first = max(draft.valid_from, today)
    row = None
    if draft.row is not None:
        row = SPECS[kind].model._default_manager.filter(pk=draft.row, municipality=draft.municipality_id).first()
        if row is None or row.valid_from > first or (row.valid_until is not None and row.valid_until < first):
            raise NotPublishable(
                draft, [_("もとの内容が、すでに変わっています。下書きを取りやめて、書き直してください。")]
            )
    before = None if row is None else columns_of(kind, row)
    if not draft.ends:
        law = LawOfDay(today, "ja")
        if why := [problem for text in texts_of(kind, draft.fields) for problem in problems_of(text, law)]:
            raise NotPublishable(draft, why)
        until = draft.fields.get("valid_until")
        if until is not None and date.fromisoformat(until) < first:
            raise NotPublishable(draft, [_("掲載を終える日が、もう過ぎています。")])
        try:
            add_row(kind, draft.municipality, draft.fields, first=first, follows=row)
        except Counter.DoesNotExist as error:
            raise NotPublishable(draft, [_("休む窓口が、もうありません。")]) from error
    if row is not None:
        end_row(row, first=first)
    return before


def _draft_of(kind: Kind, row: int | None) -> Change | None:
    return Change.objects.filter(kind=kind, row=row, state=Change.State.DRAFT).first() if row is not None else None


def _record(step: str, change: Change, staff: OnDuty, now: datetime) -> None:
    subject = f"page:{change.municipality.slug}"
    record_act(
        Act.PAGE_CHANGE_STEP, staff=staff, now=now, subject=subject, step=step, change=change.pk, kind=str(change.kind)
    )
