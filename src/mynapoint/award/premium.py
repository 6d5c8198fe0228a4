"""プレミアム方式: what one account is due at an instant, in plain Python. This is the definition; engines must agree.

A use counts, its refunds are taken off, it matures, and what has matured gives points up to the room that is left::

    transactions → eligible_uses → matured_uses → due_points → posted_now

Whole yen and whole points only. The integer core at the end is proved (tests/award/test_proof.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mynapoint.programme.schedules import Threshold
from mynapoint.programme.service_rules import Rounding, ServiceRule
from mynapoint.programme.values import Points, Yen


class Kind(StrEnum):
    """What a row of TRANSACTIONS is: a top-up (チャージ), a purchase (買い物), or a refund of one (取消・返品)."""

    TOP_UP = "top_up"
    PURCHASE = "purchase"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An application as the service knows it. ``counts`` is TOP_UP or PURCHASE; ``points_elsewhere`` is at least 0."""

    application_id: str
    account_id: str
    counts: Kind
    applied_at: datetime
    points_elsewhere: Points


@dataclass(frozen=True, slots=True)
class Transaction:
    """A row of the service's own ledger. ``amount_yen`` is above 0; ``refunds`` names the original of a refund."""

    transaction_id: str
    account_id: str
    kind: Kind
    refunds: str | None
    amount_yen: Yen
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Reissue:
    """A card in place of a lost or stolen one: the account ``account_id`` replaces ``replaces``."""

    account_id: str
    replaces: str
    reissued_at: datetime


@dataclass(frozen=True, slots=True)
class Use:
    """One eligible use with its refunds taken off: ``net_yen`` is at least 0."""

    occurred_at: datetime
    net_yen: Yen


def awards(
    rule: ServiceRule,
    as_of: datetime,
    enrolments: Iterable[Enrolment],
    transactions: Iterable[Transaction],
    posted: Mapping[str, Points],
    *,
    reissues: Iterable[Reissue] = (),
) -> dict[str, Points]:
    """Return the points to post now by application id, never 0; negative is a claw-back.

    ``enrolments`` has no first account twice: of two applications the earlier one stands.
    """
    first = first_accounts(reissues)
    by_account: defaultdict[str, list[Transaction]] = defaultdict(list)
    for row in first_of_each_id(
        replace(row, account_id=first.get(row.account_id, row.account_id)) for row in transactions
    ):
        by_account[row.account_id].append(row)
    lines = {
        enrolment.application_id: posted_now(
            points_due(rule, enrolment, by_account[first.get(enrolment.account_id, enrolment.account_id)], as_of),
            posted.get(enrolment.application_id, Points(0)),
        )
        for enrolment in enrolments
    }
    return {application_id: points for application_id, points in lines.items() if points != 0}


def points_due(rule: ServiceRule, enrolment: Enrolment, account: Sequence[Transaction], as_of: datetime) -> Points:
    """Return all points an application is due at ``as_of``; ``account`` is its account's rows, no id twice."""
    room = room_left(rule.points_max, enrolment.points_elsewhere)
    return points_matured(rule, eligible_uses(rule, enrolment, account), room, as_of)


def points_matured(rule: ServiceRule, uses: Sequence[Use], room: Points, as_of: datetime) -> Points:
    """Return all points that eligible uses are due at ``as_of``, at most the room."""
    nets = [use.net_yen for use in matured_uses(rule, uses, room, as_of)]
    if rule.rounding is Rounding.EACH:
        return min(Points(sum(premium_points(net, rule.premium_rate) for net in nets)), room)
    return due_points(Yen(sum(nets)), room, rule.premium_rate)


def first_accounts(reissues: Iterable[Reissue]) -> dict[str, str]:
    """Return the first account of the chain of each account that replaced another.

    A lost or stolen card and the card that replaced it are one account, however often it happens: their uses count
    together, a refund on the new one takes off a use of the old one, and together they never exceed the cap. An
    account replaces one, is replaced by one, and comes back to none: other rows are set aside before.

    Source: the office's FAQ for payment services, on lost and stolen cards (docs/decisions/0015-files-from-outside.md).

    >>> at = datetime(2022, 8, 1)
    >>> first_accounts([Reissue("C", "B", at), Reissue("B", "A", at)])
    {'C': 'A', 'B': 'A'}
    """
    replaced = {reissue.account_id: reissue.replaces for reissue in reissues}
    found = {}
    for account_id, first in replaced.items():
        while first in replaced:
            first = replaced[first]  # noqa: PLW2901  (one step back along the chain)
        found[account_id] = first
    return found


