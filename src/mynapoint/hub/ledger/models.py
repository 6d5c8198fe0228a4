"""What is kept of awards (付与記録): append-only entries, totals under the cap, reports, double applications."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import connection, models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.models import Resident, SerialLink
from mynapoint.hub.payment_services.models import PaymentService, Provider


class AwardReport(models.Model):
    """One award report of a provider, with the answer it got: the same report again is answered the same.

    ``body_digest``     SHA-256 of the report as it came
    ``answer``          the receipt and its refused lines, byte for byte
    ``reported_up_to``  every award due before this instant is in this or an earlier report
    ``…_declared``      what the report's header says, and its lines add up to; None: it came before this was kept
    """

    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+")
    report_id = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64)
    reported_up_to = models.DateTimeField()
    lines_declared = models.PositiveIntegerField(null=True)
    points_declared = models.BigIntegerField(null=True)
    answer = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="report_once", fields=["payment_service", "report_id"])]
        indexes: ClassVar = [models.Index(name="report_up_to", fields=["payment_service", "reported_up_to"])]

    def __str__(self) -> str:
        return f"report {self.report_id}"


class RefusedReport(models.Model):
    """One award report that was refused as a whole, so that nothing of it was recorded; append-only.

    Of its lines nothing is kept: ``line`` and ``field`` say where it is wrong, a field that is no field of ours is
    left out. The same report refused again for the same reason is not kept again.

    ``payment_service``  None where it names none of the provider's, or cannot be read so far
    ``…_declared``       what its header says, ``…_counted`` what its lines come to; None where that was not read
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    payment_service = models.ForeignKey(PaymentService, null=True, on_delete=models.PROTECT, related_name="+")
    key_id = models.CharField(max_length=64)
    report_id = models.CharField(max_length=64, blank=True)
    body_digest = models.CharField(max_length=64)
    code = models.CharField(max_length=32)
    line = models.PositiveIntegerField(null=True)
    field = models.CharField(max_length=64, blank=True)
    lines_declared = models.PositiveIntegerField(null=True)
    points_declared = models.BigIntegerField(null=True)
    lines_counted = models.PositiveIntegerField(null=True)
    points_counted = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="refusal_once", fields=["provider", "body_digest", "code"])]

    def __str__(self) -> str:
        return f"refused report {self.report_id}: {self.code}"


class LedgerEntry(models.Model):
    """Points recorded for one application, negative for a claw-back; append-only.

    A guard asks when entries are made that application and report are there and of the entry's own service: they are
    append-only too, so nothing can take them away later (docs/decisions/0046-entries-by-guard.md).

    ``line_id``    the provider's key of the posting: the same line never counts twice at one service
    ``posted_on``  the day in Tokyo on which the resident got the points
    ``origin``     the entry that a correction reverses, or gives to whoever it was meant for
    """

    report = models.ForeignKey(AwardReport, on_delete=models.PROTECT, related_name="entries", db_constraint=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    payment_service = models.ForeignKey(
        PaymentService, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    line_id = models.CharField(max_length=64)
    points = models.IntegerField()
    posted_on = models.DateField()
    recorded_at = models.DateTimeField()
    origin = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="line_once", fields=["payment_service", "line_id"]),
            CheckConstraint(name="entry_not_zero", condition=~Q(points=0)),
        ]

    def __str__(self) -> str:
        return f"{self.points} points on {self.posted_on}"


class RecordedTotal(models.Model):
    """The points recorded for one person and incentive through all rounds; the database keeps it in 0 … cap.

    ``resident``  who survives today; the database refuses one who was merged or is none (a guard, no foreign key:
                  asked once for all the new totals of a report, docs/decisions/0042-reports-by-key.md)
    ``over_cap``  points beyond the cap, recorded before a merge showed two residents to be one person; it can only
                  fall, by claw-backs, and while there is any the cap is full. Entries sum to recorded + over_cap
    """

    resident = models.ForeignKey(
        Resident, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    incentive = models.CharField(max_length=40)
    recorded = models.IntegerField(default=0)
    over_cap = models.PositiveIntegerField(default=0)
    points_max = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="total_once", fields=["resident", "incentive"]),
            CheckConstraint(name="total_within_cap", condition=Q(recorded__gte=0, recorded__lte=F("points_max"))),
            CheckConstraint(name="over_cap_when_full", condition=Q(over_cap=0) | Q(recorded=F("points_max"))),
        ]

    def __str__(self) -> str:
        return f"{self.recorded} of {self.points_max}"

    @property
    def in_all(self) -> int:
        """Every point recorded, within the cap and beyond it."""
        return self.recorded + self.over_cap

    def put(self, points: int) -> None:
        """Let ``points`` be all that is recorded; what is beyond the cap is told apart."""
        self.recorded = min(points, self.points_max)
        self.over_cap = points - self.recorded


_UPDATES = 50
"""Totals in one UPDATE of SQLite: its CASE is searched once for each row, so larger ones are slower."""


def save_totals(totals: Collection[RecordedTotal]) -> None:
    """Write what is recorded and over the cap of totals that are locked; on PostgreSQL all in one statement."""
    if connection.vendor != "postgresql":
        RecordedTotal.objects.bulk_update(totals, ["recorded", "over_cap"], batch_size=_UPDATES)
        return
    columns = zip(*((one.pk, one.recorded, one.over_cap) for one in totals), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_recordedtotal AS total SET recorded = new.recorded, over_cap = new.over_cap "
            "FROM unnest(%s::bigint[], %s::integer[], %s::integer[]) AS new (id, recorded, over_cap) "
            "WHERE total.id = new.id",
            [list(column) for column in columns] or [[], [], []],
        )


class CaseState(models.TextChoices):
    """Where a case stands."""

    OPEN = "open"
    DECIDED = "decided"


class DoubleApplication(models.Model):
    """A case: one person applied twice for one incentive, and a link that came late shows it.

    Until it is decided the earlier application stands and the later is stopped: nothing more is awarded to it, and
    nothing is clawed back by itself. ``points_…`` were recorded for each when the case was opened.
    """

    earlier = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    later = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="+")
    points_earlier = models.PositiveIntegerField()
    points_later = models.PositiveIntegerField()
    link = models.ForeignKey(SerialLink, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=CaseState.choices, default=CaseState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(name="case_of_two", condition=~Q(earlier=F("later"))),
            CheckConstraint(
                name="case_decided",
                condition=Q(state=CaseState.OPEN, decided_at=None)
                | Q(state=CaseState.DECIDED, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"case of {self.opened_at:%Y-%m-%d}, {self.state}"
