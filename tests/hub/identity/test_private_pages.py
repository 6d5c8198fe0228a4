"""At a shared terminal: nothing that a signed-in person saw can be seen again once they have left."""

from __future__ import annotations

import pytest

from hub.sample_pay import SamplePay
from hub.visitor import APPLY, Visitor, card_fields, text


@pytest.mark.parametrize("path", ["/", "/my/", "/reservation/", "/payment-services/", APPLY, "/my/nothing-here/"])
def test_no_page_of_a_signed_in_session_is_kept(aoki: Visitor, sample_pay: SamplePay, path: str) -> None:
    aoki.sign_in()

    assert "no-store" in aoki.get(path)["Cache-Control"]


def test_a_refusal_is_not_kept_either(aoki: Visitor, ishida: Visitor) -> None:
    assert "no-store" in ishida.sign_in()["Cache-Control"]
    aoki.sign_in()
    aoki.reserve()

    again = aoki.get("/reservation/signed/", answer="nobody's")

    assert again.status_code == 422
    assert "no-store" in again["Cache-Control"]


def test_signing_out_clears_what_the_browser_holds_ready(aoki: Visitor) -> None:
    aoki.sign_in()

    signed_out = aoki.post("/sign-out/", {})

    assert signed_out["Clear-Site-Data"] == '"cache"'
    assert "no-store" in signed_out["Cache-Control"]
    assert "Clear-Site-Data" not in aoki.get("/signed-out/")


def test_another_persons_card_clears_it_too(aoki: Visitor) -> None:
    aoki.sign_in()
    fields = card_fields(aoki.page("/reservation/"))
    aoki.card = "ueno"

    refused = aoki.answer(fields, aoki.sign(fields))

    assert "other_persons_card" in text(refused)
    assert refused["Clear-Site-Data"] == '"cache"'
    assert "no-store" in refused["Cache-Control"]


def test_pages_of_nobody_are_left_alone(aoki: Visitor) -> None:
    page = aoki.get("/payment-services/")

    assert "Clear-Site-Data" not in page
    assert "no-store" not in page.get("Cache-Control", "")
