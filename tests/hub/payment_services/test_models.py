"""Whether a payment service is open: by state, incentive, channel and day, with the reason when it is not."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError
from django.utils import translation

from mynapoint.award.means import channel_refusals, service_refusals
from mynapoint.award.refusals import Reason, Refusal
from mynapoint.exchange.messages import Counts
from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.models import PaymentService, SecurityCode
from mynapoint.hub.words import PageWords

DAY = date(2022, 7, 15)


def refusal(number: str, *, incentive: str = "card_uptake", channel: str = "web", on: date = DAY) -> Reason | None:
    service = PaymentService.objects.get(number=number)
    offer = service.offer(incentive)
    reasons = [*service_refusals(offer, on=on), *channel_refusals(offer, channel=channel, on=on)]
    return reasons[0] if reasons else None


def code(reason: Reason | None) -> str | None:
    return reason.refusal.code if reason else None


@pytest.mark.parametrize("incentive", ["card_uptake", "health_insurance", "public_funds_account"])
def test_sample_pay_takes_every_incentive_on_the_web(register: None, incentive: str) -> None:
    assert refusal("MP0000001", incentive=incentive) is None


def test_the_last_day_is_open_and_the_next_is_not(register: None) -> None:
    assert refusal("MP0000001", on=date(2023, 9, 30)) is None
    assert code(refusal("MP0000001", on=date(2023, 10, 1))) == "service_no_longer_takes_part"


def test_an_incentive_is_closed_before_the_service_joins_it(register: None) -> None:
    assert code(refusal("MP0000001", incentive="health_insurance", on=date(2022, 6, 29))) == "service_not_joined_yet"
    assert refusal("MP0000001", incentive="health_insurance", on=date(2022, 6, 30)) is None


def test_a_service_that_left_after_round_1_is_closed(register: None) -> None:
    assert refusal("MP0000014", on=date(2021, 3, 31)) is None
    assert code(refusal("MP0000014")) == "service_no_longer_takes_part"


def test_a_shop_only_service_says_where_to_apply_in_the_page_s_language(register: None) -> None:
    reason = refusal("MP0000008")

    assert reason is not None
    assert reason.refusal is Refusal.CHANNEL_NOT_OFFERED
    with translation.override("ja"):
        assert "申込方法:店頭。" in reason.sentence("ja")
    with translation.override("en"):
        assert "Kusunoki Card" in reason.sentence("en")
        assert "in a shop" in reason.sentence("en")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.DRAFT, "service_not_open"),
        (State.SUBMITTED, "service_not_open"),
        (State.SUSPENDED, "service_suspended"),
        (State.WITHDRAWN, "service_withdrawn"),
    ],
)
def test_only_an_approved_service_takes_applications(register: None, state: State, expected: str) -> None:
    service = PaymentService.objects.get(number="MP0000001")
    service.state = state

    assert [one.refusal.code for one in service_refusals(service.offer("card_uptake"), on=DAY)] == [expected]


def test_what_counts_is_one_kind_of_use_or_the_resident_s_choice(register: None) -> None:
    counted = {one.number: one.countable for one in PaymentService.objects.all()}

    assert counted["MP0000001"] == (Counts.TOP_UP,)
    assert counted["MP0000009"] == (Counts.PURCHASE,)
    assert counted["MP0000003"] == (Counts.TOP_UP, Counts.PURCHASE)


def test_a_fourth_security_code_is_refused_by_the_database(sample_pay: PaymentService) -> None:
    words = PageWords("番号", "Number")

    with pytest.raises(IntegrityError):
        SecurityCode.objects.create(service=sample_pay, position=4, label=words, help=words, pattern="[0-9]")
