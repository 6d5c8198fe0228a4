"""What is kept of support counters: visits, from the helper's start to whatever ended them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.identity.models import Resident
from mynapoint.hub.staff.models import StaffSession, Terminal


class Ending(models.TextChoices):
    """What ended a visit; the closed list."""

    KEY = "key", _("終了の操作")
    HELPER = "helper", _("職員が終了")
    CARD_LEFT = "card_left", _("カードが読み取れなくなった")
    IDLE = "idle", _("操作がなかった")
    OTHER_CARD = "other_card", _("別の人のカードで署名された")
    NEXT = "next", _("次の来訪を始めた")
    MOVED = "moved", _("同じ人が別の端末でログインした")
    STAFF_LEFT = "staff_left", _("職員がログアウトした")


class QueueTicket(models.Model):
    """A numbered ticket (整理券) of one municipality's counters and day; no name, and a number is no secret.

    ``drawn_at``   by the programme's clock: whoever drew it on a last day came in time (``hub/waiting``)
    ``called_at``  when it was last called, and to which terminal; ``done_at``, when the terminal called the next one
    """

    class State(models.TextChoices):
        """How it stands."""

        WAITING = "waiting", _("お待ちの方")
        CALLED = "called", _("お呼び出し中")
        SKIPPED = "skipped", _("ご不在でした")
        DONE = "done", _("終わりました")

    municipality = models.CharField(max_length=40)
    day = models.DateField()
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    drawn_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="queue_number", fields=["municipality", "day", "number"]),
            UniqueConstraint(name="queue_one_called", fields=["terminal"], condition=Q(state="called")),
        ]

    def __str__(self) -> str:
        return f"queue:{self.municipality}:{self.day}:{self.number}"


class Visit(models.Model):
    """One visitor at one terminal. The database lets no terminal have two.

    ``resident``  who signed in with a card; nobody else acts in this visit. None: nobody has yet
    ``ticket``    the queue ticket the visitor was called by; what is judged by days is judged by its own
    ``service``, ``incentive``  what the visitor came to apply for, by number and id, where the helper noted it
    ``begun_at``, ``ended_at``  by the programme's clock; ``seen_at``, when something was last done, by the machine's
    ``applications``  how many were made, counted when it ended
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    municipality = models.CharField(max_length=40, blank=True)
    staff_session = models.ForeignKey(StaffSession, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(QueueTicket, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    service = models.CharField(max_length=9, blank=True)
    incentive = models.CharField(max_length=40, blank=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True)
    applications = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="visit_one_at_a_terminal", fields=["terminal"], condition=Q(ended_at=None)),
            CheckConstraint(
                name="visit_ended_by_something",
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
            ),
        ]
        indexes: ClassVar = [Index(name="visits_of_place", fields=["municipality", "begun_at"])]

    def __str__(self) -> str:
        return f"visit:{self.id}"
