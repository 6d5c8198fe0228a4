"""What is kept of identity: pseudonyms, the certificates that stand for them, and open challenges. No names."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Resident(models.Model):
    """A person, as a random pseudonym; never a certificate serial, a name or a My Number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_seen_at = models.DateTimeField()

    is_authenticated: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"resident:{self.id}"


class Credential(models.Model):
    """One user-authentication certificate of a resident, known by its issuer's key and serial.

    ``issuer_key_id``  hex of the issuing root's subject key identifier: three roots share one name
    ``serial``         hex
    ``public_key``     SubjectPublicKeyInfo (DER), so that a kept signature can be verified for good;
                       the certificate itself is not kept
    ``predecessor``    the certificate it replaced, through the card authority's old/new link
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

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer_key_id", "serial"], name="credential_unique")]

    def __str__(self) -> str:
        return f"credential {self.fingerprint[:12]}"


class Purpose(models.TextChoices):
    """What a card step is for; a signature for one purpose is worth nothing for another."""

    SIGN_IN = "sign_in"
    RESERVE = "reserve"
    APPLY = "apply"


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
    """A card's answer between the agent's cross-site POST, which has no cookie, and the GET that has one."""

    id = models.CharField(primary_key=True, max_length=64)
    nonce = models.CharField(max_length=64, unique=True)
    token = models.TextField(blank=True)
    error = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"answer of {self.created_at:%H:%M:%S}"


class SignedStatement(models.Model):
    """What a resident read and their card signed; everything needed to verify it again, for good.

    The signature is over ``exchange.card_token.signed_bytes(origin, nonce, statement)`` with the key of ``credential``.
    """

    statement = models.CharField(max_length=1000)
    origin = models.CharField(max_length=200)
    nonce = models.CharField(max_length=64)
    signature = models.BinaryField(max_length=1024)
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.statement
