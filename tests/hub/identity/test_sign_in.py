"""Signing in with the card: who gets in, who does not, and what each is told."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from hub import clock
from hub.page_text import markup
from hub.visitor import Visitor, browser, card_fields, text
from mynapoint.card.emulator.issue import revoke_card
from mynapoint.exchange import card_token
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity import actions
from mynapoint.hub.identity.models import Challenge, Credential, ParkedAnswer, Resident


def test_aoki_signs_in_with_the_card_and_is_a_pseudonym(aoki: Visitor) -> None:
    response = aoki.sign_in()

    assert response.status_code == 200
    resident = Resident.objects.get()
    assert aoki.client.session["resident"] == str(resident.pk)
    assert Credential.objects.get().resident == resident
    acts = AuditRecord.objects.order_by("id").values_list("act", "details__links")
    assert list(acts) == [(Act.CERTIFICATE_ENTERED, "none"), (Act.SIGNED_IN, None)]


def test_the_same_card_is_the_same_resident_next_time(aoki: Visitor) -> None:
    aoki.sign_in()
    aoki.post("/sign-out/", {})
    assert "resident" not in aoki.client.session

    aoki.sign_in()

    assert Resident.objects.count() == 1


def test_two_cards_are_two_residents(aoki: Visitor, ueno: Visitor) -> None:
    aoki.sign_in()
    ueno.sign_in()

    assert aoki.client.session["resident"] != ueno.client.session["resident"]


def test_the_session_id_is_fresh_after_signing_in(aoki: Visitor) -> None:
    aoki.page("/sign-in/")
    before = aoki.client.session.session_key

    aoki.sign_in()

    assert aoki.client.session.session_key not in {None, before}


def test_ishida_is_told_since_when_the_certificate_has_expired(ishida: Visitor) -> None:
    response = ishida.sign_in()

    assert response.status_code == 422
    assert "カードの利用者証明用電子証明書は2022年6月" in text(response)
    assert "電子証明書のお手続きは、お住まいの市区町村の窓口でできます" in text(response)
    assert '<a href="/help/">お住まいの市の窓口を調べる</a>' in markup(response)
    assert "resident" not in ishida.client.session
    assert AuditRecord.objects.get().details["code"] == "certificate_expired"


def test_a_certificate_is_judged_by_the_programmes_clock(aoki: Visitor) -> None:
    clock.move_to(datetime(2032, 1, 1, tzinfo=UTC))

    assert "certificate_expired" in text(aoki.sign_in())


def test_a_revoked_card_cannot_sign_in(own_city: Path, aoki: Visitor, settings: Settings) -> None:
    revoke_card(own_city, "aoki", on=clock.START.date())
    settings.TRUST = own_city / "trust"

    assert "失効しています" in text(aoki.sign_in())


def test_an_answer_can_be_used_once(aoki: Visitor) -> None:
    fields = card_fields(aoki.page("/sign-in/"))
    answer = aoki.sign(fields)
    assert aoki.answer(fields, answer).status_code == 200
    aoki.post("/sign-out/", {})

    assert "challenge_expired" in text(aoki.answer(fields, answer))


def test_an_answer_is_worthless_in_another_browser(aoki: Visitor, ueno: Visitor) -> None:
    fields = card_fields(aoki.page("/sign-in/"))
    ueno.page("/sign-in/")

    response = ueno.answer(fields, aoki.sign(fields))

    assert "challenge_expired" in text(response)
    assert "resident" not in ueno.client.session


def test_an_answer_led_into_another_browser_is_gone(aoki: Visitor, ueno: Visitor) -> None:
    mine = card_fields(aoki.page("/sign-in/"))
    parked = browser().post("/card/return/", ueno.sign(mine))["Location"]

    assert "challenge_expired" in text(ueno.get(parked))

    assert not ParkedAnswer.objects.exists()
    assert "challenge_expired" in text(aoki.get(parked)), "who put the question cannot fetch it afterwards"


def test_the_way_back_fits_into_its_column_however_it_is_written(aoki: Visitor) -> None:
    aoki.sign_in()

    aoki.get("/reservation/", next="/" + "予" * 199)
    aoki.get("/reservation/", next="/" + "%" * 130)

    assert all(len(challenge.continue_to) <= 500 for challenge in Challenge.objects.all())


def test_after_five_minutes_of_the_machines_clock_the_step_starts_again(aoki: Visitor) -> None:
    fields = card_fields(aoki.page("/sign-in/"))
    Challenge.objects.update(created_at=datetime.now(UTC) - actions.CHALLENGE_LIFE - timedelta(seconds=1))

    response = aoki.answer(fields, aoki.sign(fields))

    assert "お手続きの有効時間(5分)が過ぎました" in text(response)
    assert actions.purge() == 1


def test_an_answer_parked_in_time_lapses_too(aoki: Visitor) -> None:
    fields = card_fields(aoki.page("/sign-in/"))
    parked = browser().post("/card/return/", aoki.sign(fields))
    Challenge.objects.update(created_at=datetime.now(UTC) - actions.CHALLENGE_LIFE - timedelta(seconds=1))

    assert "challenge_expired" in text(aoki.client.get(parked["Location"]))


@pytest.mark.parametrize(
    ("swap", "value"),
    [
        ("statement", "マイナポイントを予約します。"),
        ("nonce", "A" * 64),
        ("return_url", "http://127.0.0.1:8000/card/return/"),
    ],
)
def test_a_signature_over_anything_else_is_refused(aoki: Visitor, swap: str, value: str) -> None:
    fields = card_fields(aoki.page("/sign-in/"))
    other = dataclasses.replace(fields, **{swap: value})
    token = card_token.encode(aoki.token(other))

    response = aoki.answer(fields, {"nonce": fields.nonce, "token": token})

    assert "card_signature_invalid" in text(response)
    assert not Resident.objects.exists()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("cancelled", "取り消されました"),
        ("pin_locked", "暗証番号がロックされています"),
        ("no_card", "カードを読み取れませんでした"),
        ("card_error", "カードを読み取れませんでした"),
        ("<script>", "カードを読み取れませんでした"),
    ],
)
def test_an_error_of_the_agent_is_told_in_words(aoki: Visitor, error: str, sentence: str) -> None:
    fields = card_fields(aoki.page("/sign-in/"))

    response = aoki.answer(fields, {"nonce": fields.nonce, "error": error})

    assert response.status_code == 422
    assert sentence in text(response)


def test_strangers_cannot_fill_the_table_of_parked_answers(db: None) -> None:
    assert browser().post("/card/return/", {"nonce": "A" * 64, "token": "{}"}).status_code == 422
    assert browser().post("/card/return/", {"nonce": "A" * 64, "token": "x" * 40_000}).status_code == 413
    assert not ParkedAnswer.objects.exists()


def test_malformed_tokens_are_refused_not_crashes(aoki: Visitor) -> None:
    for token in ["", "{}", "[" * 8000, '{"format": 1}', "\ud7ff", card_token.encode(card_token.CardToken(b"x", b"y"))]:
        fields = card_fields(aoki.page("/sign-in/"))
        response = aoki.answer(fields, {"nonce": fields.nonce, "token": token})
        code = "certificate_unreadable" if "certificate" in token else "card_answer_unreadable"
        assert code in text(response), token[:20]


def test_signing_in_leads_back_to_where_one_came_from_and_never_away(aoki: Visitor) -> None:
    assert aoki.get("/reservation/")["Location"] == "/sign-in/?next=%2Freservation%2F"
    assert aoki.card_step("/sign-in/?next=%2Freservation%2F").redirect_chain[-1][0] == "/reservation/"
    aoki.post("/sign-out/", {})
    assert aoki.card_step("/sign-in/?next=https%3A%2F%2Fevil.example").redirect_chain[-1][0] == "/my/"
    aoki.post("/sign-out/", {})
    assert aoki.card_step("/sign-in/?next=%2F%2Fevil.example").redirect_chain[-1][0] == "/my/"


def test_an_origin_that_is_not_ours_is_never_put_before_a_card(aoki: Visitor, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]

    assert aoki.client.get("/sign-in/", headers={"host": "evil.example"}).status_code == 400


def test_the_statement_is_in_the_language_of_the_page(aoki: Visitor) -> None:
    page = aoki.client.get("/sign-in/", headers={"accept-language": "en"})

    assert card_fields(text(page)).lang == "en"
