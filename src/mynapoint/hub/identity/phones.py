"""The phones of a resident: added with the card and the phone, taken away with the card alone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity import lineage
from mynapoint.hub.identity.actions import Signature
from mynapoint.hub.identity.models import OidcSubject, Resident
from mynapoint.hub.identity.verification import OpenIdSubject


def has_phone(resident: Resident) -> bool:
    """Say whether a phone lets this person in, under whichever of their pseudonyms it was added."""
    return OidcSubject.objects.filter(resident__in=lineage.everyone(resident), unlinked_at=None).exists()


def link_phone(*, signature: Signature, resident: Resident, now: datetime) -> OidcSubject:
    """Let a resident, whose own card has just agreed, also sign in with the phone that answered. Raises Refused.

    A phone that already stands for somebody else is not moved: what they did with it stays theirs, also after they
    took it away. One's own comes back.
    """
    who = signature.who
    assert isinstance(who, OpenIdSubject), "only a phone's answer links a phone"
    with transaction.atomic():
        survivor = lineage.lock_survivor(resident.pk)
        kept = lineage.link_subject(who, resident=survivor, now=now)
        if lineage.surviving(kept.resident) != survivor.pk:
            raise Refused(Refusal.PHONE_OF_ANOTHER_RECORD)
        OidcSubject.objects.filter(pk=kept.pk).update(unlinked_at=None)
        record(Act.PHONE_LINKED, who=str(survivor), now=now)
    return kept


def unlink_phones(*, signature: Signature, resident: Resident, now: datetime) -> int:
    """Let no phone sign in for a resident any more, whose own card has just said so; return how many there were.

    What was signed with them stays as it is. The record keeps what the card has signed.
    """
    assert not isinstance(signature.who, OpenIdSubject), "the card takes phones away, also one that was lost"
    with transaction.atomic():
        survivor = lineage.lock_survivor(resident.pk)
        linked = OidcSubject.objects.filter(resident__in=lineage.everyone(survivor), unlinked_at=None)
        count = linked.update(unlinked_at=now)
        signed = {
            "statement": signature.statement,
            "origin": signature.origin,
            "nonce": signature.nonce,
            "signature": signature.signature.hex(),
            "fingerprint": signature.who.fingerprint,
        }
        record(Act.PHONE_UNLINKED, who=str(survivor), now=now, phones=count, **signed)
    return count
