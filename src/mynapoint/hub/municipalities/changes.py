"""Changes of a municipal page: drafted, then published or dropped; the published ones are the page's history."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.municipalities.models import Municipality


class Kind(models.TextChoices):
    """What a change is about: one row of the page's facts; a counter together with its hours."""

    EDITION = "edition", _("ページの題名と番号")
    TEXT = "text", _("お知らせと案内の文")
    COUNTER = "counter", _("窓口と受付時間")
    CLOSED = "closed", _("休む日")
    YEARLY = "yearly", _("毎年の休み(年末年始など)")
    BRING = "bring", _("持ち物")
    QUESTION = "question", _("よくある質問")
    DEPARTMENT = "department", _("担当と連絡先")
    LINK = "link", _("リンク")


class Change(models.Model):
    """One change of one fact.

    ``row``         id of the row it takes the place of, None for something new
    ``ends``        nothing takes the place: the row is stated no more from ``valid_from`` on
    ``fields``      what will be stated; ``before``, what was stated until then, filled when published
    ``version``     grows with every save: who saves an older one has not seen what another editor wrote
    ``made_by``     who saved it last, ``staff:<id>``
    """

    class State(models.TextChoices):
        """Where it stands; a settled change never changes (the database refuses)."""

        DRAFT = "draft", _("下書き")
        PUBLISHED = "published", _("公開済み")
        DROPPED = "dropped", _("取りやめ")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    row = models.BigIntegerField(null=True, blank=True)
    ends = models.BooleanField(default=False)
    valid_from = models.DateField()
    fields = models.JSONField(default=dict)
    before = models.JSONField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    settled_by = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            UniqueConstraint(
                name="change_one_draft_a_row",
                fields=["kind", "row"],
                condition=Q(state="draft", row__isnull=False),
            ),
            CheckConstraint(name="change_ends_a_row", condition=Q(ends=False) | Q(row__isnull=False)),
            CheckConstraint(
                name="change_settled_by_somebody",
                condition=Q(state="draft", settled_at=None) | (~Q(state="draft") & Q(settled_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.kind} {self.row or 'new'} {self.state}"
