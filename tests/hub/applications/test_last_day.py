"""Who came before midnight in Tokyo on the last day is served under that day, and nobody else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from hub import clock
from hub.sample_pay import SamplePay
from hub.visitor import APPLY, Visitor, text
from mynapoint.hub.applications.last_day import judged
from mynapoint.hub.applications.models import Application
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.waiting import tickets
from mynapoint.hub.waiting.last_days import OPERATOR, leave
from mynapoint.hub.waiting.tickets import Ticket
from mynapoint.programme.rounds import load_round
from mynapoint.programme.values import IncentiveId

MIDNIGHT = datetime(2023, 9, 30, 15, 0, tzinfo=UTC)
"""The beginning of 1 October 2023 in Tokyo: round 2 took applications until 30 September."""
TENTH = timedelta(milliseconds=100)
UPTAKE = IncentiveId("card_uptake")


@pytest.fixture
def minutes(settings: Settings) -> int:
    settings.LAST_DAY_GRACE_MINUTES = 30
    return 30


@pytest.fixture
def reserved(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    return aoki


def come(visitor: Visitor, at: datetime) -> Visitor:
    clock.move_to(at)
    if visitor.get("/sign-in/").status_code == 200:
        visitor.sign_in()
    return visitor


def test_who_came_a_tenth_of_a_second_before_midnight_is_served_ten_minutes_later(
    reserved: Visitor, minutes: int
) -> None:
    come(reserved, MIDNIGHT - TENTH)
    clock.move_to(MIDNIGHT + timedelta(minutes=10))

    response = reserved.apply()

    assert "申込が完了しました" in text(response)
    application = Application.objects.get()
    assert application.applied_at == MIDNIGHT + timedelta(minutes=10)
    assert application.round_id == "round2"
    details = AuditRecord.objects.get(act=Act.APPLIED).details
    assert datetime.fromisoformat(details["judged_as_of"]) == MIDNIGHT - TENTH
    assert details["grace"] == OPERATOR


def test_who_came_at_midnight_is_refused_with_the_day(reserved: Visitor, minutes: int) -> None:
    come(reserved, MIDNIGHT)

    response = reserved.get(APPLY)

    assert response.status_code == 422
    assert "2023年9月30日" in text(response)
    assert "place" not in reserved.client.cookies


def test_the_grace_ends_to_the_instant(reserved: Visitor, minutes: int) -> None:
    come(reserved, MIDNIGHT - TENTH)
    end = MIDNIGHT + timedelta(minutes=minutes)

    clock.move_to(end - TENTH)
    assert reserved.get(APPLY).status_code == 200
    clock.move_to(end)
    assert reserved.get(APPLY).status_code == 422


def test_without_an_exception_of_the_law_or_the_operator_nobody_is_served_late(reserved: Visitor) -> None:
    come(reserved, MIDNIGHT - TENTH)
    clock.move_to(MIDNIGHT)

    assert reserved.get(APPLY).status_code == 422
    assert all(leave(one) is None for name in ("round1", "round2") for one in load_round(name).incentives.values())


def test_a_ticket_of_a_time_when_the_operator_was_generous_does_not_outlive_it(
    reserved: Visitor, minutes: int, settings: Settings
) -> None:
    come(reserved, MIDNIGHT - TENTH)
    settings.LAST_DAY_GRACE_MINUTES = 5
    clock.move_to(MIDNIGHT + timedelta(minutes=5))

    assert reserved.get(APPLY).status_code == 422


def test_a_place_serves_no_other_session_and_no_other_person(reserved: Visitor, ueno: Visitor, minutes: int) -> None:
    come(reserved, MIDNIGHT - TENTH)
    handed_on = reserved.client.cookies["place"].value
    come(ueno, MIDNIGHT + TENTH)
    ueno.reserve()

    ueno.client.cookies["place"] = handed_on
    assert ueno.get(APPLY).status_code == 422

    reserved.post("/sign-out/", {})
    reserved.client.cookies["place"] = handed_on
    reserved.card = ueno.card  # the next person at the same browser
    reserved.sign_in()
    assert reserved.get(APPLY).status_code == 422


def test_a_place_from_before_signing_in_goes_with_whoever_signs_in_and_with_nobody_else(
    aoki: Visitor, ueno: Visitor, sample_pay: SamplePay, minutes: int
) -> None:
    clock.move_to(MIDNIGHT - TENTH)
    aoki.get("/sign-in/")
    copied = {name: morsel.value for name, morsel in aoki.client.cookies.items()}
    clock.move_to(MIDNIGHT + TENTH)
    come(aoki, MIDNIGHT + TENTH)
    aoki.reserve()
    assert aoki.get(APPLY).status_code == 200

    for name, value in copied.items():
        ueno.client.cookies[name] = value
    come(ueno, MIDNIGHT + TENTH)
    ueno.reserve()

    assert ueno.get(APPLY).status_code == 422


def test_a_forged_place_is_none(reserved: Visitor, minutes: int) -> None:
    come(reserved, MIDNIGHT + TENTH)
    holder = tickets.holder_of(reserved.client.session.session_key or "")
    own = Ticket(MIDNIGHT - TENTH, MIDNIGHT + timedelta(minutes=30), holder, MIDNIGHT)
    good = tickets.sign(own)
    body, _, seal = good.rpartition(":")
    for forged in (f"{body[:-2]}AA:{seal}", f"{body}:{seal[:-2]}AA", "x", "", "a:b:c", good + "A"):
        reserved.client.cookies["place"] = forged
        assert reserved.get(APPLY).status_code == 422, forged

    reserved.client.cookies["place"] = good
    assert reserved.get(APPLY).status_code == 200


@pytest.mark.parametrize("early", [timedelta(days=1), timedelta(days=20)])
def test_a_ticket_of_another_day_does_not_move_the_last_day(early: timedelta, minutes: int) -> None:
    arrived = MIDNIGHT - TENTH - early
    ticket = Ticket(arrived, MIDNIGHT + timedelta(minutes=30), "h", arrived)
    now = MIDNIGHT + timedelta(minutes=1)

    assert judged(UPTAKE, ticket, now=now).as_of == now
