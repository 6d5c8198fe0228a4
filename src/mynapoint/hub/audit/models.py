"""What is kept of every act: what, who, when; append-only, and the database itself refuses to change it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Act(models.TextChoices):
    """What was done or refused; the closed list. A code never changes its meaning."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    OTHER_PERSONS_CARD = "other_persons_card"
    OTHER_PERSONS_PHONE = "other_persons_phone"
    PHONE_REFUSED = "phone_refused"
    PHONE_LINKED = "phone_linked"
    PHONE_UNLINKED = "phone_unlinked"
    CERTIFICATE_REFUSED = "certificate_refused"
    RESERVED = "reserved"
    ACCOUNT_PROVED = "account_proved"
    ACCOUNT_NOT_PROVED = "account_not_proved"
    APPLIED = "applied"
    REGISTRATION_PROVED = "registration_proved"
    AWARDS_RECORDED = "awards_recorded"
    CERTIFICATE_ENTERED = "certificate_entered"
    LINKS_TAKEN = "links_taken"
    LINK_REFUSED = "link_refused"
    RESIDENTS_MERGED = "residents_merged"
    DOUBLE_APPLICATION_FOUND = "double_application_found"
    REGISTER_CHANGED = "register_changed"
    MY_KEY_ID_CHANGED = "my_key_id_changed"
    MY_KEY_ID_REVOKED = "my_key_id_revoked"
    STAFF_SIGNED_IN = "staff_signed_in"
    STAFF_SIGNED_OUT = "staff_signed_out"
    STAFF_NOT_LET_IN = "staff_not_let_in"
    STAFF_CHANGED = "staff_changed"
    TERMINAL_CHANGED = "terminal_changed"
    VISIT_BEGAN = "visit_began"
    VISIT_ENDED = "visit_ended"
    QUEUE_TICKET_CHANGED = "queue_ticket_changed"
    PIN_RESET_STEP = "pin_reset_step"
    CORRECTION_STEP = "correction_step"
    PAGE_CHANGE_STEP = "page_change_step"
    INQUIRY_ANSWERED = "inquiry_answered"
    STATUS_NOTICE_STEP = "status_notice_step"
    BUDGET_LIMITED = "budget_limited"
    ROOM_RELEASED = "room_released"
    CLAIM_STEP = "claim_step"
    WAITING_LIST_STEP = "waiting_list_step"


class AuditRecord(models.Model):
    """One act. No name, PIN, My Number or account in clear: only the hub's own pseudonyms, codes and counts.

    ``who``      ``resident:<pseudonym>``, ``provider:<key id>``, ``staff:<staff id>``, ``visitor`` (nobody signed in)
                 or ``hub``
    ``subject``  what it was done to, such as ``application:<id>``; empty when the act says it all
    ``details``  figures of the act: codes, counts and pseudonyms only
    ``done_at``  by the programme's clock; ``recorded_at`` by the machine's
    """

    act = models.CharField(max_length=32, choices=Act.choices)
    who = models.CharField(max_length=80)
    subject = models.CharField(max_length=120, blank=True)
    details = models.JSONField(default=dict, blank=True)
    done_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["who", "id"], name="audit_by_who")]

    def __str__(self) -> str:
        return f"{self.done_at:%Y-%m-%d %H:%M:%S} {self.act} by {self.who} on {self.subject or '-'}"


class SealedRecord(models.Model):
    """One audit record's place in the log: what was recorded can be shown later, and nothing else.

    ``record``      id of the audit record; the order of the log
    ``salt``        16 random bytes. Who removes salt and record removes the act from the world; its commitment stays,
                    says nothing without the salt, and the log can be verified as before. Empty: removed so
    ``commitment``  SHA-256 of salt and record (sealing.py)
    """

    record = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField(max_length=16, null=True)
    commitment = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"sealed record {self.record}"


class Checkpoint(models.Model):
    """The log as it stood when a batch was sealed, signed: from here on, no record up to it changes unseen.

    ``size``       records in the log; ``through``, the id of the last one
    ``root``       of the Merkle tree over all of them (merkle.py); ``subtrees`` is what growing it needs
    ``signature``  the hub's, Ed25519, over ``note`` (sealing.py)
    """

    size = models.PositiveBigIntegerField(unique=True)
    through = models.BigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    subtrees = models.BinaryField()
    sealed_at = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    signature = models.BinaryField(max_length=64)

    def __str__(self) -> str:
        return f"checkpoint of {self.size} records"
