"""What can be done with a claim: submitted by its provider, checked, approved by a second person, refused, closed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from mynapoint.exchange.codec import encode
from mynapoint.exchange.messages import ClaimState, SettlementClaim, StatedClaim
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.books.actions import book, budgets_drawn
from mynapoint.hub.books.models import Account, Kind
from mynapoint.hub.ledger.releasing import last_award_on, reported_up_to
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.hub.settlement.figures import due, earlier, last_day, lines, newest_entry, series, state_of
from mynapoint.hub.settlement.models import WAYS, Claim, ClaimStep, Finding, Payment, State
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty, are_two
from mynapoint.programme.values import IncentiveId, Points, tokyo_day

_OPEN = (State.SUBMITTED, State.CHECKED)


class OtherContent(Exception):
    """The claim id was used before, for another claim."""


class ClaimRefused(Exception):
    """A claim that cannot be taken: the field that is wrong, and why, for the provider's operator."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(why)


class Reason(StrEnum):
    """Why a step cannot be made now; the closed list. Pages say it in words (sentences.py)."""

    TURN = "turn"
    SECOND_PERSON = "second_person"
    FIGURES = "figures"
    NOT_DRAWN = "not_drawn"
    NOT_SEALED = "not_sealed"
    NOT_IN_ORDER = "not_in_order"
    EARLIER_OPEN = "earlier_open"
    LATER_CLAIM = "later_claim"
    NO_REASON = "no_reason"
    DONE_BEFORE = "done_before"
    NO_ACCOUNT = "no_account"
    NOTHING_TO_PAY = "nothing_to_pay"
    OWES = "owes"
    NOT_WRITABLE = "not_writable"


class NotPossible(Exception):
    """A step that cannot be made now: why, and in words for an operator."""

    def __init__(self, reason: Reason, words: str) -> None:
        self.reason = reason
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a claim is answered; ``replayed``, as it was before."""

    body: bytes
    replayed: bool


@transaction.atomic
def submit(
    *, service: PaymentService, key: ProviderKey, claim: SettlementClaim, body: bytes, now: datetime
) -> Answered:
    """Take a provider's claim; the same again is answered the same. Raises ClaimRefused, OtherContent."""
    lock(service)
    digest = hashlib.sha256(body).hexdigest()
    answer = encode(_stated(claim))
    known = Claim.objects.filter(payment_service=service, claim_id=claim.claim_id).first()
    if known is not None:
        if known.body_digest != digest:
            raise OtherContent
        return Answered(answer, replayed=True)
    asked = Claim(
        payment_service=service,
        claim_id=claim.claim_id,
        round_id=claim.round_id,
        incentive=claim.incentive,
        month=claim.month,
        points=claim.points,
        expired=claim.expired,
        is_final=claim.final,
        last_entry=newest_entry(service),
        body_digest=digest,
        submitted_at=now,
    )
    _refuse_out_of_turn(asked, now=now)
    if reason := due(asked).reason_against(claim.points, is_final=claim.final):
        raise ClaimRefused("points", reason)
    asked.save(force_insert=True)
    ClaimStep.objects.create(claim=asked, number=1, state=State.SUBMITTED, made_at=now)
    figures: dict[str, str | int] = {
        "month": claim.month,
        "points": claim.points,
        "expired": claim.expired,
        "final": int(claim.final),
    }
    record(Act.CLAIM_STEP, who=f"provider:{key.key_id}", subject=str(asked), now=now, step="submitted", **figures)
    return Answered(answer, replayed=False)


@transaction.atomic
def check(claim: Claim, *, staff: OnDuty, now: datetime) -> None:
    """Confirm that the figures are the hub's and every line drawn was shown to be in order. Raises NotPossible."""
    lock(claim.payment_service)
    _refuse_other_figures(claim)
    if lines(claim).exists():
        draw = getattr(claim, "draw", None)
        if draw is None:
            raise NotPossible(Reason.NOT_DRAWN, f"{claim} has lines and nothing was drawn from them yet")
        if draw.lines.filter(~Q(finding__finding=Finding.IN_ORDER) | Q(finding=None)).exists():
            raise NotPossible(Reason.NOT_IN_ORDER, f"{claim}: not every line drawn was found in order")
    step(claim, State.CHECKED, staff=staff, now=now)


@transaction.atomic
def approve(claim: Claim, *, staff: OnDuty, now: datetime) -> None:
    """Approve what another person has checked; from here on it counts as claimed in the books. Raises NotPossible."""
    lock(claim.payment_service)
    _refuse_other_figures(claim)
    if earlier(claim).filter(state__in=_OPEN).exists():
        raise NotPossible(Reason.EARLIER_OPEN, f"{claim}: an earlier claim of the same series is not decided yet")
    checked = claim.steps.filter(state=State.CHECKED).select_related("staff").first()
    if checked is None or checked.staff is None or not are_two(checked.staff, staff.account):
        raise NotPossible(Reason.SECOND_PERSON, f"{claim} is approved by a second person, after it was checked")
    step(claim, State.APPROVED, staff=staff, now=now)
    _book(claim, now=now)


