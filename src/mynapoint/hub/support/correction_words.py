"""A correction as people read it: where it stands in words, by when it is decided, what was done and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.applications.correction_models import Correction, CorrectionStep
from mynapoint.hub.identity.lineage import everyone
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger.corrections import State, stands
from mynapoint.programme.values import tokyo_day

WORDS: dict[State, Promise] = {
    State.OPEN: _("確認しています"),
    State.PROPOSED: _("2人目の職員が確認しています"),
    State.MISLINK: _("別の人に結び付いていたため、取り消しました"),
    State.NOT_A_MISLINK: _("ご本人の申込と確認し、付与を再開しました"),
    State.DIED: _("亡くなられたことを確認し、付与を止めています"),
    State.ALIVE: _("ご存命と確認し、付与を再開しました"),
    State.WITHDRAWN: _("お申し出が取り下げられ、付与を再開しました"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step, without who did it: a resident is told what was done, not by which of the staff."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One correction, for a person it concerns.

    ``is_own``        it is about an application made with their card; otherwise the account may be theirs
    ``may_withdraw``  it is open and they are who asked for it
    ``words``         what they said themselves; empty for anybody else
    """

    number: int
    service: str
    state: State
    opened_on: date
    due_on: date
    is_own: bool
    may_withdraw: bool
    words: str
    steps: Sequence[Step]

    @property
    def state_words(self) -> Promise:
        """Where it stands."""
        return WORDS[self.state]

    @property
    def is_open(self) -> bool:
        """Whether it is undecided."""
        return self.state in {State.OPEN, State.PROPOSED}


def told(correction: Correction, resident: Resident) -> Told:
    """Return what a person is told of a correction that concerns them."""
    own = everyone(resident)
    steps = list(correction.steps.order_by("number"))
    found = stands(correction)
    asked = steps[0].who in {str(one) for one in Resident.objects.filter(pk__in=own)}
    shown = [one for one in steps if one.kind != CorrectionStep.Kind.SENT_BACK]
    return Told(
        number=correction.pk,
        service=str(correction.application.payment_service.label),
        state=found.state,
        opened_on=tokyo_day(steps[0].done_at),
        due_on=correction.due_on,
        is_own=Resident.objects.filter(pk__in=own, pk=correction.application.resident_id).exists(),
        may_withdraw=found.is_open and asked,
        words=correction.words if asked else "",
        steps=[Step(one.get_kind_display(), one.done_at) for one in shown],
    )
