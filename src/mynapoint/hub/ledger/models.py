"""What is kept of awards (付与記録): append-only entries, running totals under the cap, and the reports received."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.payment_services.models import PaymentService


class AwardReport(models.Model):
    """One award report of a provider, with the answer it got: the same report again is answered the same.

    ``body_digest``     SHA-256 of the report as it came
    ``answer``          the receipt and its refused lines, byte for byte
    ``reported_up_to``  every award due before this instant is in this or an earlier report
    """

    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+")
    report_id = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64)
    reported_up_to = models.DateTimeField()
    answer = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="report_once", fields=["payment_service", "report_id"])]
        indexes: ClassVar = [models.Index(name="report_up_to", fields=["payment_service", "reported_up_to"])]

    def __str__(self) -> str:
        return f"report {self.report_id}"


class LedgerEntry(models.Model):
    """Points recorded for one application, negative for a claw-back; append-only.

    ``line_id``    the provider's key of the posting: the same line never counts twice at one service
    ``posted_on``  the day in Tokyo on which the resident got the points
    """

    report = models.ForeignKey(AwardReport, on_delete=models.PROTECT, related_name="entries")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+")
    line_id = models.CharField(max_length=64)
    points = models.IntegerField()
    posted_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="line_once", fields=["payment_service", "line_id"]),
            CheckConstraint(name="entry_not_zero", condition=~Q(points=0)),
        ]

    def __str__(self) -> str:
        return f"{self.points} points on {self.posted_on}"


class RecordedTotal(models.Model):
    """The points recorded for one resident and incentive through all rounds; the database keeps it in 0 … cap."""

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    incentive = models.CharField(max_length=40)
    recorded = models.IntegerField(default=0)
    points_max = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="total_once", fields=["resident", "incentive"]),
            CheckConstraint(name="total_within_cap", condition=Q(recorded__gte=0, recorded__lte=F("points_max"))),
        ]

    def __str__(self) -> str:
        return f"{self.recorded} of {self.points_max}"
