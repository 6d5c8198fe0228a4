"""What can be done with reservations: make one, and find the one that stands for a person."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity import lineage
from mynapoint.hub.identity.actions import Signature, kept_as
from mynapoint.hub.identity.models import Credential, OidcSubject, Resident
from mynapoint.hub.reservations.models import Reservation
from mynapoint.hub.reservations.my_key_ids import new_my_key_id

_DRAWS_MAX = 10


@transaction.atomic
def reserve(*, signature: Signature, credential: Credential | OidcSubject, now: datetime) -> Reservation:
    """Make the reservation of the resident whose card or phone answered, with a new My Key ID. Raises Refused.

    One a person, whichever of their cards made it: the lock keeps a merge from coming in between.
    """
    resident = lineage.lock_survivor(credential.resident_id)
    if standing_reservation(resident) is not None:
        raise Refused(Refusal.ALREADY_RESERVED)
    for _ in range(_DRAWS_MAX):
        try:
            with transaction.atomic():
                reservation = Reservation.objects.create(
                    resident=resident,
                    my_key_id_text=new_my_key_id().text,
                    reserved_at=now,
                    statement=signature.statement,
                    origin=signature.origin,
                    nonce=signature.nonce,
                    signature=signature.signature,
                    signed_at=signature.signed_at,
                    **kept_as(credential),
                )
        except IntegrityError as error:
            if Reservation.objects.filter(resident=resident).exists():
                raise Refused(Refusal.ALREADY_RESERVED) from error
            continue  # the name is taken; draw another
        record(Act.RESERVED, who=str(resident), now=now)
        return reservation
    raise RuntimeError(f"{_DRAWS_MAX} My Key IDs in a row were taken")


def reservations_of(resident: Resident) -> QuerySet[Reservation]:
    """Return every reservation of a person, the one that stands first: two residents merged had one each."""
    return Reservation.objects.filter(resident__in=lineage.everyone(resident)).order_by("reserved_at", "id")


def standing_reservation(resident: Resident) -> Reservation | None:
    """Return the reservation that stands for a person: the first that was made."""
    return reservations_of(resident).first()
