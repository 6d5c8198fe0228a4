"""What is kept by the office: each edition of the open data, as it was published."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import UniqueConstraint


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
