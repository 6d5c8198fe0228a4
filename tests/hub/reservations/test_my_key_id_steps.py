"""Changing and revoking a My Key ID: signed, counted before each change, three times at most, and no ID twice."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from hub.sample_pay import SamplePay
from hub.visitor import Visitor, card_fields, text
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.reservations import actions
from mynapoint.hub.reservations.models import GivenMyKeyId, MyKeyIdStep, Reservation
from mynapoint.programme.values import MyKeyId

CHANGE, REVOKE = "/reservation/change/", "/reservation/revoke/"


def reserved(visitor: Visitor) -> Visitor:
    visitor.sign_in()
    visitor.reserve()
    return visitor


def held() -> str | None:
    return Reservation.objects.get().my_key_id_text


def test_an_id_is_changed_and_the_count_is_told_before_each_change(aoki: Visitor) -> None:
    reserved(aoki)
    seen = [held()]

    for left in (3, 2, 1):
        page = aoki.page(CHANGE)
        assert f"あと{left}回変えられます" in page
        assert f"これが{4 - left}回目です。このあと変えられるのは{left - 1}回です" in card_fields(page).statement
        assert "予約が完了しています" in text(aoki.card_step(CHANGE))
        seen.append(held())

    assert len(set(seen)) == 4
    assert "もう変えられません" in aoki.page(CHANGE)
    assert "もう変えられません" in aoki.page("/reservation/")
    assert set(GivenMyKeyId.objects.values_list("text", flat=True)) == set(seen)


def test_a_fourth_change_is_refused_even_when_it_was_signed_before_the_third(aoki: Visitor) -> None:
    reserved(aoki)
    for _ in range(2):
        aoki.card_step(CHANGE)
    early = card_fields(aoki.page(CHANGE))
    aoki.card_step(CHANGE)
    mine = held()

    assert "すでに変わっていました" in text(aoki.answer(early, aoki.sign(early)))
    assert held() == mine


def test_the_database_refuses_a_fourth_change(aoki: Visitor) -> None:
    reserved(aoki)
    reservation = Reservation.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        GivenMyKeyId.objects.create(reservation=reservation, text="BBBBBBBB", nth=4, given_at=reservation.reserved_at)


def test_each_step_keeps_what_was_signed_and_is_audited(aoki: Visitor) -> None:
    reserved(aoki)
    aoki.card_step(CHANGE)
    aoki.card_step(REVOKE)

    changed, revoked = MyKeyIdStep.objects.order_by("number")
    assert "新しいものに変えます" in changed.statement
    assert "失効させます" in revoked.statement
    assert (changed.given is None, revoked.given is None) == (False, True)
    acts = set(AuditRecord.objects.values_list("act", flat=True))
    assert {Act.MY_KEY_ID_CHANGED, Act.MY_KEY_ID_REVOKED} <= acts


def test_nobody_applies_under_a_revoked_id_until_another_is_given(aoki: Visitor, sample_pay: SamplePay) -> None:
    reserved(aoki)
    aoki.card_step(REVOKE)

    assert held() is None
    assert "失効しています" in aoki.page("/reservation/")
    assert "失効しています" in aoki.page("/my/")
    assert "予約(マイキーIDの設定)が必要です" in text(aoki.get("/apply/MP0000001/card_uptake/"))

    assert "新しいマイキーIDの発行を受けます" in card_fields(aoki.page(CHANGE)).statement
    aoki.card_step(CHANGE)
    aoki.apply()

    assert str(held()) in aoki.page("/my/")


def test_what_was_applied_for_stays_when_the_id_is_revoked(aoki: Visitor, sample_pay: SamplePay) -> None:
    reserved(aoki)
    aoki.apply()
    aoki.card_step(REVOKE)

    assert "申込済み" in aoki.page("/my/")


def test_an_id_that_was_given_up_is_given_to_nobody(
    aoki: Visitor, ueno: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(["BBBBBBBB", "CCCCCCCC", "BBBBBBBB", "DDDDDDDD"])
    monkeypatch.setattr(actions, "new_my_key_id", lambda: MyKeyId(next(names)))
    reserved(aoki)
    aoki.card_step(CHANGE)
    reserved(ueno)

    assert set(Reservation.objects.values_list("my_key_id_text", flat=True)) == {"CCCCCCCC", "DDDDDDDD"}


def test_another_persons_card_changes_nothing(aoki: Visitor, ueno: Visitor) -> None:
    reserved(aoki)
    mine = held()
    ueno.sign_in()
    aoki.card = "ueno"

    assert "別の方のカードで署名されました" in text(aoki.card_step(CHANGE))
    assert held() == mine


def test_given_ids_and_steps_are_for_good(aoki: Visitor) -> None:
    reserved(aoki)
    aoki.card_step(CHANGE)

    for rows in (GivenMyKeyId.objects.all(), MyKeyIdStep.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


def test_without_a_reservation_there_is_nothing_to_change(aoki: Visitor) -> None:
    aoki.sign_in()

    assert aoki.get(CHANGE)["Location"] == aoki.get(REVOKE)["Location"] == "/reservation/"
