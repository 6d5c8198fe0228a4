"""Where a resident is on the way to their points: what is done, what is half done, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mynapoint.hub.applications.held import is_held
from mynapoint.hub.applications.models import Application, Draft, StandingApplication
from mynapoint.hub.applications.permission import incentive_on, may_choose_again, reasons_against
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger.models import RecordedTotal
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay, incentives_on
from mynapoint.hub.reservations.actions import reservations_of
from mynapoint.hub.reservations.models import Reservation
from mynapoint.programme.values import IncentiveId, tokyo_day


class Step(StrEnum):
    """The steps of the journey, in order."""

    SEARCH = "search"
    SIGN_IN = "sign_in"
    RESERVE = "reserve"
    APPLY = "apply"
    USE = "use"


class Next(StrEnum):
    """The one thing to do next."""

    RESERVE = "reserve"
    RENEW_MY_KEY_ID = "renew_my_key_id"
    RESUME = "resume"
    APPLY = "apply"
    USE = "use"
    REGISTER = "register"
    WAIT = "wait"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Applied:
    """One application that stands.

    ``room``     the points still to earn for its incentive
    ``is_held``  a correction is open: nothing is awarded until it is decided
    """

    application: Application
    incentive: IncentiveOnDay
    applied_on: date
    room: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """One resident's way so far.

    ``draft``    a choice proved in this very session and not yet signed, with its incentive
    ``open``     the incentives that can be applied for today
    """

    reservation: Reservation | None
    draft: tuple[Draft, IncentiveOnDay] | None
    applied: Sequence[Applied]
    open: Sequence[IncentiveOnDay]

    @property
    def unfilled(self) -> Applied | None:
        """The first application that still has points to earn, and may."""
        return next((one for one in self.applied if one.room and not one.is_held), None)

    @property
    def next(self) -> Next:
        """What to do next: what is half done before what is new, the irrevocable before the use."""
        if self.reservation is None:
            return Next.RESERVE if self.open else Next.NOTHING
        if self.draft is not None:
            return Next.RESUME
        if self.unfilled is not None:
            return Next.REGISTER if self.unfilled.incentive.is_direct else Next.USE
        if any(one.is_held for one in self.applied):
            return Next.WAIT
        if self.open:
            return Next.APPLY if self.reservation.my_key_id else Next.RENEW_MY_KEY_ID
        return Next.NOTHING

    @property
    def steps_done(self) -> frozenset[Step]:
        """The steps that are behind the resident."""
        done = {Step.SIGN_IN}
        if self.reservation is not None:
            done.add(Step.RESERVE)
        if self.draft is not None or self.applied:
            done.add(Step.SEARCH)
        if self.applied:
            done.add(Step.APPLY)
            if not any(one.room for one in self.applied):
                done.add(Step.USE)
        return frozenset(done)

    @property
    def at(self) -> Step | None:
        """The step the resident stands before; None when all are done."""
        steps = (Step.RESERVE, Step.APPLY, Step.USE)
        return next((one for one in steps if one not in self.steps_done), None)


def journey(resident: Resident, *, session: str, now: datetime) -> Journey:
    """Return where a resident is at an instant of the programme's clock.

    ``session``  the digest of the session that asks (identity.card_step.session_digest): drafts are its own
    """
    today = tokyo_day(now)
    standing = StandingApplication.objects.filter(resident=surviving(resident))
    rows = standing.select_related("application__payment_service").order_by("application__applied_at", "id")
    all_applied = [_applied(row.application, resident) for row in rows]
    # Whose service has left is before this step again.
    applied = [one for one in all_applied if not may_choose_again(resident, one.incentive.id, on=today)]
    known = {one.incentive.id for one in applied}
    reservation = reservations_of(resident).first()
    return Journey(
        reservation=reservation,
        draft=_draft(resident, session, today),
        applied=applied,
        open=[one for one in incentives_on(today) if one.id not in known and one.takes_applications],
    )


def _applied(application: Application, resident: Resident) -> Applied:
    applied_on = tokyo_day(application.applied_at)
    incentive = incentive_on(IncentiveId(application.incentive), applied_on)
    total = RecordedTotal.objects.filter(resident=surviving(resident), incentive=incentive.id).first()
    room = max((incentive.points or 0) - (total.in_all if total else 0), 0)
    return Applied(application, incentive, applied_on, room, is_held(application))


def _draft(resident: Resident, session: str, today: date) -> tuple[Draft, IncentiveOnDay] | None:
    drafts = Draft.objects.filter(resident=resident, session=session).select_related("payment_service")
    draft = drafts.order_by("-created_at").first()
    if draft is None:
        return None
    incentive = incentive_on(IncentiveId(draft.incentive), today)
    against = reasons_against(
        resident=resident, incentive=incentive.id, on=today, service=draft.payment_service
    )  # such as a deadline that has passed since
    return None if against else (draft, incentive)
