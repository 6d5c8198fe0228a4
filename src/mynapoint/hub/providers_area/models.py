"""What is kept of the providers' area: proposed changes of registered services and what became of them; append-only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.staff.models import StaffAccount


class Proposal(models.Model):
    """A change of a registered service that its provider asks for; residents rely on the entry, so two decide.

    ``document``  the entry as it is to be, as the register's file has it
    ``revision``  of the entry's history that the proposal was written on; decided on that one alone
    """

    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField()
    revision = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [CheckConstraint(name="proposal_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"proposal:{self.pk}"


class Outcome(models.TextChoices):
    """What became of a proposal."""

    TAKEN = "taken", _("反映済み")
    SENT_BACK = "sent_back", _("差し戻し")
    TAKEN_BACK = "taken_back", _("取り下げ")


class ProposalOutcome(models.Model):
    """How a proposal ended, once: taken over or sent back by the office, or taken back by its provider."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="ended")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [CheckConstraint(name="outcome_known", condition=Q(outcome__in=Outcome.values))]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.outcome}"
