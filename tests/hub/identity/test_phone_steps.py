"""The phone at the hub's pages: signing in, adding a phone with the card, and answering the steps that are for good."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from joserfc import jwt
from pytest_django import Settings

from hub.phone import Phone, serve
from hub.sample_pay import SamplePay
from hub.visitor import Visitor, card_fields, text
from mynapoint.demo.phone.modes import Mode
from mynapoint.hub.applications.models import Application, Consent
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity.models import Challenge, OidcSubject, ParkedAnswer, Resident
from mynapoint.hub.identity.oidc import nonce_of
from mynapoint.hub.identity.verification import Question, _made
from mynapoint.hub.reservations.models import Reservation


@pytest.fixture
def phone(tmp_path: Path, settings: Settings) -> Iterator[Phone]:
    served, stop = serve(tmp_path)
    settings.OPENID = served.settings
    _made.cache_clear()  # a process knows one provider and its keys; each test has its own
    yield served
    stop()


def to_phone(visitor: Visitor, path: str) -> str:
    """Press a page's phone button; return where the browser is led."""
    fields = card_fields(visitor.page(path))
    led = visitor.post("/phone/begin/", {"nonce": fields.nonce})
    assert led.status_code == 302, text(led)
    return str(led["Location"])


def back(visitor: Visitor, url: str) -> Any:
    parts = urlsplit(url)
    return visitor.client.get(f"{parts.path}?{parts.query}", follow=True)


def by_phone(visitor: Visitor, phone: Phone, path: str, person: str = "") -> Any:
    return back(visitor, phone.pick(to_phone(visitor, path), person or visitor.card))


def link(visitor: Visitor, phone: Phone, person: str = "") -> Any:
    """Add a phone: the card signs, then the phone answers."""
    fields = card_fields(visitor.page("/phone/link/"))
    parked = visitor.post("/card/return/", visitor.sign(fields))
    signed = visitor.client.get(parked["Location"], follow=True)
    assert signed.status_code == 200, text(signed)
    led = visitor.post("/phone/begin/", {"nonce": re.findall(r'name="nonce" value="([^"]*)"', text(signed))[0]})
    return back(visitor, phone.pick(led["Location"], person or visitor.card))


def test_a_phone_added_with_the_card_signs_in_as_the_same_resident(aoki: Visitor, phone: Phone) -> None:
    aoki.sign_in()
    assert "スマートフォンを登録しました" in text(link(aoki, phone))
    aoki.post("/sign-out/", {})

    response = by_phone(aoki, phone, "/sign-in/")

    assert response.redirect_chain[-1][0] == "/my/"
    assert Resident.objects.count() == 1
    assert aoki.client.session["resident"] == str(Resident.objects.get().pk)
    assert OidcSubject.objects.get().subject == phone.provider.subject("aoki")
    assert AuditRecord.objects.filter(act=Act.PHONE_LINKED).count() == 1


def test_a_phone_that_nobody_added_is_told_how_and_enters_nobody(aoki: Visitor, phone: Phone) -> None:
    response = by_phone(aoki, phone, "/sign-in/")

    assert "phone_not_linked" in text(response)
    assert not Resident.objects.exists()


def test_where_the_programme_allows_it_such_a_phone_is_a_new_resident(
    aoki: Visitor, phone: Phone, settings: Settings
) -> None:
    settings.PHONE_ALONE = True

    for _ in range(2):
        assert by_phone(aoki, phone, "/sign-in/").status_code == 200
        aoki.post("/sign-out/", {})

    assert Resident.objects.count() == OidcSubject.objects.count() == 1


def test_reserving_and_applying_by_phone_keep_what_proves_it(
    aoki: Visitor, phone: Phone, sample_pay: SamplePay
) -> None:
    aoki.sign_in()
    link(aoki, phone)
    aoki.post("/sign-out/", {})
    by_phone(aoki, phone, "/sign-in/")

    by_phone(aoki, phone, "/reservation/")
    proved = aoki.give_account("SP00001234", "482913")
    receipt = by_phone(aoki, phone, proved["Location"])

    assert receipt.status_code == 200, text(receipt)
    assert Application.objects.count() == 1
    for kept in (Reservation.objects.get(), Consent.objects.get()):
        assert kept.credential is None
        assert kept.oidc_subject == OidcSubject.objects.get()
        token, _key = bytes(kept.signature).decode().split("\n")
        claims = jwt.decode(token, phone.provider.key, algorithms=["ES256"]).claims
        assert claims["nonce"] == nonce_of(Question(kept.origin, kept.nonce, kept.statement))