@transaction.atomic
def refuse(claim: Claim, *, why: str, staff: OnDuty, now: datetime) -> None:
    """Send a claim back before it is approved; the provider may claim anew. Raises NotPossible."""
    lock(claim.payment_service)
    if not why.strip():
        raise NotPossible(Reason.NO_REASON, "a claim is refused with a reason")
    if series(claim.payment_service, claim.round_id, claim.incentive).filter(pk__gt=claim.pk).exists():
        raise NotPossible(Reason.LATER_CLAIM, f"{claim}: a later claim counts on it; refuse that one first")
    step(claim, State.REFUSED, staff=staff, note=why.strip(), now=now)


@transaction.atomic
def close(claim: Claim, *, staff: OnDuty, now: datetime) -> None:
    """Close a claim whose money has arrived; nothing follows. Raises NotPossible."""
    lock(claim.payment_service)
    step(claim, State.CLOSED, staff=staff, now=now)


def lock(service: PaymentService) -> None:
    """Let one at a time settle with a service: reports lock the same row."""
    PaymentService.objects.select_for_update(no_key=True).get(pk=service.pk)


def step(
    claim: Claim, state: State, *, staff: OnDuty, now: datetime, payment: Payment | None = None, note: str = ""
) -> None:
    """Write the next step of a claim, on record. Raises NotPossible where it does not follow the last one."""
    last = claim.steps.order_by("-number")[0]
    if state not in WAYS[State(last.state)]:
        raise NotPossible(Reason.TURN, f"{claim} is {last.state}; {state} does not follow")
    ClaimStep.objects.create(
        claim=claim,
        number=last.number + 1,
        state=state,
        staff=staff.account,
        payment=payment,
        note=note[:200],
        made_at=now,
    )
    record_act(Act.CLAIM_STEP, staff=staff, now=now, subject=str(claim), step=state.value)


def _stated(claim: SettlementClaim) -> StatedClaim:
    return StatedClaim(
        claim.claim_id,
        claim.round_id,
        claim.incentive,
        claim.month,
        claim.points,
        claim.expired,
        claim.final,
        ClaimState.SUBMITTED,
    )


def _refuse_out_of_turn(asked: Claim, *, now: datetime) -> None:
    if (asked.round_id, asked.incentive) not in budgets_drawn():
        raise ClaimRefused("incentive", "no such incentive of this round")
    before = list(series(asked.payment_service, asked.round_id, asked.incentive))
    last = before[-1] if before else None
    if not asked.is_final and last_day(asked.month) >= tokyo_day(now):
        raise ClaimRefused("month", "the month is not over")
    if asked.is_final and asked.month > f"{tokyo_day(now):%Y-%m}":
        raise ClaimRefused("month", "the month has not begun")
    if last and (asked.month < last.month or (asked.month == last.month and not asked.is_final)):
        raise ClaimRefused("month", f"{last.month} was claimed already; claim a later month")
    finals = [one for one in before if one.is_final]
    if finals and not asked.is_final:
        raise ClaimRefused("final", "the final claim was made; only a correction of it, final too, can follow")
    if finals and asked.expired < finals[-1].expired:
        raise ClaimRefused("expired", f"{finals[-1].expired} points lapsed for good already; it cannot fall")
    if asked.is_final:
        _refuse_early(asked, before)


def _refuse_early(asked: Claim, before: list[Claim]) -> None:
    if any(state_of(one) in _OPEN for one in before):
        raise ClaimRefused("final", "an earlier claim is not decided yet; the final one counts on it")
    service = asked.payment_service
    last = last_award_on(service, asked.round_id, IncentiveId(asked.incentive))
    up_to = reported_up_to([service.pk]).get(service.pk)
    if last is None or up_to is None or tokyo_day(up_to) <= last:
        raise ClaimRefused("final", f"report every award first; the last day of awards is {last or 'not known yet'}")


def _refuse_other_figures(claim: Claim) -> None:
    if reason := due(claim).reason_against(Points(claim.points), is_final=claim.is_final):
        words = f"{claim}: the record has changed since: {reason}; refuse it, and a new one can be claimed"
        raise NotPossible(Reason.FIGURES, words)


def _book(claim: Claim, *, now: datetime) -> None:
    drawn = budgets_drawn()[claim.round_id, claim.incentive]
    legs = (Account.AWARDED, Account.CLAIMED) if claim.points > 0 else (Account.CLAIMED, Account.AWARDED)
    finals = [one.expired for one in earlier(claim) if one.is_final]
    lapsed = claim.expired - (finals[-1] if finals else 0) if claim.is_final else 0
    moves = ((Kind.CLAIMED, *legs, abs(claim.points)), (Kind.EXPIRED, Account.AWARDED, drawn.source, lapsed))
    for kind, giver, receiver, points in moves:
        if points:
            book(
                kind,
                budget=drawn.budget,
                giver=giver,
                receiver=receiver,
                points=Points(points),
                service_number=claim.payment_service.number,
                voucher=str(claim),
                now=now,
            )
