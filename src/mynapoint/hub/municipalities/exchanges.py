"""What readers of a municipal page send, and what they are answered: survey, inquiries, answers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.municipalities.models import Municipality


class SurveyAnswer(models.Model):
    """One reader's answers to the page's three questions: 1 yes, 2 neither, 3 no, empty not answered. Nothing else."""

    ANSWERS: ClassVar = [(1, _("はい")), (2, _("どちらともいえない")), (3, _("いいえ"))]

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="+")
    answered_on = models.DateField()
    easy_to_find = models.PositiveSmallIntegerField(null=True, blank=True, choices=ANSWERS)
    easy_to_understand = models.PositiveSmallIntegerField(null=True, blank=True, choices=ANSWERS)
    useful = models.PositiveSmallIntegerField(null=True, blank=True, choices=ANSWERS)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(
                name="survey_answer_something",
                condition=~Q(easy_to_find=None, easy_to_understand=None, useful=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.answered_on}"


class Inquiry(models.Model):
    """A question a reader sent (問い合わせ), under a number they can name; an address only if they want an answer."""

    number = models.CharField(max_length=20)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    question = models.TextField(max_length=2000)
    reply_to = models.EmailField(blank=True)

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="inquiry_number", fields=["number"])]

    def __str__(self) -> str:
        return self.number


class InquiryAnswer(models.Model):
    """One answer to an inquiry; kept whether or not the mail with it could be sent.

    ``nth``         1 for the first: two people who answer at the same moment cannot both be it
    ``answered_by`` ``staff:<id>``
    ``mail``        what became of the mail; ``mail_fault`` says why not, as a code without an address
    """

    class Mail(models.TextChoices):
        """What became of the mail."""

        NOT_WANTED = "not_wanted", _("メールは送りません(返信先がありません)")
        WAITING = "waiting", _("メールはこれから送ります")
        SENT = "sent", _("メールを送りました")
        FAILED = "failed", _("メールを送れませんでした")

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="answers")
    nth = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=4000)
    answered_by = models.CharField(max_length=80)
    answered_at = models.DateTimeField()
    mail = models.CharField(max_length=10, choices=Mail.choices)
    mail_fault = models.CharField(max_length=60, blank=True)
    mail_tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["nth"]
        constraints: ClassVar = [UniqueConstraint(name="inquiry_answer_nth", fields=["inquiry", "nth"])]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.nth}"
