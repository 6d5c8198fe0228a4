"""What can be done with reservations: make one."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity.actions import Signature
from mynapoint.hub.identity.models import Credential
from mynapoint.hub.reservations.models import Reservation
from mynapoint.hub.reservations.my_key_ids import new_my_key_id

_DRAWS_MAX = 10


@transaction.atomic
def reserve(*, signature: Signature, credential: Credential, now: datetime) -> Reservation:
    """Make the reservation of the resident whose card signed, with a new My Key ID. Raises Refused."""
    resident = credential.resident
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
                    credential=credential,
                    signed_at=signature.signed_at,
                )
        except IntegrityError as error:
            if Reservation.objects.filter(resident=resident).exists():
                raise Refused(Refusal.ALREADY_RESERVED) from error
            continue  # the name is taken; draw another
        record(Act.RESERVED, who=str(resident), now=now)
        return reservation
    raise RuntimeError(f"{_DRAWS_MAX} My Key IDs in a row were taken")
