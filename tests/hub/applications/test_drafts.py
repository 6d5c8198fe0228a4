"""A proved account waits for its signature only in the session in which it was proved, and not for long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub import clock
from hub.sample_pay import SamplePay
from hub.visitor import APPLY, Visitor, card_fields, text
from mynapoint.hub import jobs
from mynapoint.hub.applications.models import Application, Draft


@pytest.fixture
def reserved(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    return aoki


def test_what_somebody_typed_into_a_session_left_open_does_not_wait_for_its_owner(reserved: Visitor) -> None:
    uenos = reserved.give_account("SP00003456", "617284")
    confirm = uenos["Location"]
    fields = card_fields(reserved.page(confirm))
    reserved.card = "ueno"
    assert "other_persons_card" in text(reserved.answer(fields, reserved.sign(fields)))

    reserved.card = "aoki"
    reserved.sign_in()

    assert reserved.get(confirm)["Location"] == APPLY, "the account is asked for again"
    assert not Application.objects.exists()


def test_a_draft_is_none_in_another_session_of_the_same_person(reserved: Visitor) -> None:
    confirm = reserved.give_account("SP00001234", "482913")["Location"]
    elsewhere = Visitor(reserved.city, "aoki")
    elsewhere.sign_in()

    assert elsewhere.get(confirm)["Location"] == APPLY
    assert reserved.get(confirm).status_code == 200


def test_a_draft_never_signed_is_removed_after_a_day(reserved: Visitor) -> None:
    reserved.give_account("SP00001234", "482913")
    assert jobs.run_all()["drafts removed"] == 0

    clock.move_to(clock.START + timedelta(days=1, seconds=1))

    assert jobs.run_all()["drafts removed"] == 1
    assert not Draft.objects.exists()
