"""What is kept of staff: accounts with password and second factor, the terminals they work at, their sessions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody may do; each view names the roles it serves (``access.staff_required``)."""

    HELPER = "helper", _("窓口の担当者")
    SUPERVISOR = "supervisor", _("窓口の責任者")
    EDITOR = "editor", _("市区町村ページの編集者")
    OFFICE = "office", _("事務局")
    PROVIDER = "provider", _("決済事業者の担当者")


class StaffAccount(models.Model):
    """One person of a municipality, of the programme office or of a provider; never shared, never renamed.

    ``name``          what is typed to sign in; a number of the personnel file does, a person's name need not be it
    ``municipality``  its slug, as text; empty for the office and for people of a provider
    ``provider``      the slug of a payment provider, as text, for its people alone (decision 38)
    ``password``      Argon2id, by Django's hasher; empty until enrolled
    ``totp_secret``   sealed (``seals.py``); empty until enrolled
    ``last_step``     the 30-second step of the last code that was taken: no code of it or before is taken again
    ``failures``      wrong tries since the last good one; at ``locking.TRIES`` the database's row locks the account
    ``vouched_*``     who added the account or last had it enrolled anew, and when; None: the operator of the hub
    ``enrolment_*``   digest of the one-time code that sets password and second factor, and until when it is good
    """

    name = models.CharField(max_length=40, unique=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    municipality = models.CharField(max_length=40, blank=True)
    provider = models.CharField(max_length=40, blank=True, default="", db_default="")
    password = models.CharField(max_length=255, blank=True)
    totp_secret = models.BinaryField(max_length=200, null=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    enrolment_digest = models.CharField(max_length=64, blank=True)
    enrolment_until = models.DateTimeField(null=True, blank=True)
    vouched_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    vouched_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(
                name="staff_of_one_place",
                condition=Q(role=Role.OFFICE, municipality="", provider="")
                | (Q(role=Role.PROVIDER, municipality="") & ~Q(provider=""))
                | (~Q(role__in=[Role.OFFICE, Role.PROVIDER]) & ~Q(municipality="") & Q(provider="")),
            ),
        ]

    def __str__(self) -> str:
        return f"staff:{self.pk}"

    @property
    def place(self) -> tuple[str, str]:
        """Municipality and provider they belong to: they sign in at terminals of the same."""
        return self.municipality, self.provider

    @property
    def is_enrolled(self) -> bool:
        """Whether password and second factor are set."""
        return bool(self.password) and self.totp_secret is not None


class Terminal(models.Model):
    """A machine that staff work at, known by a long secret in its browser: what “where” means in the record.

    ``secret_digest``        SHA-256 of that secret; empty until the machine has been registered with its one-time code
    ``registration_digest``  of that code, good until ``registration_until``
    ``failures``             wrong tries here, whatever name was typed
    """

    name = models.CharField(max_length=60)
    municipality = models.CharField(max_length=40, blank=True)
    provider = models.CharField(max_length=40, blank=True, default="", db_default="")
    secret_digest = models.CharField(max_length=64, blank=True, db_index=True)
    registration_digest = models.CharField(max_length=64, blank=True)
    registration_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="terminal_name", fields=["municipality", "provider", "name"]),
            UniqueConstraint(name="terminal_secret", fields=["secret_digest"], condition=~Q(secret_digest="")),
        ]

    def __str__(self) -> str:
        return f"terminal:{self.pk}"

    @property
    def place(self) -> tuple[str, str]:
        """Municipality and provider whose people work at it; both empty: the office's."""
        return self.municipality, self.provider


class StaffSession(models.Model):
    """One person at one terminal. The database lets nobody be at two, and no terminal have two.

    ``digest``  SHA-256 of the token in the cookie; the token itself is kept nowhere
    All instants are the machine's clock (docs/decisions/0004-two-clocks.md).
    """

    digest = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(StaffAccount, on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="staff_at_one_terminal", fields=["account"], condition=Q(ended_at=None)),
            UniqueConstraint(name="terminal_of_one_staff", fields=["terminal"], condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.terminal_id}"
