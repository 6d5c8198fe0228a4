"""What is kept of support counters: queue tickets, visits and whatever ended them, resets of PINs."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.identity.models import Resident
from mynapoint.hub.staff.models import StaffAccount, StaffSession, Terminal


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
    ``signed``  SHA-256 of the nonce that a card signed last at this terminal: by it the agent says that the card has
    left, and that another has come. A visit begun by a card takes it over from the one before
    ``card_left_at``  when, by the machine's clock, the agent said that the card has left; None: not since
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
    signed = models.CharField(max_length=64, blank=True, db_default="")
    card_left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="visit_one_at_a_terminal", fields=["terminal"], condition=Q(ended_at=None)),
            CheckConstraint(
                name="visit_ended_by_something",
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
            ),
        ]
        indexes: ClassVar = [
            Index(name="visits_of_place", fields=["municipality", "begun_at"]),
            Index(name="visits_by_begin", fields=["begun_at"]),
            Index(name="visits_by_signature", fields=["signed"], condition=~Q(signed="")),
        ]

    def __str__(self) -> str:
        return f"visit:{self.id}"


class VisitRefusal(models.Model):
    """One reason why something was refused in a visit, as its public code: for a municipality's report."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.code


class PinReset(models.Model):
    """One reset of a PIN (暗証番号の再設定) at a counter: documents checked as a list, by two of the staff. No name.

    ``needed``     what the municipality asks for, as its page says on that day: pairs [ja, en]; ``checked`` beside it
    ``second``     the other person who has looked at the documents; the database refuses the first one
    ``how``        where the card's PIN was set: the emulator's own reset, or the authority's terminal
    """

    class State(models.TextChoices):
        """How far it is; nothing is skipped."""

        OPEN = "open", _("書類を確認しています")
        CHECKED = "checked", _("2人目の確認を待っています")
        CONFIRMED = "confirmed", _("再設定できます")
        DONE = "done", _("再設定しました")
        GIVEN_UP = "given_up", _("取りやめました")

    class Document(models.TextChoices):
        """By which kind of document somebody showed who they are; its number is not taken down."""

        LICENCE = "licence", _("運転免許証")
        INSURANCE = "insurance", _("健康保険証")
        PASSPORT = "passport", _("旅券(パスポート)")
        RESIDENCE = "residence", _("在留カード・特別永住者証明書")
        OTHER = "other", _("そのほかの本人確認書類")

    class How(models.TextChoices):
        """Where the card itself was changed."""

        EMULATED = "emulated", _("練習用のカード")
        AUTHORITY = "authority", _("統合端末など、発行機関の端末")

    municipality = models.CharField(max_length=40)
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    needed = models.JSONField()
    checked = models.JSONField(default=list)
    document = models.CharField(max_length=10, choices=Document.choices, blank=True)
    first = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    how = models.CharField(max_length=10, choices=How.choices, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(name="pin_reset_by_two", condition=Q(second=None) | ~Q(second=models.F("first"))),
            CheckConstraint(
                name="pin_reset_confirmed",
                condition=~Q(state__in=["confirmed", "done"]) | (Q(second__isnull=False) & ~Q(document="")),
            ),
            CheckConstraint(name="pin_reset_done_somewhere", condition=~Q(state="done") | ~Q(how="")),
        ]

    def __str__(self) -> str:
        return f"pin_reset:{self.pk}"
