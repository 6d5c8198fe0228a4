"""Budgets: opened as the programme files state them, limited and raised by the office, and which of them are spent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When

from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.books.models import Account, Budget, BudgetBlock, BudgetShare, Kind, Movement, OpenPlace
from mynapoint.programme.incentives import Incentive, PremiumRule
from mynapoint.programme.rounds import ROUND_IDS, load_round
from mynapoint.programme.values import IncentiveId, Points

BLOCKS = {"sqlite": 1, "postgresql": 32}
"""Parts of a limited budget: SQLite has one writer; on PostgreSQL as many reserve at once without waiting."""


class BudgetRefused(Exception):
    """A limit that cannot be set; says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands: points by account. ``granted``: what it has in all; None where it has no limit."""

    name: str
    granted: Points | None
    balances: Mapping[Account, Points]


@transaction.atomic
def open_budgets(*, now: datetime) -> int:
    """Open a budget for every incentive of the package's programmes that has none; return how many were opened.

    Done by each `mynapoint hub migrate`: an application for an incentive without a budget is refused by the database.
    """
    opened = 0
    for round_id in ROUND_IDS:
        for incentive in load_round(round_id).incentives.values():
            if BudgetShare.objects.filter(round_id=round_id, incentive=incentive.id).exists():
                continue
            figure = incentive.budget
            name = f"{round_id}.{figure.key if figure else incentive.id}"
            budget, is_new = Budget.objects.get_or_create(name=name, defaults={"is_limited": figure is not None})
            BudgetShare.objects.create(round_id=round_id, incentive=incentive.id, budget=budget)
            if is_new and figure is not None:
                _make_blocks(budget)
                _grant(budget, Points(figure.final_number), now=now, voucher=f"programme:{round_id}")
            opened += is_new
    return opened


@transaction.atomic
def limit(name: str, points: Points, *, who: str = HUB, now: datetime) -> None:
    """Let a budget have so many points in all, for every purpose together. Raises BudgetRefused.

    One that was opened without a limit gets one only while nothing has been reserved from it: what was reserved
    straight from the funds is not counted against a limit that comes later.
    """
    budget = Budget.objects.select_for_update().filter(name=name).first()
    if budget is None:
        raise BudgetRefused(f"there is no budget {name!r}; `mynapoint hub budgets` lists them")
    if not budget.is_limited:
        if Movement.objects.filter(budget=budget).exists():
            raise BudgetRefused(f"{name} has no limit and points are reserved from it already; it cannot get one now")
        budget.is_limited = True
        budget.save(update_fields=["is_limited"])
        _make_blocks(budget)
    _grant(budget, points, now=now, voucher=f"limit by {who}")
    record(Act.BUDGET_LIMITED, who=who, subject=f"budget:{name}", now=now, points=points)


def spent() -> frozenset[tuple[str, IncentiveId]]:
    """Return round and incentive wherever less is left of the budget than one person may earn, or people wait for it.

    What comes back to a budget is first of all for those on its waiting list.
    """
    waited_for = Exists(OpenPlace.objects.filter(budget=OuterRef("pk"), offer_until=None))
    rows = Budget.objects.filter(is_limited=True).annotate(left=Sum("blocks__points_left"), waited_for=waited_for)
    left = {budget: 0 if waits else points for budget, points, waits in rows.values_list("pk", "left", "waited_for")}
    if not left:
        return frozenset()
    shares = BudgetShare.objects.filter(budget__in=left)
    return frozenset(
        (one.round_id, IncentiveId(one.incentive))
        for one in shares
        if left[one.budget_id] < _points_max(load_round(one.round_id).incentives[IncentiveId(one.incentive)])
    )


def granted(round_id: str, incentive: IncentiveId) -> Points | None:
    """Return what the budget of an incentive has in all; None where it has no limit."""
    share = BudgetShare.objects.select_related("budget").get(round_id=round_id, incentive=incentive)
    return _granted(share.budget) if share.budget.is_limited else None


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in a budget from one account to another, and how many of these movements appropriated it."""

    budget: int
    from_account: str
    to_account: str
    points: int
    appropriations: int


def moved(when: Q | None = None) -> list[Moved]:
    """Return what moved, all or what fits a condition on movements, summed by budget and accounts."""
    rows = Movement.objects.filter(when or Q()).order_by().values_list("budget", "from_account", "to_account")
    sums = rows.annotate(Sum("points"), appropriations=Count("pk", filter=Q(kind=Kind.APPROPRIATED)))
    return [Moved(*row) for row in sums]


def standings(until: Iterable[Moved] | None = None) -> list[Standing]:
    """Return how every budget stands, by name.

    ``until``  what had moved by then; a budget then has a limit where any was appropriated. None: now
    """
    balances: dict[int, dict[Account, int]] = {}
    rows = moved() if until is None else list(until)
    if until is None:
        limited = set(Budget.objects.filter(is_limited=True).values_list("pk", flat=True))
    else:
        limited = {one.budget for one in rows if one.appropriations}
    for one in rows:
        own = balances.setdefault(one.budget, dict.fromkeys(Account, 0))
        own[Account(one.from_account)] -= one.points
        own[Account(one.to_account)] += one.points
    found = []
    for budget in Budget.objects.order_by("name"):
        own = balances.get(budget.pk, dict.fromkeys(Account, 0))
        total = Points(-own[Account.FUNDS]) if budget.pk in limited else None
        found.append(Standing(budget.name, total, {account: Points(points) for account, points in own.items()}))
    return found


def spread(budget: Budget) -> None:
    """Share out evenly among its blocks what is left of a budget; nothing is booked."""
    with transaction.atomic():
        blocks = list(BudgetBlock.objects.select_for_update().filter(budget=budget).order_by("id"))
        each, rest = divmod(sum(one.points_left for one in blocks), len(blocks))
        for place, block in enumerate(blocks):
            block.points_left = each + (1 if place < rest else 0)
        BudgetBlock.objects.bulk_update(blocks, ["points_left"])


def _make_blocks(budget: Budget) -> None:
    BudgetBlock.objects.bulk_create(
        BudgetBlock(budget=budget, number=number) for number in range(BLOCKS[connection.vendor])
    )


def _grant(budget: Budget, points: Points, *, now: datetime, voucher: str) -> None:
    missing = points - _granted(budget)
    if missing > 0:
        kind, giver, receiver = Kind.APPROPRIATED, Account.FUNDS, Account.BUDGET
    elif missing < 0:
        spread(budget)  # locks every block, until the commit
        left = BudgetBlock.objects.filter(budget=budget).aggregate(all=Sum("points_left"))["all"]
        if left < -missing:
            raise BudgetRefused(f"{budget.name}: only {left} points are not reserved; {-missing} cannot be taken back")
        kind, giver, receiver = Kind.WITHDRAWN, Account.BUDGET, Account.FUNDS
    else:
        return
    Movement.objects.create(
        budget=budget,
        kind=kind.value,
        from_account=giver.value,
        to_account=receiver.value,
        points=abs(missing),
        voucher=voucher,
        made_at=now,
    )
    spread(budget)


def _granted(budget: Budget) -> Points:
    given = When(from_account=Account.FUNDS.value, then=F("points"))
    back = When(to_account=Account.FUNDS.value, then=-F("points"))
    through = Movement.objects.filter(Q(from_account=Account.FUNDS) | Q(to_account=Account.FUNDS), budget=budget)
    return Points(through.aggregate(all=Sum(Case(given, back, default=Value(0))))["all"] or 0)


def _points_max(law: Incentive) -> Points:
    return law.rule.points_max if isinstance(law.rule, PremiumRule) else law.rule.points
