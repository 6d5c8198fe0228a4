"""What is kept of a reservation (予約): its My Key ID, every ID it was ever given, and what was signed for each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from mynapoint.hub.identity.models import Resident, SignedStatement
from mynapoint.programme.values import MyKeyId

CHANGES_MAX = 3
"""How often a resident may have the My Key ID changed (facts: 「自動生成」 up to three times)."""


class Reservation(SignedStatement):
    """A resident's reservation: its My Key ID is random, unique, and derived from nothing.

    A person merged from two residents may have one of each; both are kept, and the first stands
    (``actions.standing_reservation``).
    ``my_key_id_text``  the ID that holds now; None: revoked, and nobody can apply under it
    """

    resident = models.OneToOneField(Resident, on_delete=models.PROTECT, related_name="+")
    my_key_id_text = models.CharField(max_length=8, unique=True, null=True)  # noqa: DJ001 - no two are both revoked ""
    reserved_at = models.DateTimeField()

    class Meta(SignedStatement.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"reservation of {self.reserved_at:%Y-%m-%d}"

    @property
    def my_key_id(self) -> MyKeyId | None:
        """マイキーID; None when it has been revoked."""
        return MyKeyId(self.my_key_id_text) if self.my_key_id_text else None


class GivenMyKeyId(models.Model):
    """One ID that was ever given, append-only: none is given twice, to anybody, also after it was changed or revoked.

    ``nth``  0 for the one of the reservation, 1 to 3 for the changes; a fourth change is refused by constraint
    """

    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="given")
    text = models.CharField(max_length=8, unique=True)
    nth = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="given_once", fields=["reservation", "nth"]),
            CheckConstraint(name="given_at_most", condition=Q(nth__range=(0, CHANGES_MAX))),
        ]

    def __str__(self) -> str:
        return f"ID {self.nth} of {self.reservation_id}"


class MyKeyIdStep(SignedStatement):
    """One change or revocation with the statement signed for it, append-only.

    ``number``  1, 2, 3 … for each reservation: of two steps signed for the same number the database lets one through
    ``given``   the new ID; None for a revocation
    """

    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    given = models.OneToOneField(GivenMyKeyId, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField()

    class Meta(SignedStatement.Meta):
        abstract = False
        constraints: ClassVar = [
            *SignedStatement.Meta.constraints,
            UniqueConstraint(name="my_key_id_step_once", fields=["reservation", "number"]),
        ]
