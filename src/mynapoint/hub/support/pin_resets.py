"""A PIN is reset at a counter: every document on the list, two of the staff, and the visitor types the new PIN."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from mynapoint.hub.audit.models import Act
from mynapoint.hub.municipalities.models import BringItem, Municipality, Purpose, valid_on
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty, are_two
from mynapoint.hub.support.models import PinReset
from mynapoint.programme.values import tokyo_day

_State = PinReset.State
_ALWAYS = [
    ["マイナンバーカード", "Your My Number Card"],
    ["運転免許証や健康保険証などの本人確認書類", "A document that proves who you are, such as a driving licence"],
]
"""What is asked for where a municipality's page does not say."""


class DocumentMissing(Exception):
    """Not everything on the list is there; ``missing`` has it in [ja, en]."""

    def __init__(self, missing: list[list[str]]) -> None:
        super().__init__(f"{len(missing)} missing")
        self.missing = missing


class NotTheSecond(Exception):
    """Whoever checked the documents, or is in that person's hand, is not the second person."""


class NotItsTurn(Exception):
    """The reset is not at this step: something before it was not done, or it is closed."""


@transaction.atomic
def open_reset(*, staff: OnDuty, now: datetime) -> PinReset:
    """Open a reset with the list of what this municipality asks for today."""
    place = Municipality.objects.filter(slug=staff.municipality).first()
    rows = BringItem.objects.filter(valid_on(tokyo_day(now)), municipality=place, purpose=Purpose.PIN_RESET)
    needed = [[row.words.ja, row.words.en] for row in rows.order_by("id")] if place else []
    reset = PinReset.objects.create(
        municipality=staff.municipality,
        terminal=staff.terminal,
        needed=needed or _ALWAYS,
        first=staff.account,
        opened_at=now,
    )
    _record(reset, "opened", staff, now)
    return reset


@transaction.atomic
def check(*, reset: PinReset, ticked: Collection[int], document: str, staff: OnDuty, now: datetime) -> None:
    """Note that every document is there, by the first person. Raises DocumentMissing, with what to bring.

    ``ticked``    the places on the list of what is there; ``document``, by which kind they showed who they are
    """
    if reset.state != _State.OPEN or reset.first_id != staff.account.pk:
        raise NotItsTurn
    missing = [words for place, words in enumerate(reset.needed) if place not in ticked]
    if missing or document not in PinReset.Document.values:
        raise DocumentMissing(missing)
    checked = [True] * len(reset.needed)
    _step(reset, before=_State.OPEN, after=_State.CHECKED, checked=checked, document=document)
    _record(reset, "checked", staff, now, document=document)


@transaction.atomic
def confirm(*, reset: PinReset, staff: OnDuty, now: datetime) -> None:
    """Note that a second person has looked at the documents, too. Raises NotTheSecond."""
    if not are_two(reset.first, staff.account):
        raise NotTheSecond
    _step(reset, before=_State.CHECKED, after=_State.CONFIRMED, second=staff.account)
    _record(reset, "confirmed", staff, now)


@transaction.atomic
def done(*, reset: PinReset, how: PinReset.How, staff: OnDuty, now: datetime) -> None:
    """Note that the visitor has typed a new PIN, and where; the hub never learns it. Raises NotItsTurn."""
    _step(reset, before=_State.CONFIRMED, after=_State.DONE, how=how, closed_at=now)
    _record(reset, "done", staff, now, how=how.value)


@transaction.atomic
def give_up(*, reset: PinReset, staff: OnDuty, now: datetime) -> None:
    """Close a reset that is not done, such as while a document is fetched."""
    _step(reset, before=reset.state, after=_State.GIVEN_UP, closed_at=now)
    _record(reset, "given_up", staff, now)


def _step(reset: PinReset, *, before: str, after: PinReset.State, **values: object) -> None:
    if before in {_State.DONE, _State.GIVEN_UP}:
        raise NotItsTurn
    if not PinReset.objects.filter(pk=reset.pk, state=before).update(state=after, **values):
        raise NotItsTurn
    reset.refresh_from_db()


def _record(reset: PinReset, what: str, staff: OnDuty, now: datetime, **details: str) -> None:
    record_act(Act.PIN_RESET_STEP, staff=staff, subject=str(reset), now=now, what=what, **details)
