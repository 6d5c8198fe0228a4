"""Correcting an application of the wrong person (誤紐付け), or of one who has died: looked into, decided by two.

Nothing kept is rewritten: every step is a new row, and so is whatever follows from the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.correction_models import Correction, CorrectionStep
from mynapoint.hub.applications.held import died, is_held, mislinked, open_corrections
from mynapoint.hub.applications.models import Application, StandingApplication
from mynapoint.hub.applications.notices import write_notice
from mynapoint.hub.applications.standing import instruct_if_due
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity.lineage import everyone, lock_survivor, surviving
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger.correcting import reverse_entries, room_of
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty, are_two
from mynapoint.programme.values import IncentiveId, Points, tokyo_day

DECIDED_WITHIN = timedelta(days=14)
"""Our own promise (no rule of the programme states one): within two weeks the people concerned know."""

_Kind = CorrectionStep.Kind
_Outcome = CorrectionStep.Outcome


class NotOpenable(Exception):
    """Such a correction is open, or a mislink was confirmed, or nothing stands: there is nothing left to open."""


class NotItsTurn(Exception):
    """The correction is not at this step: something before it was not done, or it is over."""


class NoEvidence(Exception):
    """Nobody has noted what was looked at; without that nothing is proposed."""


class NotTheSecond(Exception):
    """Whoever proposed, or is in that person's hand, is not the second person."""


class State(StrEnum):
    """Where a correction stands."""

    OPEN = "open"
    PROPOSED = "proposed"
    MISLINK = "mislink"
    NOT_A_MISLINK = "not_mislink"
    DIED = "died"
    ALIVE = "alive"
    WITHDRAWN = "withdrawn"


STOPPING = frozenset({State.OPEN, State.PROPOSED, State.MISLINK, State.DIED})
"""While it stands so, nothing is awarded."""


@dataclass(frozen=True, slots=True)
class Stands:
    """How a correction stands, and its last step that is no evidence."""

    state: State
    last: CorrectionStep

    @property
    def is_open(self) -> bool:
        """Whether it is undecided."""
        return self.state in {State.OPEN, State.PROPOSED}


def stands(correction: Correction) -> Stands:
    """Return how a correction stands, by its last step that is no evidence."""
    last = correction.steps.exclude(kind=_Kind.EVIDENCE).select_related("staff").latest("number")
    if last.kind == _Kind.APPROVED:
        return Stands(State(last.outcome), last)
    states = {_Kind.PROPOSED.value: State.PROPOSED, _Kind.WITHDRAWN.value: State.WITHDRAWN}
    return Stands(states.get(last.kind, State.OPEN), last)


@transaction.atomic
def open_correction(
    *,
    application: Application,
    by: Resident | OnDuty,
    now: datetime,
    words: str = "",
    municipality: str = "",
    other: Resident | None = None,
) -> Correction:
    """Open a correction: nothing more is awarded, and the provider is told to stop. Raises NotOpenable.

    ``other``  whose account it is, where known here
    What is reserved stays reserved, so that the award can resume.
    """
    lock_survivor(application.resident_id)
    if _is_open(application, _Kind.OPENED) or application.pk in mislinked():
        raise NotOpenable
    made = Correction(application=application, other=other, municipality=municipality, words=words)
    return _open(made, _Kind.OPENED, by, now=now)


@transaction.atomic
def open_death(
    *, application: Application, by: OnDuty, now: datetime, words: str = "", municipality: str = ""
) -> Correction:
    """Begin to look into whether whoever applied has died, or was wrongly recorded as dead. Raises NotOpenable.

    Nothing more is awarded to any application that stands for the person, and each provider is told to stop: one
    correction for each, seen to together from here on. What was awarded stays, and so does what is reserved.
    Returns the one about ``application``, where it stands.
    """
    lock_survivor(application.resident_id)
    theirs = StandingApplication.objects.filter(resident=surviving(application.resident)).select_related("application")
    standing = [row.application for row in theirs.order_by("application__applied_at", "id")]
    made = {
        one.pk: _open(Correction(application=one, municipality=municipality, words=words), _Kind.DEATH, by, now=now)
        for one in standing
        if not _is_open(one, _Kind.DEATH)
    }
    if not made:
        raise NotOpenable
    return made.get(application.pk) or next(iter(made.values()))


def outcomes_of(correction: Correction) -> tuple[CorrectionStep.Outcome, ...]:
    """Return what can be found out, by what it is about."""
    return (_Outcome.DIED, _Outcome.ALIVE) if correction.is_about_death else (_Outcome.MISLINK, _Outcome.NOT_A_MISLINK)


def together(correction: Correction) -> list[Correction]:
    """Return a correction, and of a death those of the person's other applications that stand where it does."""
    if not correction.is_about_death:
        return [correction]
    deaths = open_corrections().filter(
        application__resident__in=everyone(correction.application.resident), steps__number=0, steps__kind=_Kind.DEATH
    )
    state = stands(correction).state
    others = [one for one in deaths.exclude(pk=correction.pk).order_by("pk") if stands(one).state is state]
    return [correction, *others]


@transaction.atomic
def add_evidence(
    *, correction: Correction, evidence: CorrectionStep.Evidence, reference: str, by: Resident | OnDuty, now: datetime
) -> None:
    """Note what was looked at and where it is kept; nothing personal. Raises NotItsTurn."""
    _require(correction, State.OPEN, State.PROPOSED)
    for one in together(correction):
        _step(one, _Kind.EVIDENCE, by, now, evidence=evidence, reference=reference)


