"""Two steps of one My Key ID at once, and many reservations at once: the database lets one through, and no ID twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from hub import clock
from hub.at_once import all_at_once
from hub.people import known_credential
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.identity.actions import Signature
from mynapoint.hub.identity.certificates import AuthCertificate
from mynapoint.hub.identity.models import Credential
from mynapoint.hub.reservations import actions
from mynapoint.hub.reservations.models import GivenMyKeyId, MyKeyIdStep, Reservation
from mynapoint.programme.values import MyKeyId

AT_ONCE = 6
pytestmark = pytest.mark.usefixtures("file_database")


def signed(subject: str = "") -> Signature:
    certificate = AuthCertificate("00", "1", "f", b"key", clock.START, clock.START)
    return Signature(certificate, "文", "http://localhost:8000", "nonce", b"signature", subject, clock.START)


def step(act: Callable[..., Reservation], mine: Credential) -> Callable[[], Reservation]:
    """One step as read and signed now, to be done later."""
    subject = actions.next_step(Reservation.objects.get())
    return partial(act, signature=signed(subject), credential=mine, now=clock.START)


def refusals(outcomes: list[object]) -> list[Refusal]:
    assert all(isinstance(one, Reservation | Refused) for one in outcomes), outcomes
    return [one.refusal for one in outcomes if isinstance(one, Refused)]


def test_of_several_changes_signed_for_one_count_one_is_done() -> None:
    mine = known_credential("aoki")
    actions.reserve(signature=signed(), credential=mine, now=clock.START)

    outcomes = all_at_once(*(step(actions.change_my_key_id, mine) for _ in range(AT_ONCE)))

    assert refusals(outcomes) == [Refusal.MY_KEY_ID_CHANGED_MEANWHILE] * (AT_ONCE - 1)
    assert (MyKeyIdStep.objects.count(), GivenMyKeyId.objects.count()) == (1, 2)
    assert Reservation.objects.get().my_key_id_text == GivenMyKeyId.objects.get(nth=1).text


def test_a_change_and_a_revocation_at_once_are_one_step() -> None:
    mine = known_credential("aoki")
    actions.reserve(signature=signed(), credential=mine, now=clock.START)

    outcomes = all_at_once(step(actions.change_my_key_id, mine), step(actions.revoke_my_key_id, mine))

    assert refusals(outcomes) == [Refusal.MY_KEY_ID_CHANGED_MEANWHILE]
    done = MyKeyIdStep.objects.get()
    assert Reservation.objects.get().my_key_id_text == (done.given.text if done.given else None)


def test_several_people_drawing_the_same_names_at_once_get_one_each(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [known_credential(f"resident-{number}") for number in range(AT_ONCE)]
    names = iter([f"{letter * 8}" for letter in "BBBBBBCDFGHJ" * 6])
    monkeypatch.setattr(actions, "new_my_key_id", partial(_next_name, names))

    outcomes = all_at_once(
        *(partial(actions.reserve, signature=signed(), credential=one, now=clock.START) for one in people)
    )

    assert refusals(outcomes) == []
    assert Reservation.objects.values("my_key_id_text").distinct().count() == AT_ONCE


def _next_name(names: Iterator[str]) -> MyKeyId:
    return MyKeyId(next(names))
