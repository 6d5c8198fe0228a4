"""Who signs is declared, said in the statement, signed with it and kept: for children under 15, and from 15 to 17."""

from __future__ import annotations

import pytest

from hub.sample_pay import SamplePay
from hub.visitor import APPLY, Visitor, card_fields, text
from mynapoint.hub.applications.models import Consent
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.reservations.models import Reservation

GUARDIAN = "カードの持ち主は15歳未満で、法定代理人が本人のカードを使って手続きします。"
WITH_CONSENT = "カードの持ち主は15歳から17歳で、この手続きについて法定代理人の同意を得ています。"
SAID = {"guardian": GUARDIAN, "with_consent": WITH_CONSENT}


@pytest.fixture
def reserved(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    return aoki


@pytest.mark.parametrize("signer", list(SAID))
def test_what_was_declared_is_signed_kept_and_on_record(reserved: Visitor, signer: str) -> None:
    proved = reserved.give_account("SP00001234", "482913", signer=signer)
    assert card_fields(reserved.page(proved["Location"])).statement.endswith(SAID[signer])

    receipt = reserved.card_step(proved["Location"])

    assert SAID[signer] in text(receipt)
    assert Consent.objects.get().statement.endswith(SAID[signer])
    assert AuditRecord.objects.get(act=Act.ACCOUNT_PROVED).details["signer"] == signer


def test_a_guardian_is_asked_for_the_childs_name_and_told_of_one_account_each(reserved: Visitor) -> None:
    proved = reserved.give_account("SP00001234", "482913", signer="guardian")

    page = reserved.page(proved["Location"])

    assert "名義は、お子さまか、法定代理人の方のお名前ですか。" in page
    assert "1つの口座で申し込めるのは、1人だけです。" in page


def test_an_adult_declares_nothing(reserved: Visitor) -> None:
    reserved.apply()

    assert "法定代理人" not in Consent.objects.get().statement
    assert "signer" not in AuditRecord.objects.get(act=Act.ACCOUNT_PROVED).details


def test_somebody_unheard_of_cannot_be_declared(reserved: Visitor) -> None:
    answer = reserved.give_account("SP00001234", "482913", path=APPLY, signer="grandmother")

    assert answer.status_code == 422


def test_a_guardian_reserves_with_the_childs_card(aoki: Visitor) -> None:
    aoki.sign_in()

    aoki.card_step("/reservation/?signer=guardian")

    assert Reservation.objects.get().statement.endswith(GUARDIAN)
