"""Service status: notices of the programme office about faults, maintenance and congestion, with their times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.words import WordsField


class StatusNotice(models.Model):
    """One notice, shown from ``starts_at`` up to, and not at, ``ends_at`` (None: until it is ended).

    ``published_by``, ``ended_by``  ``staff:<id>`` of the office
    """

    class Kind(models.TextChoices):
        """What it tells of; machines read the code."""

        FAULT = "fault", _("障害")
        CONGESTION = "congestion", _("混雑")
        MAINTENANCE = "maintenance", _("メンテナンス")
        INFORMATION = "information", _("お知らせ")

    kind = models.CharField(max_length=11, choices=Kind.choices)
    words = WordsField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=80)
    published_at = models.DateTimeField()
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["-starts_at", "-id"]
        constraints: ClassVar = [
            CheckConstraint(name="status_notice_times", condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M}"


def current(now: datetime) -> Sequence[StatusNotice]:
    """Return the notices of an instant, faults first, then the newest."""
    order = list(StatusNotice.Kind.values)
    found = StatusNotice.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)
    return sorted(found, key=lambda one: order.index(one.kind))
