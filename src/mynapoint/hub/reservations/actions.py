"""What can be done with reservations: make one, find the one that stands, change or revoke its My Key ID."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity import lineage
from mynapoint.hub.identity.actions import Signature, kept_as
from mynapoint.hub.identity.models import Credential, OidcSubject, Resident
from mynapoint.hub.reservations.models import CHANGES_MAX, GivenMyKeyId, MyKeyIdStep, Reservation
from mynapoint.hub.reservations.my_key_ids import new_my_key_id

_DRAWS_MAX = 10

Made = TypeVar("Made")


@transaction.atomic
def reserve(*, signature: Signature, credential: Credential | OidcSubject, now: datetime) -> Reservation:
    """Make the reservation of the resident whose card or phone answered, with a new My Key ID. Raises Refused.

    One a person, whichever of their cards made it: the lock keeps a merge from coming in between.
    """
    resident = lineage.lock_survivor(credential.resident_id)
    if reservations_of(resident).exists():
        raise Refused(Refusal.ALREADY_RESERVED)

    def give(text: str) -> Reservation:
        reservation = Reservation.objects.create(
            resident=resident, my_key_id_text=text, reserved_at=now, **_signed(signature, credential)
        )
        GivenMyKeyId.objects.create(reservation=reservation, text=text, nth=0, given_at=now)
        return reservation

    def taken() -> Refusal | None:
        return Refusal.ALREADY_RESERVED if Reservation.objects.filter(resident=resident).exists() else None

    reservation = _draw(give, taken)
    record(Act.RESERVED, who=str(resident), now=now)
    return reservation


@transaction.atomic
def change_my_key_id(*, signature: Signature, credential: Credential | OidcSubject, now: datetime) -> Reservation:
    """Give a reservation a new My Key ID in place of the one it has or had, three times at most. Raises Refused.

    The old one is gone for good: it holds for nobody and is never given again. Applications made stay as they are.
    """
    reservation, number = _next_step(signature, credential)
    nth = CHANGES_MAX - changes_left(reservation) + 1
    if nth > CHANGES_MAX:
        raise Refused(Refusal.MY_KEY_ID_CHANGES_USED_UP, changes=CHANGES_MAX)

    def give(text: str) -> str:
        given = GivenMyKeyId.objects.create(reservation=reservation, text=text, nth=nth, given_at=now)
        _keep_step(reservation, number, given, signature=signature, credential=credential, now=now)
        Reservation.objects.filter(pk=reservation.pk).update(my_key_id_text=text)
        return text

    reservation.my_key_id_text = _draw(give, lambda: _overtaken(reservation, number))
    record(Act.MY_KEY_ID_CHANGED, who=str(_resident(credential)), now=now)
    return reservation


@transaction.atomic
def revoke_my_key_id(*, signature: Signature, credential: Credential | OidcSubject, now: datetime) -> Reservation:
    """Take back a reservation's My Key ID, for good; a change gives another, while there is one left. Raises Refused.

    Until then nobody can apply under the reservation. Applications made stay as they are.
    """
    reservation, number = _next_step(signature, credential)
    if reservation.my_key_id is None:
        raise Refused(Refusal.MY_KEY_ID_CHANGED_MEANWHILE)
    try:
        with transaction.atomic():
            _keep_step(reservation, number, None, signature=signature, credential=credential, now=now)
            Reservation.objects.filter(pk=reservation.pk).update(my_key_id_text=None)
    except IntegrityError as error:
        raise Refused(Refusal.MY_KEY_ID_CHANGED_MEANWHILE) from error
    reservation.my_key_id_text = None
    record(Act.MY_KEY_ID_REVOKED, who=str(_resident(credential)), now=now)
    return reservation


def reservations_of(resident: Resident) -> QuerySet[Reservation]:
    """Return every reservation of a person, the one that stands first: two residents merged had one each."""
    return Reservation.objects.filter(resident__in=lineage.everyone(resident)).order_by("reserved_at", "id")


def standing_reservation(resident: Resident) -> Reservation | None:
    """Return the reservation under which a person applies: the first that was made, unless its ID is revoked."""
    first = reservations_of(resident).first()
    return first if first and first.my_key_id_text else None


def changes_left(reservation: Reservation) -> int:
    """Return how often the My Key ID can still be changed."""
    return CHANGES_MAX - GivenMyKeyId.objects.filter(reservation=reservation, nth__gt=0).count()


def next_step(reservation: Reservation) -> str:
    """Return the subject of a statement about the next step of a reservation's ID: it holds for that step alone."""
    return f"{reservation.pk}:{MyKeyIdStep.objects.filter(reservation=reservation).count() + 1}"


def _next_step(signature: Signature, credential: Credential | OidcSubject) -> tuple[Reservation, int]:
    resident = lineage.lock_survivor(credential.resident_id)
    reservation = reservations_of(resident).first()
    if reservation is None:
        raise Refused(Refusal.NO_RESERVATION)
    if signature.subject != next_step(reservation):  # what was read and signed spoke of another count
        raise Refused(Refusal.MY_KEY_ID_CHANGED_MEANWHILE)
    return reservation, int(signature.subject.partition(":")[2])


def _keep_step(
    reservation: Reservation,
    number: int,
    given: GivenMyKeyId | None,
    *,
    signature: Signature,
    credential: Credential | OidcSubject,
    now: datetime,
) -> None:
    MyKeyIdStep.objects.create(
        reservation=reservation, number=number, given=given, done_at=now, **_signed(signature, credential)
    )


def _draw(give: Callable[[str], Made], refusal: Callable[[], Refusal | None]) -> Made:
    """Draw names until one is free; the database decides. Raises Refused where something else stands in the way."""
    for _ in range(_DRAWS_MAX):
        try:
            with transaction.atomic():
                return give(new_my_key_id().text)
        except IntegrityError as error:
            if found := refusal():
                raise Refused(found) from error
    raise RuntimeError(f"{_DRAWS_MAX} My Key IDs in a row were taken")


def _overtaken(reservation: Reservation, number: int) -> Refusal | None:
    done = MyKeyIdStep.objects.filter(reservation=reservation, number=number).exists()
    return Refusal.MY_KEY_ID_CHANGED_MEANWHILE if done else None


def _resident(credential: Credential | OidcSubject) -> Resident:
    return lineage.lock_survivor(credential.resident_id)


def _signed(signature: Signature, credential: Credential | OidcSubject) -> dict[str, object]:
    return {
        "statement": signature.statement,
        "origin": signature.origin,
        "nonce": signature.nonce,
        "signature": signature.signature,
        "signed_at": signature.signed_at,
        **kept_as(credential),
    }
