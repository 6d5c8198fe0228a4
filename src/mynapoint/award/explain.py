"""How one account's points came about: every use and why it counts or not, what it is worth, when it matures.

All figures come from the functions of award/premium.py, so this cannot say other than the award does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mynapoint.award import premium
from mynapoint.award.premium import Enrolment, Kind, Transaction, Use
from mynapoint.programme.schedules import Threshold
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import Points, Yen


class Reason(StrEnum):
    """Why a use does not count."""

    OTHER_KIND = "other_kind"
    BELOW_MINIMUM = "below_minimum"
    BEFORE_PERIOD = "before_period"
    BEFORE_APPLYING = "before_applying"
    AFTER_PERIOD = "after_period"


class RefundState(StrEnum):
    """What a refund does: only COUNTS takes anything off."""

    COUNTS = "counts"
    ORIGINAL_DOES_NOT_COUNT = "original_does_not_count"
    ORIGINAL_NOT_HERE = "original_not_here"
    NAMES_A_REFUND = "names_a_refund"


@dataclass(frozen=True, slots=True)
class UseExplained:
    """One top-up or purchase. ``net_yen`` and ``matures_at`` are None when it does not count, for a ``reason``.

    Under a threshold ``matures_at`` is as things stand: when it has not been reached, as if it never were.
    """

    transaction_id: str
    account_id: str
    kind: Kind
    amount_yen: Yen
    occurred_at: datetime
    refunded_yen: Yen
    reason: Reason | None
    net_yen: Yen | None
    matures_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefundExplained:
    """One refund, and what it does."""

    transaction_id: str
    account_id: str
    refunds: str
    amount_yen: Yen
    occurred_at: datetime
    state: RefundState


@dataclass(frozen=True, slots=True)
class Change:
    """From ``at`` on, ``points`` more are due than just before, if nothing else happens until then."""

    at: datetime
    points: Points


@dataclass(frozen=True, slots=True)
class PremiumExplained:
    """What one application's uses come to as of an instant.

    ``net_yen``   all uses that count, refunds taken off; ``matured_yen`` the part that has matured
    ``due``       all points due; ``next`` what becomes due later, the earliest first
    """

    starts_at: datetime
    earning_from: date
    earning_until: date
    minimum_yen: Yen
    premium_rate: int
    points_max: Points
    points_elsewhere: Points
    room: Points
    uses: tuple[UseExplained, ...]
    refunds: tuple[RefundExplained, ...]
    net_yen: Yen
    matured_yen: Yen
    due: Points
    next: tuple[Change, ...]


def explain_premium(
    rule: ServiceRule, enrolment: Enrolment, account: Sequence[Transaction], as_of: datetime
) -> PremiumExplained:
    """Explain what an application is due at ``as_of``; ``account`` is its account's rows, no id twice."""
    room = premium.room_left(rule.points_max, enrolment.points_elsewhere)
    counted = premium.eligible_uses(rule, enrolment, account)
    matured = premium.matured_uses(rule, counted, room, as_of)
    refunds = _refunds_of(account)
    opens_at = _threshold_opens_at(rule, counted, room)
    uses = tuple(
        _explain_use(rule, enrolment, row, refunds.get(row.transaction_id, ()), opens_at)
        for row in _in_order(account)
        if row.kind is not Kind.REFUND
    )
    assert sum(use.net_yen or 0 for use in uses) == sum(use.net_yen for use in counted)
    return PremiumExplained(
        starts_at=_starts_at(rule, enrolment),
        earning_from=rule.earning_from,
        earning_until=rule.earning_until,
        minimum_yen=rule.minimum_yen,
        premium_rate=rule.premium_rate,
        points_max=rule.points_max,
        points_elsewhere=enrolment.points_elsewhere,
        room=room,
        uses=uses,
        refunds=tuple(_explain_refund(row, uses, account) for row in _in_order(account) if row.kind is Kind.REFUND),
        net_yen=Yen(sum(use.net_yen for use in counted)),
        matured_yen=Yen(sum(use.net_yen for use in matured)),
        due=premium.points_due(rule, enrolment, account, as_of),
        next=tuple(_changes(rule, counted, room, as_of)),
    )