def first_of_each_id(transactions: Iterable[Transaction]) -> list[Transaction]:
    """Keep one row of each transaction id, whatever order rows come in.

    Rows that are the same in every column are one row. Of rows that differ the earliest stands, of those the one with
    the smallest amount, then by kind, account and ``refunds`` (docs/decisions/0007-award-semantics.md).
    """
    kept: dict[str, Transaction] = {}
    for row in transactions:
        known = kept.get(row.transaction_id)
        if known is None or _precedence(row) < _precedence(known):
            kept[row.transaction_id] = row
    return list(kept.values())


def eligible_uses(rule: ServiceRule, enrolment: Enrolment, account: Iterable[Transaction]) -> list[Use]:
    """Return the uses that count for an application, oldest first, each with every refund that names it taken off.

    A use counts when its kind is the one chosen, its own amount is at least the minimum, and it happened within the
    earning period and not before the application took effect. A refund counts whenever it happened; one whose
    original is not there, is itself a refund, or is another account's takes nothing off.
    """
    rows = list(account)
    refunded: defaultdict[str | None, int] = defaultdict(int)
    for row in rows:
        if row.kind is Kind.REFUND:
            refunded[row.refunds] += row.amount_yen
    starts_at = max(rule.effective.starts_at(enrolment.applied_at), rule.earning_starts_at)
    uses = [
        Use(row.occurred_at, net_yen(row.amount_yen, Yen(refunded[row.transaction_id])))
        for row in rows
        if row.kind is enrolment.counts
        and row.amount_yen >= rule.minimum_yen
        and starts_at <= row.occurred_at < rule.earning_ends_before
    ]
    return sorted(uses, key=lambda use: use.occurred_at)


def matured_uses(rule: ServiceRule, uses: Sequence[Use], room: Points, as_of: datetime) -> list[Use]:
    """Return the uses that may be awarded at ``as_of``; none before it happened."""
    schedule = rule.schedule
    if not isinstance(schedule, Threshold):
        return [use for use in uses if schedule.matures_at(use.occurred_at) <= as_of]
    reached_at = _reached_at(uses, yen_to_fill(room, rule.premium_rate))
    if reached_at is None:
        opens_at = schedule.matures_unreached_at(rule.earning_until)
    else:
        opens_at = schedule.matures_at(reached_at)
    return [use for use in uses if max(opens_at, use.occurred_at) <= as_of]


def _reached_at(uses: Sequence[Use], wanted: Yen) -> datetime | None:
    """Return when the cumulative net of ``uses``, oldest first, first was at least ``wanted``."""
    cumulative = 0
    for use in uses:
        cumulative += use.net_yen
        if cumulative >= wanted:
            return use.occurred_at
    return None


def _precedence(row: Transaction) -> tuple[datetime, int, str, str, str]:
    return (row.occurred_at, row.amount_yen, row.kind, row.account_id, row.refunds or "")


# The integer core. Every function is total over whole numbers, so it can be proved.


def net_yen(amount_yen: Yen, refunded_yen: Yen) -> Yen:
    """Return what is left of a use after its refunds, never below 0.

    >>> net_yen(1_000, 300), net_yen(1_000, 1_500)
    (700, 0)
    """
    return Yen(max(amount_yen - refunded_yen, 0))


def room_left(points_max: Points, points_elsewhere: Points) -> Points:
    """Return the points still open: the cap minus what is recorded elsewhere, never below 0.

    >>> room_left(5_000, 3_200), room_left(5_000, 5_001)
    (1800, 0)
    """
    return Points(max(points_max - points_elsewhere, 0))


def premium_points(yen: Yen, premium_rate: int) -> Points:
    """Return the whole points of so many yen at so many percent; fractions are dropped, and nothing is below 0.

    >>> premium_points(2_345, 25), premium_points(3, 25)
    (586, 0)
    """
    return Points(max(yen, 0) * premium_rate // 100)


def yen_to_fill(room: Points, premium_rate: int) -> Yen:
    """Return the least yen that give at least ``room`` points.

    >>> yen_to_fill(5_000, 25), yen_to_fill(1, 30)
    (20000, 4)
    """
    return Yen(-(-room * 100 // premium_rate))


def due_points(matured_yen: Yen, room: Points, premium_rate: int) -> Points:
    """Return all points due for so many matured net yen, at most the room.

    Source: hadano-2020-06-18, on earning: for 20,000 yen at most 5,000 yen-worth, that is 25 %.

    >>> due_points(20_000, 5_000, 25), due_points(19_999, 5_000, 25), due_points(50_000, 1_800, 25)
    (5000, 4999, 1800)
    """
    return min(premium_points(matured_yen, premium_rate), room)


def posted_now(due: Points, posted: Points) -> Points:
    """Return what to post now: due minus posted before; negative takes points back.

    >>> posted_now(5_000, 1_200), posted_now(1_000, 1_200)
    (3800, -200)
    """
    return Points(due - posted)
