"""What is kept of money (帳簿): budgets, movements from account to account, what is left of a limited budget."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint


class Account(models.TextChoices):
    """Where a budget's points stand; of every movement one account gives and another receives. 1 point is 1 yen."""

    FUNDS = "funds"
    BUDGET = "budget"
    RESERVED = "reserved"
    AWARDED = "awarded"
    CLAIMED = "claimed"
    PAID = "paid"


class Kind(models.TextChoices):
    """Why points moved; the closed list. ``WAYS`` says between which accounts each may move them."""

    APPROPRIATED = "appropriated"
    WITHDRAWN = "withdrawn"
    RESERVED = "reserved"
    RELEASED = "released"
    RECORDED = "recorded"
    CLAWED_BACK = "clawed_back"
    CLAIMED = "claimed"
    PAID = "paid"
    EXPIRED = "expired"
    REVERSED = "reversed"


WAYS: dict[Kind, tuple[tuple[Account, Account], ...]] = {
    Kind.APPROPRIATED: ((Account.FUNDS, Account.BUDGET),),
    Kind.WITHDRAWN: ((Account.BUDGET, Account.FUNDS),),
    Kind.RESERVED: ((Account.BUDGET, Account.RESERVED), (Account.FUNDS, Account.RESERVED)),
    Kind.RELEASED: ((Account.RESERVED, Account.BUDGET), (Account.RESERVED, Account.FUNDS)),
    Kind.RECORDED: ((Account.RESERVED, Account.AWARDED),),
    Kind.CLAWED_BACK: (
        (Account.AWARDED, Account.RESERVED),
        (Account.AWARDED, Account.BUDGET),
        (Account.AWARDED, Account.FUNDS),
    ),
    Kind.CLAIMED: ((Account.AWARDED, Account.CLAIMED), (Account.CLAIMED, Account.AWARDED)),
    Kind.PAID: ((Account.CLAIMED, Account.PAID), (Account.PAID, Account.CLAIMED)),
    Kind.EXPIRED: ((Account.AWARDED, Account.BUDGET), (Account.AWARDED, Account.FUNDS)),
}


class Budget(models.Model):
    """The money of one incentive, or of several that share it.

    ``name``        ``mihon.shopping_budget``: the programme file and its figure; ``round2.card_uptake``, the
                    incentive, where no figure is stated
    ``is_limited``  points are reserved from what was appropriated; otherwise straight from the funds
    """

    name = models.CharField(max_length=80, unique=True)
    is_limited = models.BooleanField()

    def __str__(self) -> str:
        return self.name


class BudgetShare(models.Model):
    """Which budget an incentive of a round draws on."""

    round_id = models.CharField(max_length=20)
    incentive = models.CharField(max_length=40)
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="shares")

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="share_once", fields=["round_id", "incentive"])]

    def __str__(self) -> str:
        return f"{self.round_id} {self.incentive}"


