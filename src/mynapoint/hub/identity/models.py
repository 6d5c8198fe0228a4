"""What is kept of identity: pseudonyms, their certificates and how these follow each other, challenges. No names."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint


class Resident(models.Model):
    """A person, as a random pseudonym; never a certificate serial, a name or a My Number.

    ``merged_into``  who this turned out to be, found by a link that came late: the earliest of all the residents who
                     are this person, never one that is merged itself. Nothing that was kept under this pseudonym is
                     rewritten (docs/decisions/0018-lineage.md)
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_seen_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    is_authenticated: ClassVar[bool] = True

    class Meta:
        constraints: ClassVar = [CheckConstraint(name="resident_not_into_itself", condition=~Q(merged_into=F("id")))]
        # Few are: who a person is today is asked of those alone (ledger/recording_by_set.py).
        indexes: ClassVar = [
            models.Index(name="resident_merged", fields=["id"], condition=Q(merged_into__isnull=False))
        ]

    def __str__(self) -> str:
        return f"resident:{self.id}"


class Credential(models.Model):
    """One user-authentication certificate of a resident, known by its issuer's key and serial.

    ``issuer_key_id``  hex of the issuing root's subject key identifier: three roots share one name
    ``serial``         hex
    ``public_key``     SubjectPublicKeyInfo (DER), so that a kept signature can be verified for good;
                       the certificate itself is not kept
    ``resident``       under whom it was first seen; ``lineage.surviving`` says who that is today
    ``predecessor``    the certificate it replaced, where both were seen here and the link between them is known
    ``links_asked_at`` when the source of links answered about it; None: not yet, ask at the next sign-in
    ``revocation_known_at``  when the hub first learned that it is revoked
    """

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="credentials")
    issuer_key_id = models.CharField(max_length=128)
    serial = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64, unique=True)
    public_key = models.BinaryField(max_length=1024)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    predecessor = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor"
    )
    first_seen_at = models.DateTimeField()
    links_asked_at = models.DateTimeField(null=True, blank=True)
    revocation_known_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [UniqueConstraint(fields=["issuer_key_id", "serial"], name="credential_unique")]

    def __str__(self) -> str:
        return f"credential {self.fingerprint[:12]}"


class OidcSubject(models.Model):
    """What an OpenID provider calls a resident: its issuer and subject, kept like a certificate's issuer and serial.

    ``unlinked_at``  when the resident took the phone away: it lets nobody in any more; what was signed with it stays
    """

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="oidc_subjects")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    first_seen_at = models.DateTimeField()
    unlinked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [UniqueConstraint(fields=["issuer", "subject"], name="oidc_subject_unique")]

    def __str__(self) -> str:
        return f"subject at {self.issuer}"


class SerialLink(models.Model):
    """The card authority's word that one certificate replaced another; each has one predecessor, one successor.

    Each side has its own issuer: a card renewed under a younger generation of roots changes it.

    ``known_at``   when the hub learned of it; ``source``, from where
    ``joined_at``  when the residents on both sides were last looked for; None: to be done (``jobs.py``)
    """

    old_issuer_key_id = models.CharField(max_length=128)
    old_serial = models.CharField(max_length=40)
    new_issuer_key_id = models.CharField(max_length=128)
    new_serial = models.CharField(max_length=40)
    known_at = models.DateTimeField()
    source = models.CharField(max_length=80)
    joined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="link_one_successor", fields=["old_issuer_key_id", "old_serial"]),
            UniqueConstraint(name="link_one_predecessor", fields=["new_issuer_key_id", "new_serial"]),
            CheckConstraint(
                name="link_of_two",
                condition=~Q(old_issuer_key_id=F("new_issuer_key_id"), old_serial=F("new_serial")),
            ),
        ]
        indexes: ClassVar = [Index(name="link_to_join", fields=["id"], condition=Q(joined_at=None))]

    def __str__(self) -> str:
        return f"link known at {self.known_at:%Y-%m-%d %H:%M:%S}"


class ResidentMerge(models.Model):
    """Two residents turned out to be one person; append-only, and nobody is absorbed twice.

    ``link``  the link that told. A wrong one is a case for the programme office: nothing is parted automatically.
    """

    absorbed = models.OneToOneField(Resident, on_delete=models.PROTECT, related_name="+")
    survivor = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(SerialLink, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"merge of {self.merged_at:%Y-%m-%d %H:%M:%S}"


class Purpose(models.TextChoices):
    """What a step is for; an answer for one purpose is worth nothing for another.

    ``LINK_PHONE`` and ``UNLINK_PHONE`` are answered with the card, ``LINKED_PHONE`` with the phone to be linked; the
    others with either.
    """

    SIGN_IN = "sign_in"
    RESERVE = "reserve"
    APPLY = "apply"
    LINK_PHONE = "link_phone"
    LINKED_PHONE = "linked_phone"
    UNLINK_PHONE = "unlink_phone"
    CHANGE_MY_KEY_ID = "change_id"
    REVOKE_MY_KEY_ID = "revoke_id"


class Challenge(models.Model):
    """One question to one card in one session: taken once, within five minutes of the machine's clock.

    ``session``      SHA-256 of the session it was put in; another browser cannot answer it
    ``statement``    the exact text the resident reads and the card signs; one line, because browsers change the
                     line ends of what a form sends, and then the signature would be over another text
    ``subject``      what the step is about, such as the id of an application's draft
    ``continue_to``  the path that performs the act once the card has answered
    """

    nonce = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    statement = models.CharField(max_length=1000)
    origin = models.CharField(max_length=200)
    session = models.CharField(max_length=64)
    subject = models.CharField(max_length=64, blank=True)
    continue_to = models.CharField(max_length=500)
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.purpose} challenge of {self.created_at:%H:%M:%S}"


class ParkedAnswer(models.Model):
    """An answer between its arrival and the step that takes it: an agent's cross-site POST comes without our cookie.

    ``token``  as it came: a card token, or the query string that a phone's provider sent the browser back with
    ``route``  how it came (``verification.Route``)
    """

    id = models.CharField(primary_key=True, max_length=64)
    nonce = models.CharField(max_length=64, unique=True)
    token = models.TextField(blank=True)
    route = models.CharField(max_length=8, default="card")
    error = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"answer of {self.created_at:%H:%M:%S}"


class SignedStatement(models.Model):
    """What a resident read and signed with the card, or answered with the phone; with what verifies it, for good.

    ``signature``     the card's, over ``exchange.card_token.signed_bytes(origin, nonce, statement)`` with the key of
                      ``credential``; or the ID token of ``oidc_subject`` whose nonce is ``oidc.nonce_of`` the same
                      three, and on a second line the provider's key that signed it
    """

    statement = models.CharField(max_length=1000)
    origin = models.CharField(max_length=200)
    nonce = models.CharField(max_length=64)
    signature = models.BinaryField(max_length=1024)
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    oidc_subject = models.ForeignKey(OidcSubject, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints: ClassVar = [
            CheckConstraint(
                name="%(class)s_by_card_or_phone",
                condition=Q(credential=None, oidc_subject__isnull=False)
                | Q(credential__isnull=False, oidc_subject=None),
            )
        ]

    def __str__(self) -> str:
        return self.statement
