"""Where a resident is: the start page and my page say what is done and the one thing to do next, at every stage."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub import clock, people
from hub.sample_pay import SamplePay
from hub.visitor import APPLY, Visitor
from mynapoint.hub.applications.models import Application


@pytest.fixture
def signed_in(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    return aoki


def next_step(visitor: Visitor, path: str = "/") -> str:
    """What the box of the next step says."""
    page = visitor.page(path)
    return page[page.index('<section class="next"') :].partition("</section>")[0]


def test_a_stranger_is_told_how_much_and_by_when(aoki: Visitor, sample_pay: SamplePay) -> None:
    page = aoki.page("/")

    assert "20,000" in page
    assert "2023年(令和5年)2月28日" in page
    assert "あと228日です。" in page
    assert 'class="next"' not in page


def test_the_last_day_is_called_today(aoki: Visitor, sample_pay: SamplePay) -> None:
    clock.move_to(datetime(2023, 9, 30, 3, 0, tzinfo=UTC))

    assert "今日までです。" in aoki.page("/")


def test_whoever_has_signed_in_reserves_next(signed_in: Visitor) -> None:
    assert "/reservation/" in next_step(signed_in)
    assert next_step(signed_in).count("予約へ進む") == 1


def test_whoever_has_reserved_looks_for_a_service_next(signed_in: Visitor) -> None:
    signed_in.reserve()

    assert "決済サービスをさがす" in next_step(signed_in)


@pytest.mark.parametrize("path", ["/", "/my/"])
def test_a_half_finished_application_goes_on_where_it_stopped(signed_in: Visitor, path: str) -> None:
    signed_in.reserve()
    signed_in.give_account("SP00001234", "482913")

    assert f'href="{APPLY}confirm/"' in next_step(signed_in, path)


def test_what_was_typed_in_another_session_is_not_offered(signed_in: Visitor, city: object) -> None:
    signed_in.reserve()
    signed_in.give_account("SP00001234", "482913")
    elsewhere = Visitor(signed_in.city, "aoki")

    elsewhere.sign_in()

    assert "途中です" not in next_step(elsewhere)


def test_a_half_finished_application_is_not_offered_when_its_time_is_over(signed_in: Visitor) -> None:
    signed_in.reserve()
    signed_in.give_account("SP00001234", "482913")
    clock.move_to(datetime(2023, 10, 1, 3, 0, tzinfo=UTC))

    assert "途中です" not in next_step(signed_in)


def test_whoever_has_applied_uses_the_service_and_then_has_nothing_left_but_the_rest(signed_in: Visitor) -> None:
    signed_in.reserve()
    signed_in.apply()
    assert "あと最大5,000ポイント" in next_step(signed_in)

    people.awarded(Application.objects.get(), 2_000, clock.now())
    assert "あと最大3,000ポイント" in next_step(signed_in)

    people.awarded(Application.objects.get(), 3_000, clock.now())
    assert "決済サービスをさがす" in next_step(signed_in), "two more incentives are open"


def test_the_steps_show_what_is_done_and_where_one_is(signed_in: Visitor) -> None:
    signed_in.reserve()

    page = signed_in.page("/")

    assert page.count('<li class="done">') == 2, "signed in and reserved"
    assert page.count('<li aria-current="step">') == 1
