"""What is kept of settlement (精算): claims and their steps, bank accounts, payments, files, draws; all append-only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.staff.models import StaffAccount


class State(models.TextChoices):
    """Where a claim stands: its last step. ``WAYS`` says what may follow what."""

    SUBMITTED = "submitted", _("提出")
    CHECKED = "checked", _("確認済み")
    APPROVED = "approved", _("承認済み")
    REFUSED = "refused", _("差し戻し")
    PAID = "paid", _("支払済み")
    RETURNED = "returned", _("振込の組戻し")
    CLOSED = "closed", _("完了")


WAYS: dict[State, tuple[State, ...]] = {
    State.SUBMITTED: (State.CHECKED, State.REFUSED),
    State.CHECKED: (State.APPROVED, State.REFUSED),
    State.APPROVED: (State.PAID,),
    State.PAID: (State.RETURNED, State.CLOSED),
    State.RETURNED: (State.PAID,),
    State.REFUSED: (),
    State.CLOSED: (),
}


class Claim(models.Model):
    """What a provider claims for one service and incentive, up to and with a month, beyond its earlier claims.

    ``claim_id``  the provider's own key; ``body_digest``, SHA-256 of the claim as it came
    ``points``    1 point is 1 yen; negative where it pays back
    ``last_entry``  the newest ledger entry there was; what is recorded later is the next claim's to show
    ``expired``   of all that was awarded from the beginning, what lapsed unused; the actual figure where ``is_final``
    """

    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+")
    claim_id = models.CharField(max_length=64)
    round_id = models.CharField(max_length=20)
    incentive = models.CharField(max_length=40)
    month = models.CharField(max_length=7)
    points = models.BigIntegerField()
    expired = models.BigIntegerField()
    is_final = models.BooleanField()
    last_entry = models.BigIntegerField()
    body_digest = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="claim_once", fields=["payment_service", "claim_id"]),
            CheckConstraint(name="claim_expired_not_negative", condition=Q(expired__gte=0)),
        ]

    def __str__(self) -> str:
        return f"claim:{self.pk}"


class BankAccount(models.Model):
    """Where a service's money goes, as its provider has said so; used once a second person has confirmed it.

    ``kind``    1 ordinary (普通), 2 current (当座), 4 savings (貯蓄), as the transfer file has it
    ``holder``  in half-width kana and capitals, as the bank knows it
    """

    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+")
    bank = models.CharField(max_length=4)
    branch = models.CharField(max_length=3)
    kind = models.CharField(max_length=1)
    number = models.CharField(max_length=7)
    holder = models.CharField(max_length=30)
    entered_by = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"bank account:{self.pk}"


class BankAccountConfirmed(models.Model):
    """A second person has compared a bank account with what the provider sent."""

    account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="confirmed")
    confirmed_by = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id} confirmed"


class Payment(models.Model):
    """Money between programme and provider: all claims of a service that were approved and not paid, in one sum.

    ``points``   more than 0: transferred to the provider; less: repaid by it; 0: its claims offset each other
    ``account``  where it was transferred to; None where nothing was
    ``returns``  the transfer that the bank gave back, whole; ``points`` is its sum, negative
    """

    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+")
    points = models.BigIntegerField()
    account = models.ForeignKey(BankAccount, null=True, on_delete=models.PROTECT, related_name="+")
    returns = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="returned")
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(
                name="transferred_to_an_account",
                condition=Q(points__gt=0, account__isnull=False, returns=None) | Q(points__lte=0, account=None),
            ),
        ]

    def __str__(self) -> str:
        return f"payment:{self.pk}"


class ClaimStep(models.Model):
    """One step of a claim; append-only. The database refuses a step out of turn, and one person for two.

    ``staff``    None: the provider's own step, or the hub's
    ``payment``  of a step to paid or returned
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    staff = models.ForeignKey(StaffAccount, null=True, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="steps")
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="claim_step_once", fields=["claim", "number"]),
            CheckConstraint(
                name="claim_step_by_staff",
                condition=Q(state=State.SUBMITTED, staff=None) | (~Q(state=State.SUBMITTED) & Q(staff__isnull=False)),
            ),
            CheckConstraint(
                name="claim_step_of_payment",
                condition=Q(state__in=[State.PAID, State.RETURNED], payment__isnull=False)
                | (~Q(state__in=[State.PAID, State.RETURNED]) & Q(payment=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"claim {self.claim_id}: {self.state}"


class TransferFile(models.Model):
    """A file for the bank, byte for byte as it was handed over; each payment is in one file at most."""

    transfer_on = models.DateField()
    body = models.BinaryField()
    made_by = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"transfer file:{self.pk}"


class Transfer(models.Model):
    """A payment's record in a file for the bank."""

    file = models.ForeignKey(TransferFile, on_delete=models.PROTECT, related_name="transfers")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="transfer")
    number = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.payment_id} in {self.file_id}"


class Draw(models.Model):
    """A sample of a claim's lines, drawn so that anybody who has the lines can draw it again (sampling.py).

    ``rate_permille``        of lines that would be wrong: a sample finds one of them with ``confidence_percent``
    ``population``, ``size`` lines of the claim, and how many of them were drawn
    ``seed``                 hex; SHA-256 of the signed root of ``checkpoint`` and of the claim
    """

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="draw")
    rate_permille = models.PositiveSmallIntegerField()
    confidence_percent = models.PositiveSmallIntegerField()
    population = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    checkpoint = models.PositiveBigIntegerField()
    seed = models.CharField(max_length=64)
    drawn_by = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [CheckConstraint(name="draw_of_lines", condition=Q(size__lte=F("population")))]

    def __str__(self) -> str:
        return f"draw of {self.size} from {self.population}"


class DrawnLine(models.Model):
    """One line that was drawn; its evidence is asked for at the provider door."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="lines")
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="line_drawn_once", fields=["draw", "entry"])]

    def __str__(self) -> str:
        return f"drawn line {self.number}"


class Finding(models.TextChoices):
    """What the evidence for a drawn line showed."""

    IN_ORDER = "in_order", _("証拠と合っています")
    NO_EVIDENCE = "no_evidence", _("証拠が届きません")
    OTHER_SUM = "other_sum", _("額が違います")
    DUPLICATE = "duplicate", _("二重に計上されています")
    NO_SUCH_AWARD = "no_such_award", _("付与の事実がありません")


class LineFinding(models.Model):
    """What was found for a drawn line, once."""

    line = models.OneToOneField(DrawnLine, on_delete=models.PROTECT, related_name="finding")
    finding = models.CharField(max_length=14, choices=Finding.choices)
    note = models.CharField(max_length=200, blank=True)
    found_by = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.line_id}: {self.finding}"
