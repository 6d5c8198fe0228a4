"""What is due to a provider by the hub's own record: awarded, less what lapsed, less what was claimed before."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, Sum

from mynapoint.hub.books.models import Account, Movement
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.settlement.models import Claim, ClaimStep, State
from mynapoint.programme.values import Points


@dataclass(frozen=True, slots=True)
class Due:
    """A claim beside what the hub has recorded.

    ``recorded``  awards less claw-backs, through the claim's month; everything where it is final
    ``before``    points of earlier claims that were not refused
    ``points``    what may be claimed: recorded - expired - before; less than 0 is to be paid back
    """

    recorded: Points
    expired: Points
    before: Points

    @property
    def points(self) -> Points:
        """What is due by now."""
        return Points(self.recorded - self.expired - self.before)

    def reason_against(self, points: Points, *, is_final: bool) -> str | None:
        """Return why these points cannot be claimed; None where they can."""
        if self.expired > self.recorded:
            return f"expired is {self.expired}, but only {self.recorded} points are recorded"
        if is_final and points != self.points:
            return f"a final claim is of what is due, {self.points} points; got {points}"
        if points > self.points:
            return f"{self.points} points are due; got {points}"
        if points + self.before < 0:
            return f"only {self.before} points were claimed before; {-points} cannot be taken back"
        return None


def last_day(month: str) -> date:
    """Return the last day of a month such as ``2022-07``."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


def with_state() -> QuerySet[Any]:
    """Return the claims, each with ``state``, its last step's."""
    steps = ClaimStep.objects.filter(claim=OuterRef("pk")).order_by("-number")
    return Claim.objects.annotate(state=Subquery(steps.values("state")[:1]))


def state_of(claim: Claim) -> State:
    """Return where a claim stands."""
    return State(claim.steps.order_by("-number").values_list("state", flat=True)[0])


def series(service: PaymentService, round_id: str, incentive: str) -> QuerySet[Any]:
    """Return the claims of a service for one incentive that were not refused, in their order."""
    own = with_state().filter(payment_service=service, round_id=round_id, incentive=incentive)
    return own.exclude(state=State.REFUSED).order_by("pk")


def earlier(claim: Claim) -> QuerySet[Any]:
    """Return the claims of a claim's series before it."""
    return series(claim.payment_service, claim.round_id, claim.incentive).filter(pk__lt=claim.pk)


def due(claim: Claim) -> Due:
    """Return what is due with a claim, kept or not yet, as everything is recorded now."""
    before = earlier(claim) if claim.pk else series(claim.payment_service, claim.round_id, claim.incentive)
    return Due(_sum(_entries(claim)), Points(claim.expired), _sum(before))


def newest_entry(service: PaymentService) -> int:
    """Return the id of the newest ledger entry of a locked service; 0: it has none."""
    return LedgerEntry.objects.filter(payment_service=service).aggregate(last=Max("pk"))["last"] or 0


def lines(claim: Claim) -> QuerySet[LedgerEntry]:
    """Return the awards that a claim adds to the earlier ones: of later months, or reported later.

    Every award belongs to one claim: the first whose month and whose record both reach it.
    """
    awards = _entries(claim).filter(points__gt=0, pk__lte=claim.last_entry).order_by("pk")
    last = earlier(claim).last()
    if last is None:
        return awards
    later = Q(pk__gt=last.last_entry)
    return awards.filter(later if last.is_final else later | Q(posted_on__gt=last_day(last.month)))


def residue(service: PaymentService) -> dict[Account, int]:
    """Return a service's own points by account, from what was booked with its number; 0 and 0 when all is settled."""
    own = dict.fromkeys((Account.AWARDED, Account.CLAIMED, Account.PAID), 0)
    rows = Movement.objects.filter(service_number=service.number).values_list("from_account", "to_account")
    for giver, receiver, points in rows.annotate(Sum("points")):
        for account, sign in ((giver, -1), (receiver, 1)):
            if Account(account) in own:
                own[Account(account)] += sign * points
    return own


def _entries(claim: Claim) -> QuerySet[LedgerEntry]:
    own = LedgerEntry.objects.filter(
        payment_service=claim.payment_service,
        application__round_id=claim.round_id,
        application__incentive=claim.incentive,
    )
    return own if claim.is_final else own.filter(posted_on__lte=last_day(claim.month))


def _sum(rows: QuerySet[Any]) -> Points:
    return Points(rows.aggregate(all=Sum("points"))["all"] or 0)
