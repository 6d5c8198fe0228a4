"""What is kept of a correction: the claim that an application is another person's, or that its person has died."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.staff.models import StaffAccount


class Correction(models.Model):
    """A claim that an application was linked to the wrong person (誤紐付け), or that its person has died.

    Append-only; its steps say how it stands, and the first one what it is about.

    ``other``         whose account it is, where that person is known here; told on their own page
    ``municipality``  whose staff sees to it; empty: the programme office
    ``words``         what happened, as it was told; no name or number
    ``due_on``        the day by which it is to be decided
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="corrections")
    other = models.ForeignKey(Resident, on_delete=models.PROTECT, null=True, related_name="+")
    municipality = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=400, blank=True)
    due_on = models.DateField()

    def __str__(self) -> str:
        return f"correction:{self.pk}"

    @property
    def is_about_death(self) -> bool:
        """Whether it is about a death, not about a mislink."""
        return self.steps.filter(number=0, kind=CorrectionStep.Kind.DEATH).exists()


class CorrectionStep(models.Model):
    """One step of a correction; append-only. The database lets none follow the last, nor two have one number.

    ``who``       ``resident:…`` or ``staff:…``; ``staff``, their account, and ``first``, whose proposal is approved
    ``evidence``  of what kind, and ``reference``, where it is kept; nothing personal beyond that
    """

    class Kind(models.TextChoices):
        """What was done; opened or death begins it, approved and withdrawn end it."""

        OPENED = "opened", _("申し出を受け付けました")
        DEATH = "death", _("亡くなられたかどうかの確認を始めました")
        EVIDENCE = "evidence", _("確認の資料を記録しました")
        PROPOSED = "proposed", _("1人目が結論を出しました")
        SENT_BACK = "sent_back", _("2人目が差し戻しました")
        APPROVED = "approved", _("2人目が結論を承認しました")
        WITHDRAWN = "withdrawn", _("申し出が取り下げられました")

    class Outcome(models.TextChoices):
        """What the two of the staff found."""

        MISLINK = "mislink", _("別の人に結び付いていました")
        NOT_A_MISLINK = "not_mislink", _("ご本人の申込でした")
        DIED = "died", _("亡くなられていました")
        ALIVE = "alive", _("ご存命でした")

    class Evidence(models.TextChoices):
        """What was looked at."""

        RESIDENT = "resident", _("本人の申し立て")
        CARD = "card", _("カードでの本人確認")
        VISIT = "visit", _("窓口の来訪の記録")
        PROVIDER = "provider", _("決済事業者の回答")
        FAMILY = "family", _("ご家族・ご親族の届け出")
        CIVIL = "civil", _("住民票の除票・戸籍の記載")
        OTHER = "other", _("そのほかの資料")

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    who = models.CharField(max_length=80)
    staff = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, null=True, related_name="+")
    first = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    evidence = models.CharField(max_length=10, choices=Evidence.choices, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="correction_step_once", fields=["correction", "number"]),
            UniqueConstraint(
                name="correction_ends_once", fields=["correction"], condition=Q(kind__in=["approved", "withdrawn"])
            ),
            CheckConstraint(
                name="correction_by_two",
                condition=~Q(kind="approved")
                | (Q(staff__isnull=False, first__isnull=False) & ~Q(staff=F("first")) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.correction_id}.{self.number} {self.kind}"
