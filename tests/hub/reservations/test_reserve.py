"""Reserving: one My Key ID a resident, random, unique, without look-alikes."""

from __future__ import annotations

from collections import Counter

import pytest

from hub.visitor import Visitor, card_fields, text
from mynapoint.hub.reservations import actions
from mynapoint.hub.reservations.models import Reservation
from mynapoint.hub.reservations.my_key_ids import ALPHABET, new_my_key_id
from mynapoint.programme.values import MyKeyId


def test_aoki_reserves_and_sees_the_my_key_id(aoki: Visitor) -> None:
    aoki.sign_in()

    response = aoki.reserve()

    reservation = Reservation.objects.get()
    assert str(reservation.my_key_id) in text(response)
    assert "予約し、マイキーIDの発行を受けます" in reservation.statement


def test_a_second_reservation_is_refused(aoki: Visitor) -> None:
    aoki.sign_in()
    fields = card_fields(aoki.page("/reservation/"))
    aoki.reserve()
    mine = Reservation.objects.get().my_key_id

    response = aoki.answer(fields, aoki.sign(fields))

    assert "予約は済んでいます" in text(response)
    assert Reservation.objects.get().my_key_id == mine


def test_a_name_that_is_taken_is_drawn_again(aoki: Visitor, ueno: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["BBBBBBBB", "BBBBBBBB", "CCCCCCCC"])
    monkeypatch.setattr(actions, "new_my_key_id", lambda: MyKeyId(next(names)))
    for visitor in (aoki, ueno):
        visitor.sign_in()
        visitor.reserve()

    assert set(Reservation.objects.values_list("my_key_id_text", flat=True)) == {"BBBBBBBB", "CCCCCCCC"}


def test_reserving_with_another_persons_card_ends_the_session(aoki: Visitor, ueno: Visitor) -> None:
    ueno.sign_in()
    aoki.sign_in()
    aoki.card = "ueno"

    response = aoki.reserve()

    assert "別の方のカードで署名されました" in text(response)
    assert not Reservation.objects.exists()
    assert "resident" not in aoki.client.session


def test_a_sign_in_signature_cannot_reserve(aoki: Visitor) -> None:
    aoki.sign_in()
    fields = card_fields(aoki.page("/reservation/"))
    answer = aoki.sign(fields)
    aoki.post("/sign-out/", {})
    aoki.sign_in()

    assert "challenge_expired" in text(aoki.answer(fields, answer)), "a new session, an old question"


def test_every_character_of_a_my_key_id_is_equally_likely() -> None:
    drawn = Counter("".join(new_my_key_id().text for _ in range(14_000)))
    expected = 14_000 * 8 / len(ALPHABET)

    assert set(drawn) == set(ALPHABET)
    assert not set("0O1ILAEU") & set(drawn)
    # Chi-squared with 27 degrees of freedom stays below 80 in all but one of ten million runs.
    assert sum((count - expected) ** 2 / expected for count in drawn.values()) < 80


def test_who_came_from_an_application_is_led_back_to_it(aoki: Visitor) -> None:
    aoki.sign_in()

    response = aoki.card_step("/reservation/?next=%2Fapply%2FMP0000001%2Fcard_uptake%2F")

    assert 'href="/apply/MP0000001/card_uptake/">申込に戻る' in text(response)
    assert "申込に戻る" not in aoki.page("/reservation/?next=https%3A%2F%2Fevil.example%2F")


def test_an_answer_is_taken_once_even_in_the_same_session(aoki: Visitor) -> None:
    aoki.sign_in()
    fields = card_fields(aoki.page("/reservation/"))
    answer = aoki.sign(fields)
    aoki.answer(fields, answer)

    assert "challenge_expired" in text(aoki.answer(fields, answer))
