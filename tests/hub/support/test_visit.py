"""A visit at a counter: begun by a helper, one visitor's alone, ended by one key or by itself, and nothing is left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from hub.sample_pay import SamplePay
from hub.staff import desk
from hub.staff.desk import at_work
from hub.support.counter import ACCOUNTS, Counter, at_home, counter
from hub.visitor import APPLY, browser, card_fields, text
from mynapoint.hub.applications.models import Application
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.staff.access import staff_cookie
from mynapoint.hub.staff.models import Role, StaffSession
from mynapoint.hub.support import visits
from mynapoint.hub.support.models import Ending, Visit


@pytest.fixture
def one(city: Path, sample_pay: SamplePay) -> Counter:
    return counter(city)


def ending(one: Counter) -> str:
    return one.visit().ending


def test_a_visitor_signs_in_reserves_and_applies_within_one_visit(one: Counter) -> None:
    one.begin(service="MP0000001", incentive="card_uptake")

    one.sign_in("aoki")
    assert "予約" in one.visitor.page("/counter/")
    one.visitor.reserve()
    assert 'href="/apply/MP0000001/card_uptake/"' in one.visitor.page("/counter/")
    received = one.visitor.apply(*ACCOUNTS["aoki"])
    assert received.status_code == 200

    assert Application.objects.get().resident == one.visit().resident
    response = one.visitor.post("/counter/end/", {})
    assert response["Location"] == "/counter/ended/key/"
    visit = one.visit()
    assert (visit.ending, visit.applications) == (Ending.KEY, 1)
    acts = AuditRecord.objects.filter(details__visit=str(visit.pk)).values_list("act", flat=True).order_by("id")
    assert list(acts) == [Act.VISIT_BEGAN, Act.VISIT_ENDED]


def test_without_a_visit_nobody_signs_in_at_a_terminal(one: Counter) -> None:
    for path in ("/sign-in/", "/reservation/", APPLY, "/my/"):
        assert one.visitor.get(path)["Location"] == "/counter/"
    assert "始" in one.visitor.page("/counter/")


def test_the_end_takes_session_page_state_and_storage_away(one: Counter) -> None:
    one.begin()
    one.sign_in("aoki")
    key = one.visitor.client.session.session_key

    response = one.visitor.post("/counter/end/", {})

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert response["Cache-Control"] == "no-store"
    assert response.cookies["session"]["max-age"] == 0
    assert not Session.objects.filter(session_key=key).exists()
    assert one.visitor.get("/my/")["Location"] == "/counter/"


def test_another_persons_card_saves_nothing_ends_the_visit_and_is_on_record(one: Counter, city: Path) -> None:
    at_home(city, "aoki")
    at_home(city, "ueno")
    one.begin()
    one.sign_in("aoki")
    proved = one.visitor.give_account(*ACCOUNTS["ueno"])

    one.visitor.card = "ueno"
    response = one.visitor.card_step(proved["Location"])

    assert one.path(response) == "/counter/ended/other_card/"
    assert "保存" in text(response)
    assert not Application.objects.exists()
    assert ending(one) == Ending.OTHER_CARD
    assert AuditRecord.objects.filter(act=Act.OTHER_PERSONS_CARD).count() == 1
    assert AuditRecord.objects.get(act=Act.VISIT_ENDED).details["why"] == "other_card"
    assert one.visitor.get("/my/")["Location"] == "/counter/"


def test_a_second_sign_in_with_another_card_ends_the_visit(one: Counter) -> None:
    one.begin()
    fields = card_fields(one.visitor.page("/counter/"))
    one.visitor.answer(fields, one.visitor.sign(fields))
    one.visitor.client.session.flush()  # such as a browser that was closed, and its cookies with it
    del one.visitor.client.cookies["session"]

    response = one.sign_in("ueno")

    assert one.path(response) == "/counter/ended/other_card/"
    assert ending(one) == Ending.OTHER_CARD


def test_a_card_that_is_gone_ends_the_visit_once_somebody_had_signed_in(one: Counter, city: Path) -> None:
    at_home(city, "aoki")
    one.begin()
    gone = {"error": "no_card"}
    one.visitor.card_step("/counter/", lambda fields: {"nonce": fields.nonce} | gone)
    assert ending(one) == "", "nobody had put a card down yet"
    one.sign_in("aoki")
    proved = one.visitor.give_account(*ACCOUNTS["aoki"])

    response = one.visitor.card_step(proved["Location"], lambda fields: {"nonce": fields.nonce} | gone)

    assert one.path(response) == "/counter/ended/card_left/"
    assert not Application.objects.exists()


def test_three_idle_minutes_end_a_visit_and_a_key_press_extends_it(one: Counter) -> None:
    one.begin()
    one.sign_in("aoki")
    Visit.objects.update(seen_at=timezone.now() - visits.IDLE + timedelta(seconds=20))
    for _ in range(2):
        assert one.visitor.get("/counter/state/").json()["seconds_left"] <= 20, "asking does not keep it alive"
    one.visitor.post("/counter/extend/", {})
    assert one.visitor.get("/counter/state/").json()["seconds_left"] > 170

    Visit.objects.update(seen_at=timezone.now() - visits.IDLE)

    assert one.visitor.get("/my/")["Location"] == "/counter/ended/idle/"
    assert ending(one) == Ending.IDLE


def test_an_answer_that_comes_after_the_end_is_worth_nothing(one: Counter, city: Path) -> None:
    at_home(city, "aoki")
    one.begin()
    one.sign_in("aoki")
    proved = one.visitor.give_account(*ACCOUNTS["aoki"])
    fields = card_fields(one.visitor.page(proved["Location"]))
    signed = one.visitor.sign(fields)
    one.begin()

    response = one.visitor.answer(fields, signed)

    assert one.path(response) == "/counter/ended/next/"
    assert not Application.objects.exists()


def test_the_helper_who_leaves_ends_the_visit(one: Counter) -> None:
    one.begin()
    one.sign_in("aoki")

    one.helper.client.post("/staff/sign-out/")

    assert one.visitor.get("/my/")["Location"] == "/counter/ended/staff_left/"


def test_one_person_is_in_one_visit(one: Counter, city: Path) -> None:
    two = counter(city, terminal="counter 2")
    one.begin()
    one.sign_in("aoki")
    two.begin()
    two.sign_in("aoki")

    assert one.visitor.get("/my/")["Location"] == "/counter/ended/moved/"
    assert two.visitor.get("/my/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["at home", "at another counter"])
def test_a_visits_session_is_worth_nothing_in_another_browser(one: Counter, city: Path, elsewhere: str) -> None:
    one.begin()
    one.sign_in("aoki")
    window = browser()
    if elsewhere == "at another counter":
        two = counter(city, terminal="counter 2")
        two.begin()
        window = two.visitor.client
    window.cookies["session"] = one.visitor.client.cookies["session"].value

    assert window.get("/my/")["Location"].startswith("/counter/ended/")


def test_a_session_from_before_the_visit_is_not_taken_into_it(one: Counter) -> None:
    home = browser()
    one.visitor.client, window = home, one.visitor.client
    one.visitor.sign_in()
    home.cookies["terminal"] = window.cookies["terminal"].value
    one.begin()

    assert home.get("/my/")["Location"].startswith("/counter/ended/")


def test_the_helpers_page_shows_how_far_and_never_who_or_what(one: Counter, city: Path) -> None:
    at_home(city, "aoki")
    one.begin()
    one.sign_in("aoki")
    one.visitor.apply(*ACCOUNTS["aoki"])

    page = text(one.helper.client.get("/staff/counter/"))

    resident = one.visit().resident
    assert resident is not None
    for mark in ("****1234", "ア*キ", str(resident.pk), str(Application.objects.get().pk)):
        assert mark not in page.replace(str(one.visit().pk), "")


def test_asking_for_the_state_keeps_the_helper_not_signed_in(one: Counter) -> None:
    StaffSession.objects.update(seen_at=timezone.now() - timedelta(minutes=14))
    before = StaffSession.objects.get().seen_at

    assert one.helper.client.get("/staff/counter/state/").status_code == 200

    assert StaffSession.objects.get().seen_at == before


def test_another_municipalitys_terminals_and_visits_are_not_there(one: Counter) -> None:
    one.begin()
    stranger = at_work(Role.SUPERVISOR, "nishitokyo", "their counter").client
    visit = one.visit()

    assert stranger.post(f"/staff/counter/{one.helper.terminal.pk}/begin/").status_code == 404
    assert stranger.post(f"/staff/counter/visits/{visit.pk}/end/").status_code == 404
    assert stranger.post(f"/staff/counter/visits/{visit.pk}/extend/").status_code == 404
    assert "counter 1" not in text(stranger.get("/staff/counter/"))
    assert ending(one) == ""


def test_the_staff_cookie_never_reaches_the_visitors_pages(one: Counter) -> None:
    cookie = one.helper.client.cookies[staff_cookie()]
    one.helper.client.cookies[staff_cookie()] = cookie.value
    desk.begin(one.person, one.helper)

    assert one.helper.client.get("/counter/").status_code == 200
    assert "staff" not in (one.visitor.client.cookies or {})