def test_another_persons_phone_saves_nothing_ends_the_session_and_both_are_told(
    aoki: Visitor, ueno: Visitor, phone: Phone
) -> None:
    ueno.sign_in()
    link(ueno, phone)
    aoki.sign_in()

    response = by_phone(aoki, phone, "/reservation/", "ueno")

    assert "other_persons_phone" in text(response)
    assert not Reservation.objects.exists()
    assert "resident" not in aoki.client.session
    assert AuditRecord.objects.filter(act=Act.OTHER_PERSONS_PHONE).count() == 1


def test_a_phone_of_somebody_else_cannot_be_added(aoki: Visitor, ueno: Visitor, phone: Phone) -> None:
    ueno.sign_in()
    link(ueno, phone)
    aoki.sign_in()

    assert "phone_of_another_record" in text(link(aoki, phone, "ueno"))
    assert OidcSubject.objects.count() == 1


def test_a_phone_cannot_let_itself_in(aoki: Visitor, phone: Phone) -> None:
    aoki.sign_in()
    fields = card_fields(aoki.page("/phone/link/"))

    assert aoki.post("/phone/begin/", {"nonce": fields.nonce}).status_code == 400
    assert "phone_begin" not in aoki.page("/phone/link/")
    assert "/phone/begin/" not in aoki.page("/phone/link/")


def test_a_phones_answer_forced_on_the_cards_step_is_refused(aoki: Visitor, phone: Phone) -> None:
    aoki.sign_in()
    url = to_phone(aoki, "/reservation/")
    nonce = dict(parse_qsl(urlsplit(url).query))["state"]
    Challenge.objects.filter(nonce=nonce).update(purpose="link_phone", continue_to="/phone/link/signed/")

    assert "challenge_expired" in text(back(aoki, phone.pick(url, "aoki")))


def test_a_phones_answer_is_worth_something_once_and_in_its_own_browser(
    aoki: Visitor, ueno: Visitor, phone: Phone, settings: Settings
) -> None:
    settings.PHONE_ALONE = True
    came = phone.pick(to_phone(aoki, "/sign-in/"), "aoki")
    assert "challenge_expired" in text(back(ueno, came)), "led into another browser"
    assert "challenge_expired" not in text(back(aoki, phone.pick(to_phone(aoki, "/sign-in/"), "aoki")))
    aoki.post("/sign-out/", {})

    assert "challenge_expired" in text(back(aoki, came))


def test_a_bad_token_is_told_in_words_and_put_on_record(aoki: Visitor, phone: Phone) -> None:
    phone.provider.mode = Mode.WRONG_NONCE

    response = by_phone(aoki, phone, "/sign-in/")

    assert response.status_code == 422
    assert "本人確認の結果を確かめられませんでした" in text(response)
    assert AuditRecord.objects.get().details == {"code": "phone_not_confirmed", "why": "nonce"}


def test_the_phone_step_lapses_like_the_cards(aoki: Visitor, phone: Phone) -> None:
    url = to_phone(aoki, "/sign-in/")
    Challenge.objects.update(created_at=timezone.now() - timedelta(minutes=6))

    assert "challenge_expired" in text(back(aoki, phone.pick(url, "aoki")))


def test_malformed_returns_are_refused_not_crashes(aoki: Visitor, phone: Phone) -> None:
    for query in ["", "state=x", "state=a&state=b", "code=" + "a" * 9000, "state=%00", urlencode({"state": "\ud7ff"})]:
        assert aoki.client.get(f"/phone/return/?{query}").status_code == 422, query
    assert not ParkedAnswer.objects.exists()


def test_without_a_provider_there_is_no_sign_of_the_phone(aoki: Visitor) -> None:
    assert "/phone/begin/" not in aoki.page("/sign-in/")
    aoki.sign_in()
    assert "/phone/link/" not in aoki.page("/my/")
    assert aoki.get("/phone/link/").status_code == 404


def test_my_page_offers_to_add_a_phone(aoki: Visitor, phone: Phone) -> None:
    aoki.sign_in()

    assert re.search(r'href="/phone/link/"', aoki.page("/my/"))


def test_the_database_keeps_consents_and_one_signer_each(aoki: Visitor, sample_pay: SamplePay) -> None:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()

    for change in ("UPDATE applications_consent SET nonce = 'x'", "DELETE FROM applications_consent"):
        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
    with pytest.raises(IntegrityError, match="by_card_or_phone"), transaction.atomic():
        Reservation.objects.update(credential=None)
