"""Taking a phone away: with the card, on record, for every step; what was signed with it stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from hub.identity.test_phone_steps import by_phone, link
from hub.phone import Phone, serve
from hub.visitor import Visitor, card_fields, text
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity.models import Credential, OidcSubject, Resident
from mynapoint.hub.identity.verification import _made
from mynapoint.hub.reservations.models import Reservation


@pytest.fixture
def phone(tmp_path: Path, settings: Settings) -> Iterator[Phone]:
    served, stop = serve(tmp_path)
    settings.OPENID = served.settings
    _made.cache_clear()
    yield served
    stop()


def has_linked(visitor: Visitor, phone: Phone) -> None:
    visitor.sign_in()
    assert "スマートフォンを登録しました" in text(link(visitor, phone))


def test_a_phone_taken_away_signs_in_no_more_and_what_it_signed_stays(aoki: Visitor, phone: Phone) -> None:
    has_linked(aoki, phone)
    by_phone(aoki, phone, "/reservation/")

    assert "スマートフォンの登録を取り消しました" in text(aoki.card_step("/phone/unlink/"))
    aoki.post("/sign-out/", {})

    assert "phone_not_linked" in text(by_phone(aoki, phone, "/sign-in/"))
    assert "resident" not in aoki.client.session
    assert Reservation.objects.get().oidc_subject == OidcSubject.objects.get()
    aoki.sign_in()
    assert Resident.objects.count() == 1


def test_it_is_on_record_with_what_the_card_signed(aoki: Visitor, phone: Phone) -> None:
    has_linked(aoki, phone)
    fields = card_fields(aoki.page("/phone/unlink/"))

    aoki.answer(fields, aoki.sign(fields))

    kept = AuditRecord.objects.get(act=Act.PHONE_UNLINKED).details
    assert (kept["phones"], kept["statement"], kept["nonce"]) == (1, fields.statement, fields.nonce)
    assert kept["fingerprint"] == Credential.objects.get().fingerprint
    assert len(bytes.fromhex(kept["signature"])) == 256


def test_a_session_begun_with_the_phone_answers_no_further_step(aoki: Visitor, phone: Phone) -> None:
    has_linked(aoki, phone)
    OidcSubject.objects.update(unlinked_at="2022-07-15T03:00:00Z")

    assert "phone_not_linked" in text(by_phone(aoki, phone, "/reservation/"))
    assert not Reservation.objects.exists()


def test_a_programme_that_takes_phones_alone_does_not_take_one_that_was_taken_away(
    aoki: Visitor, phone: Phone, settings: Settings
) -> None:
    settings.PHONE_ALONE = True
    has_linked(aoki, phone)
    aoki.card_step("/phone/unlink/")
    aoki.post("/sign-out/", {})

    assert "phone_not_linked" in text(by_phone(aoki, phone, "/sign-in/"))


def test_a_phone_cannot_take_phones_away(aoki: Visitor, phone: Phone) -> None:
    has_linked(aoki, phone)
    page = aoki.page("/phone/unlink/")

    assert "/phone/begin/" not in page
    assert aoki.post("/phone/begin/", {"nonce": card_fields(page).nonce}).status_code == 400


def test_another_persons_card_takes_nothing_away(aoki: Visitor, ueno: Visitor, phone: Phone) -> None:
    has_linked(aoki, phone)
    ueno.sign_in()

    response = aoki.card_step("/phone/unlink/", ueno.sign)

    assert "other_persons_card" in text(response)
    assert OidcSubject.objects.get().unlinked_at is None


def test_ones_own_comes_back_and_nobody_elses(aoki: Visitor, ueno: Visitor, phone: Phone) -> None:
    has_linked(aoki, phone)
    aoki.card_step("/phone/unlink/")
    ueno.sign_in()

    assert "phone_of_another_record" in text(link(ueno, phone, "aoki"))
    assert "スマートフォンを登録しました" in text(link(aoki, phone))
    aoki.post("/sign-out/", {})
    assert by_phone(aoki, phone, "/sign-in/").redirect_chain[-1][0] == "/my/"


def test_my_page_offers_what_can_be_done(aoki: Visitor, phone: Phone) -> None:
    aoki.sign_in()
    assert 'href="/phone/link/"' in aoki.page("/my/")
    assert aoki.get("/phone/unlink/")["Location"] == "/my/"
    link(aoki, phone)

    mine = aoki.page("/my/")

    assert 'href="/phone/unlink/"' in mine
    assert 'href="/phone/link/"' not in mine