class BudgetBlock(models.Model):
    """A part of what is left of a limited budget; several, so that those who reserve do not wait for each other.

    The parts together are the balance of the account ``budget``; triggers change them with each movement.
    """

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="blocks")
    number = models.PositiveSmallIntegerField()
    points_left = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="block_once", fields=["budget", "number"]),
            CheckConstraint(name="budget_not_overspent", condition=Q(points_left__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.points_left} points left"


def _moves_as_its_kind() -> Q:
    ways = Q(kind=Kind.REVERSED.value)
    for kind, pairs in WAYS.items():
        for giver, receiver in pairs:
            ways |= Q(kind=kind.value, from_account=giver.value, to_account=receiver.value)
    return ways


class Movement(models.Model):
    """Points moved from one account to another: both legs in one row, so no row can be out of balance. Append-only.

    ``application``     for what is reserved and released; the books lie below applications and keep its id alone
    ``service_number``  for what is recorded, claimed and paid
    ``voucher``         what it was booked for, such as ``report:12``
    ``reverses``        the movement that this one takes back whole
    """

    budget = models.ForeignKey(
        Budget, on_delete=models.PROTECT, related_name="movements", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    from_account = models.CharField(max_length=8, choices=Account.choices)
    to_account = models.CharField(max_length=8, choices=Account.choices)
    points = models.BigIntegerField()
    application = models.UUIDField(null=True)
    service_number = models.CharField(max_length=9, blank=True)
    voucher = models.CharField(max_length=80, blank=True)
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(name="movement_of_points", condition=Q(points__gt=0)),
            CheckConstraint(name="movement_of_its_kind", condition=_moves_as_its_kind()),
            CheckConstraint(name="movement_between_two", condition=~Q(from_account=F("to_account"))),
            CheckConstraint(
                name="movement_reverses_one",
                condition=Q(kind=Kind.REVERSED.value, reverses__isnull=False)
                | (~Q(kind=Kind.REVERSED.value) & Q(reverses__isnull=True)),
            ),
            UniqueConstraint(name="reversed_once", fields=["reverses"], condition=Q(reverses__isnull=False)),
            UniqueConstraint(
                name="reserved_and_released_once",
                fields=["application", "kind"],
                condition=Q(application__isnull=False),
            ),
        ]
        # Few are released, and of every line of a report it is asked whether its application is.
        indexes: ClassVar = [
            models.Index(name="movement_released", fields=["application"], condition=Q(kind=Kind.RELEASED.value))
        ]

    def __str__(self) -> str:
        return f"{self.points} points from {self.from_account} to {self.to_account}"


class WaitingPlace(models.Model):
    """A place on the waiting list of a budget that is spent, in order of arrival. Append-only; its steps say the rest.

    ``number``    the order of arrival at this budget's list, from 1 without a gap
    ``resident``  the pseudonym under which it was taken; the books lie below identity and keep its id alone
    ``points``    what is held once its turn comes: the most that one person can earn
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    round_id = models.CharField(max_length=20)
    incentive = models.CharField(max_length=40)
    resident = models.UUIDField(db_index=True)
    points = models.PositiveIntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="place_number_once", fields=["budget", "number"])]

    def __str__(self) -> str:
        return f"place:{self.id}"


class WaitingStep(models.Model):
    """What became of a place: its turn came, and how it ended. Append-only; each kind once, and one end.

    ``offer_until``  of ``offered`` alone: the last day, in Tokyo, on which the person may apply
    """

    class Kind(models.TextChoices):
        """Its turn came; or it ended, by the application, by leaving the list, or because its last day passed."""

        OFFERED = "offered"
        APPLIED = "applied"
        LEFT = "left"
        LAPSED = "lapsed"

    place = models.ForeignKey(WaitingPlace, on_delete=models.PROTECT, related_name="steps", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    offer_until = models.DateField(null=True)
    done_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="place_step_once", fields=["place", "kind"]),
            UniqueConstraint(name="place_ends_once", fields=["place"], condition=~Q(kind="offered")),
            CheckConstraint(
                name="place_offered_until",
                condition=Q(kind="offered", offer_until__isnull=False) | (~Q(kind="offered") & Q(offer_until=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.kind}"


class OpenPlace(models.Model):
    """A place that has not ended: one per resident and incentive, by constraint. Removed with its end.

    ``offer_until``  set once its turn has come; its points are then held as reserved, under the id of the place
    """

    place = models.OneToOneField(WaitingPlace, primary_key=True, on_delete=models.PROTECT, related_name="open")
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    round_id = models.CharField(max_length=20)
    incentive = models.CharField(max_length=40)
    resident = models.UUIDField()
    offer_until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="one_place_each", fields=["resident", "round_id", "incentive"]),
            UniqueConstraint(name="open_place_number", fields=["budget", "number"]),
        ]

    def __str__(self) -> str:
        return f"place:{self.place_id} is open"
