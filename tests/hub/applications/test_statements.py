"""A statement can always be shown and signed, whatever a provider or an old row of the register calls things."""

from __future__ import annotations

import pytest

from hub.sample_pay import BOOK, SamplePay
from hub.visitor import Visitor, card_fields, text
from mynapoint.exchange.card_token import check_challenge, shows_what_it_says
from mynapoint.hub.applications.models import Application
from mynapoint.hub.applications.statements import _showing_what_it_says
from mynapoint.hub.payment_services.models import PaymentService

IDEOGRAPHIC_VARIATION = "\U000e0100"


def test_a_holder_in_a_variant_letter_applies(
    aoki: Visitor, sample_pay: SamplePay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BOOK, "SP00001234", ("482913", "アオキ", f"葛{IDEOGRAPHIC_VARIATION}*"))
    aoki.sign_in()
    aoki.reserve()

    receipt = aoki.apply()

    assert receipt.status_code == 200, text(receipt)
    assert Application.objects.count() == 1


def test_a_name_that_entered_the_register_before_it_was_checked_stops_nobody(
    aoki: Visitor, sample_pay: SamplePay
) -> None:
    aoki.sign_in()
    aoki.reserve()
    PaymentService.objects.update(name="サ\u05d0ン\u2800プル\nPay")

    confirm = aoki.page(aoki.give_account("SP00001234", "482913")["Location"])

    statement = card_fields(confirm).statement
    assert "サ〓ン〓プル〓Pay" in statement
    check_challenge(nonce="n" * 64, statement=statement)


def test_what_is_written_instead_is_shown_and_all_else_stays() -> None:
    said = "サンプルPay\u3000葛\U000e0100\ufe0f(名義:\u202eア*キ\u0336)\n"

    written = _showing_what_it_says(said)

    assert written == "サンプルPay\u3000葛(名義:〓ア*キ〓)〓"
    assert all(map(shows_what_it_says, written))