def _explain_use(
    rule: ServiceRule,
    enrolment: Enrolment,
    row: Transaction,
    refunds: Sequence[Transaction],
    opens_at: datetime | None,
) -> UseExplained:
    counted = premium.eligible_uses(rule, enrolment, [row, *refunds])
    reason = _reason(rule, enrolment, row)
    assert (reason is None) == bool(counted), f"{row.transaction_id}: {reason} and {counted}"
    matures_at = None
    if counted:
        schedule = rule.schedule
        at = opens_at if isinstance(schedule, Threshold) else schedule.matures_at(row.occurred_at)
        matures_at = at and max(at, row.occurred_at)
    return UseExplained(
        transaction_id=row.transaction_id,
        account_id=row.account_id,
        kind=row.kind,
        amount_yen=row.amount_yen,
        occurred_at=row.occurred_at,
        refunded_yen=Yen(sum(refund.amount_yen for refund in refunds)),
        reason=reason,
        net_yen=counted[0].net_yen if counted else None,
        matures_at=matures_at,
    )


def _reason(rule: ServiceRule, enrolment: Enrolment, row: Transaction) -> Reason | None:
    checks = (
        (row.kind is not enrolment.counts, Reason.OTHER_KIND),
        (row.amount_yen < rule.minimum_yen, Reason.BELOW_MINIMUM),
        (row.occurred_at >= rule.earning_ends_before, Reason.AFTER_PERIOD),
        (row.occurred_at < rule.earning_starts_at, Reason.BEFORE_PERIOD),
        (row.occurred_at < _starts_at(rule, enrolment), Reason.BEFORE_APPLYING),
    )
    return next((reason for holds, reason in checks if holds), None)


def _explain_refund(row: Transaction, uses: Iterable[UseExplained], account: Iterable[Transaction]) -> RefundExplained:
    original = next((use for use in uses if use.transaction_id == row.refunds), None)
    if original is not None:
        state = RefundState.COUNTS if original.reason is None else RefundState.ORIGINAL_DOES_NOT_COUNT
    elif any(other.transaction_id == row.refunds for other in account):
        state = RefundState.NAMES_A_REFUND
    else:
        state = RefundState.ORIGINAL_NOT_HERE
    return RefundExplained(
        row.transaction_id, row.account_id, row.refunds or "", row.amount_yen, row.occurred_at, state
    )


def _changes(rule: ServiceRule, counted: Sequence[Use], room: Points, as_of: datetime) -> Iterable[Change]:
    """Yield what becomes due after ``as_of``: the award is asked at each instant at which something may mature."""
    instants = {max(rule.schedule.matures_at(use.occurred_at), use.occurred_at) for use in counted}
    if isinstance(rule.schedule, Threshold):
        instants |= {use.occurred_at for use in counted}
        instants.add(rule.schedule.matures_unreached_at(rule.earning_until))
    due = premium.points_matured(rule, counted, room, as_of)
    for at in sorted(instant for instant in instants if instant > as_of):
        then = premium.points_matured(rule, counted, room, at)
        if then != due:
            yield Change(at, Points(then - due))
        due = then


def _threshold_opens_at(rule: ServiceRule, counted: Sequence[Use], room: Points) -> datetime | None:
    """Return from when a threshold's uses may be awarded; None for the other schedules."""
    schedule = rule.schedule
    if not isinstance(schedule, Threshold):
        return None
    unreached = schedule.matures_unreached_at(rule.earning_until)
    instants = sorted({unreached, *(schedule.matures_at(use.occurred_at) for use in counted)})
    return next((at for at in instants if premium.matured_uses(rule, counted, room, at)), unreached)


def _starts_at(rule: ServiceRule, enrolment: Enrolment) -> datetime:
    return max(rule.effective.starts_at(enrolment.applied_at), rule.earning_starts_at)


def _refunds_of(account: Iterable[Transaction]) -> Mapping[str, Sequence[Transaction]]:
    found: defaultdict[str, list[Transaction]] = defaultdict(list)
    for row in account:
        if row.kind is Kind.REFUND and row.refunds is not None:
            found[row.refunds].append(row)
    return found


def _in_order(account: Iterable[Transaction]) -> list[Transaction]:
    return sorted(account, key=lambda row: (row.occurred_at, row.transaction_id))
