"""The queue: every number once, in order, none lost; the wait is public; who came on the last day keeps that day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

import mynapoint.demo
from hub import clock
from hub.sample_pay import SamplePay
from hub.staff.desk import Desk, at_work
from hub.support.counter import ACCOUNTS, Counter, at_home, counter
from hub.visitor import browser, text
from mynapoint.hub.applications.models import Application
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.municipalities.actions import import_municipalities
from mynapoint.hub.support import queue
from mynapoint.hub.support.models import QueueTicket
from mynapoint.programme.values import tokyo_day

DATA = Path(mynapoint.demo.__file__).parent / "data"
MIDNIGHT = datetime(2023, 9, 30, 15, 0, tzinfo=UTC)
"""The beginning of 1 October 2023 in Tokyo: round 2 took applications until 30 September."""
QUEUE = "/staff/counter/queue/"
PUBLIC = "/counter/queue/hadano/"


@pytest.fixture
def helper(db: None) -> Desk:
    import_municipalities(DATA / "municipalities")
    return at_work()


def draw(helper: Desk, times: int = 1) -> None:
    for _ in range(times):
        assert helper.client.post(f"{QUEUE}draw/").status_code == 302


def called(helper: Desk) -> int | None:
    ticket = QueueTicket.objects.filter(terminal=helper.terminal, state="called").first()
    return ticket.number if ticket else None


def act(helper: Desk, what: str, number: int) -> int:
    ticket = QueueTicket.objects.get(number=number)
    return int(helper.client.post(f"{QUEUE}{ticket.pk}/{what}/").status_code)


def test_numbers_begin_at_one_each_day_and_for_each_municipality(helper: Desk) -> None:
    draw(helper, 2)
    draw(at_work(municipality="nishitokyo"))
    clock.move_to(clock.START + timedelta(days=1))
    draw(helper)

    drawn = QueueTicket.objects.values_list("municipality", "day", "number").order_by("id")
    assert [(place, day.day, number) for place, day, number in drawn] == [
        ("hadano", 15, 1),
        ("hadano", 15, 2),
        ("nishitokyo", 15, 1),
        ("hadano", 16, 1),
    ]


def test_two_terminals_never_call_the_same_number(helper: Desk) -> None:
    other = at_work(terminal="counter 2", name="helper-2")
    draw(helper, 3)
    for one in (helper, other, helper):
        one.client.post(f"{QUEUE}call/")

    assert (called(helper), called(other)) == (3, 2)
    assert QueueTicket.objects.get(number=1).state == "done"


def test_who_was_skipped_comes_back_before_everybody_behind(helper: Desk) -> None:
    draw(helper, 3)
    helper.client.post(f"{QUEUE}call/")
    act(helper, "skip", 1)
    helper.client.post(f"{QUEUE}call/")
    assert called(helper) == 2
    act(helper, "back", 1)
    act(helper, "back", 3)

    helper.client.post(f"{QUEUE}call/")

    assert called(helper) == 1
    whats = AuditRecord.objects.filter(act=Act.QUEUE_TICKET_CHANGED, subject__endswith=":1").order_by("id")
    assert [one.details["what"] for one in whats] == ["drawn", "called", "skipped", "returned", "called"]


def test_the_public_page_says_how_many_are_ahead_and_for_how_long(helper: Desk) -> None:
    draw(helper, 4)

    everybody = text(browser().get(PUBLIC))
    before_three = text(browser().get(PUBLIC, {"number": "3"}))

    assert "4<small>人" in everybody
    assert "約60分" in everybody
    assert "2<small>人" in before_three
    assert "約30分" in before_three
    assert browser().get(PUBLIC, {"number": "x" * 400}).status_code == 200
    assert browser().get("/counter/queue/nowhere/").status_code == 404


def test_the_estimate_is_from_todays_visits_and_none_where_nobody_serves(helper: Desk) -> None:
    draw(helper, 3)
    helper.client.post(f"{QUEUE}call/")
    clock.move_to(clock.START + timedelta(minutes=4))
    helper.client.post(f"{QUEUE}call/")

    assert queue.wait("hadano", now=clock.now()).minutes == 5
    helper.client.post("/staff/sign-out/")
    assert "受け付けていません" in text(browser().get(PUBLIC))


def test_a_ticket_is_printed_with_its_number_and_the_way_to_the_wait(helper: Desk) -> None:
    response = helper.client.post(f"{QUEUE}draw/", follow=True)

    page = text(response)
    assert 'class="queue-ticket-number">1<' in page
    assert "<svg" in page
    assert "/counter/queue/hadano/?number=1" in page


def test_another_municipalitys_tickets_are_not_there(helper: Desk) -> None:
    draw(helper)
    stranger = at_work(municipality="nishitokyo", terminal="theirs")

    for what in ("skip", "back", "print"):
        assert act(stranger, what, 1) in {404, 405}
    stranger.client.post(f"{QUEUE}call/")
    assert QueueTicket.objects.get().state == "waiting"


def test_in_the_morning_the_queue_begins_anew(helper: Desk) -> None:
    draw(helper, 2)
    clock.move_to(clock.START + timedelta(days=1))
    draw(helper)

    helper.client.post(f"{QUEUE}call/")

    called = QueueTicket.objects.get(state="called")
    assert (called.day, called.number) == (tokyo_day(clock.now()), 1)
    assert queue.wait("hadano", now=clock.now()).waiting == 0


@pytest.mark.parametrize(("minutes", "has_ticket", "served"), [(60, True, True), (60, False, False), (0, True, False)])
def test_on_the_last_day_a_ticket_drawn_before_closing_keeps_its_day(
    city: Path, sample_pay: SamplePay, settings: Settings, minutes: int, has_ticket: bool, served: bool
) -> None:
    settings.LAST_DAY_GRACE_MINUTES = minutes
    at_home(city, "aoki")
    one: Counter = counter(city)
    clock.move_to(MIDNIGHT - timedelta(minutes=5))
    if has_ticket:
        draw(one.helper)
    clock.move_to(MIDNIGHT + timedelta(minutes=10))
    one.helper.client.post(f"{QUEUE}call/")
    one.begin()
    one.sign_in("aoki")

    response = one.visitor.get("/apply/MP0000001/card_uptake/")
    assert response.status_code == (200 if served else 422)
    if not served:
        return
    one.visitor.apply(*ACCOUNTS["aoki"])

    assert Application.objects.get().applied_at == MIDNIGHT + timedelta(minutes=10)
    details = AuditRecord.objects.get(act=Act.APPLIED).details
    assert details["grace"] == "operator"
    assert details["judged_as_of"].startswith("2023-09-30T14:55")
