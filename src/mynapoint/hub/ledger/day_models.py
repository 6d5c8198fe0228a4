"""Sums of days that are over, so that figures of a nation need not be counted from its rows each time they are asked.

They say nothing that the rows do not (hub/ledger/counted_days.py): taken away, they are counted again.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import UniqueConstraint

from mynapoint.hub.books.models import Account, Budget
from mynapoint.hub.payment_services.models import PaymentService


class CountedDay(models.Model):
    """A day in Tokyo whose sums are kept. From the first to the last there is no gap."""

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day} is counted"


class DayCount(models.Model):
    """What came on a day at one service for one incentive: applications, and points of entries, claw-backs taken off.

    ``early``  entries posted before the schedule of the time could have awarded anything (comparing.py)
    """

    day = models.DateField()
    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+", db_index=False)
    round_id = models.CharField(max_length=20)
    incentive = models.CharField(max_length=40)
    applications = models.PositiveIntegerField()
    points = models.BigIntegerField()
    early = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="counted_once", fields=["day", "payment_service", "round_id", "incentive"])
        ]

    def __str__(self) -> str:
        return f"{self.round_id}.{self.incentive} on {self.day}"


class DayWaiting(models.Model):
    """How many more wait at the end of a day than at its beginning for the award they were told of on ``told_on``.

    ``waiting``  below zero where more were awarded than told; whether one was stopped is not asked (waiting_awards.py)
    """

    day = models.DateField()
    told_on = models.DateField()
    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+", db_index=False)
    round_id = models.CharField(max_length=20)
    incentive = models.CharField(max_length=40)
    waiting = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="waiting_once", fields=["day", "told_on", "payment_service", "round_id", "incentive"])
        ]

    def __str__(self) -> str:
        return f"{self.waiting} told on {self.told_on}"


class DayMoved(models.Model):
    """What moved on a day in one budget from one account to another; ``appropriations`` are movements of that kind."""

    day = models.DateField()
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_account = models.CharField(max_length=8, choices=Account.choices)
    to_account = models.CharField(max_length=8, choices=Account.choices)
    points = models.BigIntegerField()
    appropriations = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="moved_once", fields=["day", "budget", "from_account", "to_account"])
        ]

    def __str__(self) -> str:
        return f"{self.points} from {self.from_account} to {self.to_account} on {self.day}"