@transaction.atomic
def propose(*, correction: Correction, outcome: CorrectionStep.Outcome, staff: OnDuty, now: datetime) -> None:
    """Say what one person found. Raises NotItsTurn, NoEvidence."""
    _require(correction, State.OPEN)
    assert outcome in outcomes_of(correction), "the conclusion is about something else"
    for one in together(correction):
        if not one.steps.filter(kind=_Kind.EVIDENCE).exists():
            raise NoEvidence
        _step(one, _Kind.PROPOSED, staff, now, outcome=outcome)


@transaction.atomic
def send_back(*, correction: Correction, staff: OnDuty, now: datetime) -> None:
    """Take back what was proposed, by anybody whose turn it is to look. Raises NotItsTurn."""
    _require(correction, State.PROPOSED)
    for one in together(correction):
        _step(one, _Kind.SENT_BACK, staff, now)


@transaction.atomic
def approve(*, correction: Correction, staff: OnDuty, now: datetime) -> None:
    """Approve what was proposed, as the second person, and do what follows from it. Raises NotItsTurn, NotTheSecond."""
    _require(correction, State.PROPOSED)
    for one in together(correction):
        proposed = stands(one).last
        if proposed.staff is None or not are_two(proposed.staff, staff.account):
            raise NotTheSecond
        outcome = _Outcome(proposed.outcome)
        _step(one, _Kind.APPROVED, staff, now, outcome=outcome, first=proposed.staff)
        if outcome is _Outcome.MISLINK:
            _stop_for_good(one, now=now)
        elif outcome is not _Outcome.DIED:  # whoever has died stays held: what was told when it was opened stands
            _resume(one.application, now=now)


@transaction.atomic
def withdraw(*, correction: Correction, by: Resident, now: datetime) -> None:
    """Withdraw a claim, by whoever made it; the award resumes. Raises NotItsTurn."""
    _require(correction, State.OPEN, State.PROPOSED)
    if correction.steps.get(number=0).who not in {str(one) for one in Resident.objects.filter(pk__in=everyone(by))}:
        raise NotItsTurn
    _step(correction, _Kind.WITHDRAWN, by, now)
    _resume(correction.application, now=now)


def corrections_of(resident: Resident) -> list[Correction]:
    """Return the corrections that concern a person: of their application, or because the account is theirs.

    It is theirs where the staff said so, or where they have applied with it since it was freed.
    """
    own = everyone(resident)
    theirs = Q(other__in=own) | Q(application__account_freed__resident__in=own)
    about = Correction.objects.filter(Q(application__resident__in=own) | theirs)
    return list(about.select_related("application__payment_service").distinct().order_by("pk"))


def counting(application: Application) -> Correction | None:
    """Return the correction whose word counts now: one that is open, else a death found, else the last; None: none."""
    is_dead = application.pk in died()

    def weight(one: Correction) -> tuple[bool, bool, int]:
        found = stands(one)
        return found.is_open, is_dead and found.state is State.DIED, one.pk

    return max(application.corrections.all(), key=weight, default=None)


def _is_open(application: Application, about: CorrectionStep.Kind) -> bool:
    return open_corrections().filter(application=application, steps__number=0, steps__kind=about).exists()


def _open(made: Correction, about: CorrectionStep.Kind, by: Resident | OnDuty, *, now: datetime) -> Correction:
    application, was_held = made.application, is_held(made.application)
    made.due_on = tokyo_day(now + DECIDED_WITHIN)
    made.save()
    _step(made, about, by, now)
    if not was_held and StandingApplication.objects.filter(application=application).exists():
        write_notice(application, NoticeKind.STOP, room=Points(0), points=Points(0), now=now)
    return made


def _require(correction: Correction, *states: State) -> Stands:
    lock_survivor(correction.application.resident_id)
    found = stands(correction)
    if found.state not in states:
        raise NotItsTurn
    return found


def _stop_for_good(correction: Correction, *, now: datetime) -> None:
    # The order matters to the books: first what was not awarded is released, then what was awarded goes the same way.
    application = correction.application
    if StandingApplication.objects.filter(application=application).delete()[0]:
        write_notice(application, NoticeKind.STOP, room=Points(0), points=Points(0), now=now)
    reverse_entries(correction, now=now)


def _resume(application: Application, *, now: datetime) -> None:
    if StandingApplication.objects.filter(application=application).exists() and not is_held(application):
        write_notice(application, NoticeKind.RESUME, room=room_of(application), points=Points(0), now=now)
        instruct_if_due(application.resident, IncentiveId(application.incentive), now=now)


def _step(
    correction: Correction, kind: CorrectionStep.Kind, by: Resident | OnDuty, now: datetime, **values: object
) -> None:
    staff = by.account if isinstance(by, OnDuty) else None
    number = correction.steps.count()
    CorrectionStep.objects.create(
        correction=correction, number=number, kind=kind, who=str(by), staff=staff, done_at=now, **values
    )
    told = {key: str(values[key]) for key in ("outcome", "evidence") if key in values}
    about = {"what": kind.value, "application": str(correction.application_id)} | told
    if isinstance(by, OnDuty):
        record_act(Act.CORRECTION_STEP, staff=by, subject=str(correction), now=now, **about)
    else:
        record(Act.CORRECTION_STEP, who=str(by), subject=str(correction), now=now, **about)
