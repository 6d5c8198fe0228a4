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
