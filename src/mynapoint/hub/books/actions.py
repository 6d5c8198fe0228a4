"""What can be done in the books: book a movement, and take one back by another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from mynapoint.hub.books.models import Account, Budget, BudgetShare, Kind, Movement
from mynapoint.programme.values import Points


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which budget an incentive draws on, and the account its reservations come from and go back to."""

    budget: int
    source: Account


def budgets_drawn() -> dict[tuple[str, str], Drawn]:
    """Return the budget of every round and incentive."""
    return {
        (one.round_id, one.incentive): Drawn(one.budget_id, source(one.budget))
        for one in BudgetShare.objects.select_related("budget")
    }


def source(budget: Budget) -> Account:
    """Return where the points of a budget are before they are reserved."""
    return Account.BUDGET if budget.is_limited else Account.FUNDS


def book(
    kind: Kind,
    *,
    budget: int,
    giver: Account,
    receiver: Account,
    points: Points,
    now: datetime,
    application: uuid.UUID | None = None,
    service_number: str = "",
    voucher: str = "",
) -> Movement:
    """Move points, more than 0, from one account to another, in the transaction of what is booked.

    Raises IntegrityError where the kind does not move points so, or a limited budget has too little left.
    """
    assert connection.in_atomic_block, "a movement is booked in the transaction of its act"
    return Movement.objects.create(
        budget_id=budget,
        kind=kind.value,
        from_account=giver.value,
        to_account=receiver.value,
        points=points,
        application=application,
        service_number=service_number,
        voucher=voucher,
        made_at=now,
    )


def reverse(movement: Movement, *, now: datetime, voucher: str = "") -> Movement:
    """Take a movement back whole, by a new one linked to it. Raises IntegrityError where it was taken back before."""
    assert connection.in_atomic_block, "a movement is booked in the transaction of its act"
    return Movement.objects.create(
        budget_id=movement.budget_id,
        kind=Kind.REVERSED.value,
        from_account=movement.to_account,
        to_account=movement.from_account,
        points=movement.points,
        service_number=movement.service_number,
        voucher=voucher,
        reverses=movement,
        made_at=now,
    )
