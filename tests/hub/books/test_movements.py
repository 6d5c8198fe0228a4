"""Movements: in balance by their shape, only ever added, taken back once and whole, never more than there is."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from hub import clock
from mynapoint.hub.books.actions import book, reverse
from mynapoint.hub.books.budgets import BudgetRefused, granted, limit, open_budgets, spent, spread, standings
from mynapoint.hub.books.models import WAYS, Account, Budget, BudgetBlock, Kind, Movement
from mynapoint.programme.values import IncentiveId, Points

CARD = "round2.card_uptake"
pytestmark = pytest.mark.usefixtures("db")


def moved(kind: Kind, giver: Account, receiver: Account, points: int, name: str = CARD) -> Movement:
    with transaction.atomic():
        return book(
            kind,
            budget=Budget.objects.get(name=name).pk,
            giver=giver,
            receiver=receiver,
            points=Points(points),
            now=clock.START,
        )


def balance(account: Account, name: str = CARD) -> int:
    (own,) = (one for one in standings() if one.name == name)
    return own.balances[account]


def left(name: str = CARD) -> int:
    return sum(BudgetBlock.objects.filter(budget__name=name).values_list("points_left", flat=True))


def test_what_one_account_receives_another_has_given() -> None:
    moved(Kind.RESERVED, Account.FUNDS, Account.RESERVED, 5_000)
    moved(Kind.RECORDED, Account.RESERVED, Account.AWARDED, 1_200)

    assert {one: balance(one) for one in (Account.FUNDS, Account.RESERVED, Account.AWARDED)} == {
        Account.FUNDS: -5_000,
        Account.RESERVED: 3_800,
        Account.AWARDED: 1_200,
    }


@pytest.mark.parametrize("points", [0, -1])
def test_nothing_and_less_than_nothing_cannot_move(points: int) -> None:
    with pytest.raises(IntegrityError):
        moved(Kind.RESERVED, Account.FUNDS, Account.RESERVED, points)


@pytest.mark.parametrize("kind", [one for one in Kind if one is not Kind.REVERSED])
def test_a_movement_goes_no_other_way_than_its_kind_says(kind: Kind) -> None:
    for giver in Account:
        for receiver in Account:
            if (giver, receiver) not in WAYS[kind]:
                with pytest.raises(IntegrityError):
                    moved(kind, giver, receiver, 1)


def test_no_movement_is_ever_changed_or_removed() -> None:
    moved(Kind.RESERVED, Account.FUNDS, Account.RESERVED, 1)

    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
        Movement.objects.update(points=2)
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
        Movement._base_manager.all()._raw_delete("default")


def test_a_movement_is_taken_back_by_another_one_linked_to_it_once() -> None:
    first = moved(Kind.RESERVED, Account.FUNDS, Account.RESERVED, 500)

    with transaction.atomic():
        back = reverse(first, now=clock.START, voucher="mistake")

    assert (back.reverses, balance(Account.RESERVED), Movement.objects.count()) == (first, 0, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        reverse(first, now=clock.START)
    with pytest.raises(IntegrityError), transaction.atomic():
        reverse(back, now=clock.START)


@pytest.mark.parametrize("field", ["points", "to_account", "budget_id"])
def test_the_database_refuses_a_reversal_that_does_not_mirror_its_origin(field: str) -> None:
    first = moved(Kind.RESERVED, Account.FUNDS, Account.RESERVED, 500)
    other = {"points": 499, "to_account": "paid", "budget_id": Budget.objects.exclude(pk=first.budget_id)[0].pk}[field]
    mirrored = {
        "budget_id": first.budget_id,
        "kind": "reversed",
        "from_account": "reserved",
        "to_account": "funds",
        "points": 500,
        "reverses": first,
        "made_at": clock.START,
    }

    with pytest.raises(IntegrityError, match="reversal_mirrors"), transaction.atomic():
        Movement.objects.create(**mirrored | {field: other})


def test_every_incentive_of_the_package_has_a_budget_and_a_stated_one_is_its_limit() -> None:
    assert open_budgets(now=clock.START) == 2, "みほん市's; the national rounds' come with the tables"
    assert open_budgets(now=clock.START) == 0
    assert granted("mihon", IncentiveId("local_shopping")) == left("mihon.shopping_budget") == 30_000_000
    assert granted("round2", IncentiveId("card_uptake")) is None


def test_the_last_point_is_spent_once_and_what_blocks_have_left_is_gathered() -> None:
    limit(CARD, Points(10_001), now=clock.START)
    moved(Kind.RESERVED, Account.BUDGET, Account.RESERVED, 5_000)
    spread(Budget.objects.get(name=CARD))
    assert not spent()

    moved(Kind.RESERVED, Account.BUDGET, Account.RESERVED, 5_000)

    assert left() == balance(Account.BUDGET) == 1
    assert spent() == {("round2", IncentiveId("card_uptake"))}
    with pytest.raises(IntegrityError, match="budget_spent"):
        moved(Kind.RESERVED, Account.BUDGET, Account.RESERVED, 2)
    moved(Kind.RESERVED, Account.BUDGET, Account.RESERVED, 1)
    moved(Kind.RELEASED, Account.RESERVED, Account.BUDGET, 5_000)
    assert left() == 5_000
    assert not spent()


def test_a_limit_is_raised_and_lowered_no_further_than_what_is_reserved() -> None:
    limit(CARD, Points(10_000), now=clock.START)
    moved(Kind.RESERVED, Account.BUDGET, Account.RESERVED, 5_000)

    limit(CARD, Points(20_000), now=clock.START)
    assert left() == 15_000
    limit(CARD, Points(5_000), now=clock.START)
    assert left() == 0
    with pytest.raises(BudgetRefused, match="only 0 points are not reserved"):
        limit(CARD, Points(4_999), now=clock.START)
    assert -balance(Account.FUNDS) == 5_000


def test_a_budget_reserved_from_without_a_limit_gets_none_later() -> None:
    moved(Kind.RESERVED, Account.FUNDS, Account.RESERVED, 5_000)

    with pytest.raises(BudgetRefused, match="cannot get one now"):
        limit(CARD, Points(10_000), now=clock.START)
    with pytest.raises(BudgetRefused, match="no budget"):
        limit("round9.nothing", Points(1), now=clock.START)


def test_the_database_itself_keeps_every_block_at_nothing_or_more() -> None:
    limit(CARD, Points(1), now=clock.START)

    with pytest.raises(IntegrityError), transaction.atomic():
        BudgetBlock.objects.update(points_left=-1)
