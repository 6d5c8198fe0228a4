"""What is kept by the office: visits of days that are over, and each edition of the open data, as it was published."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import UniqueConstraint


class DayVisits(models.Model):
    """Visits to a municipality's support counters that ended on a day, and the applications made in them.

    Of days that are counted alone (hub/ledger/counted_days.py); it says what the visits say.
    """

    day = models.DateField()
    municipality = models.CharField(max_length=40, blank=True)
    visits = models.PositiveIntegerField()
    applications = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="visits_counted_once", fields=["day", "municipality"])]

    def __str__(self) -> str:
        return f"{self.visits} on {self.day}"


class Edition(models.Model):
    """One edition of the open data; append-only.

    ``through``  the Sunday up to whose end it counts
    ``visits``   its rows of visits: week's Sunday, prefecture, visits (open_data.VisitRow); None: it has none yet
    ``rows``     its rows as lists: week's Sunday, round, incentives, service, applications, points (open_data.Row)
    """

    through = models.DateField()
    rows = models.JSONField()
    visits = models.JSONField(null=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="edition_once", fields=["through"])]

    def __str__(self) -> str:
        return f"edition:{self.through}"
