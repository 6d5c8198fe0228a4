"""What is kept of a reservation (予約): one My Key ID for each resident, and the statement their card signed."""

from __future__ import annotations

from django.db import models

from mynapoint.hub.identity.models import Resident, SignedStatement
from mynapoint.programme.values import MyKeyId


class Reservation(SignedStatement):
    """A resident's reservation: its My Key ID is random, unique, and derived from nothing.

    A person merged from two residents may have one of each; both are kept, and the first stands
    (``actions.standing_reservation``).
    """

    resident = models.OneToOneField(Resident, on_delete=models.PROTECT, related_name="+")
    my_key_id_text = models.CharField(max_length=8, unique=True)
    reserved_at = models.DateTimeField()

    class Meta(SignedStatement.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"reservation of {self.reserved_at:%Y-%m-%d}"

    @property
    def my_key_id(self) -> MyKeyId:
        """マイキーID."""
        return MyKeyId(self.my_key_id_text)
