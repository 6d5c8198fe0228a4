"""Staff sign in: two factors, each code once, one answer to every mistake, and the database locks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from hub.staff.desk import PASSWORD, Desk, Person, at_work, begin, desk, person
from hub.visitor import Visitor, browser, text
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.staff import locking, passwords
from mynapoint.hub.staff.actions import IDLE, LONGEST
from mynapoint.hub.staff.models import Role, StaffAccount, StaffSession, Terminal

HOME = "/staff/"
LET_IN, NOT_LET_IN = 302, 422


@pytest.fixture
def helper(db: None) -> Person:
    return person()


@pytest.fixture
def counter(db: None) -> Desk:
    return desk()


def test_name_password_and_code_let_in_and_who_and_where_are_on_record(helper: Person, counter: Desk) -> None:
    assert counter.sign_in(helper) == LET_IN

    cookie = counter.client.cookies["staff"]
    assert (cookie["path"], cookie["samesite"], bool(cookie["httponly"])) == ("/staff/", "Strict", True)
    page = text(counter.client.get(HOME))
    assert helper.account.name in page
    assert "counter 1" in page
    entry = AuditRecord.objects.get(act=Act.STAFF_SIGNED_IN)
    assert (entry.who, entry.details) == (f"staff:{helper.account.pk}", {"terminal": counter.terminal.pk})


@pytest.mark.parametrize(
    "wrong",
    [{"password": "x" * 20}, {"code": "000000"}, {"name": "nobody"}],
    ids=["password", "code", "name"],
)
def test_whatever_is_wrong_the_answer_is_the_same(helper: Person, counter: Desk, wrong: dict[str, str]) -> None:
    assert counter.sign_in(helper, **wrong) == NOT_LET_IN

    assert counter.client.get(HOME).status_code == LET_IN, "sent on to sign in"
    assert not StaffSession.objects.exists()


def test_an_unknown_name_and_a_wrong_password_read_alike(helper: Person, counter: Desk) -> None:
    pages = []
    for wrong in ({"name": "nobody"}, {"password": "x" * 20}, {"code": "000000"}):
        fields = {"name": helper.account.name, "password": PASSWORD, "code": helper.code()} | wrong
        page = text(counter.client.post("/staff/sign-in/", fields))
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page))

    assert len(set(pages)) == 1


def test_an_unknown_name_costs_a_password_check_too(
    helper: Person, counter: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str | None] = []
    real = passwords.is_right

    def counted(password: str, kept: str | None) -> bool:
        checked.append(kept)
        return real(password, kept)

    monkeypatch.setattr(passwords, "is_right", counted)
    counter.sign_in(helper, name="nobody")

    assert checked == [None]
    assert not real("a password of nobody, so that an unknown name takes as long", None), "nobody's is never right"


def test_a_code_works_once(helper: Person, counter: Desk) -> None:
    fields = {"name": helper.account.name, "password": PASSWORD, "code": helper.code(step=1)}

    assert counter.client.post("/staff/sign-in/", fields).status_code == LET_IN
    counter.client.post("/staff/sign-out/")
    assert counter.client.post("/staff/sign-in/", fields).status_code == NOT_LET_IN
    earlier = fields | {"code": helper.code()}
    assert counter.client.post("/staff/sign-in/", earlier).status_code == NOT_LET_IN, "nor one from before it"


def test_after_five_wrong_tries_the_right_one_is_refused_for_a_quarter_of_an_hour(
    helper: Person, counter: Desk
) -> None:
    for _ in range(locking.TRIES):
        counter.sign_in(helper, password="wrong wrong wrong")

    assert counter.sign_in(helper) == NOT_LET_IN
    StaffAccount.objects.update(locked_until=timezone.now())
    assert counter.sign_in(helper) == LET_IN
    assert StaffAccount.objects.get(pk=helper.account.pk).failures == 0


def test_after_a_lock_each_further_wrong_try_locks_again(helper: Person, counter: Desk) -> None:
    for _ in range(locking.TRIES):
        counter.sign_in(helper, code="000000")
    StaffAccount.objects.update(locked_until=timezone.now())

    counter.sign_in(helper, code="000000")

    assert counter.sign_in(helper) == NOT_LET_IN


def test_names_tried_one_after_the_other_lock_the_terminal(helper: Person, counter: Desk) -> None:
    for number in range(locking.TRIES_AT_TERMINAL):
        counter.sign_in(helper, name=f"name-{number}")

    assert counter.sign_in(helper) == NOT_LET_IN
    assert desk(name="counter 2").sign_in(helper) == LET_IN, "another terminal is not locked"
    assert AuditRecord.objects.filter(act=Act.STAFF_NOT_LET_IN).count() == locking.TRIES_AT_TERMINAL + 1


def test_nobody_is_let_in_at_another_municipalitys_terminal(helper: Person, db: None) -> None:
    assert desk("nishitokyo").sign_in(helper) == NOT_LET_IN
    assert desk("").sign_in(helper) == NOT_LET_IN


def test_without_a_registered_terminal_there_is_no_page_to_sign_in(helper: Person) -> None:
    stranger = browser()

    for path in (HOME, "/staff/sign-in/", "/staff/enrol/"):
        assert stranger.get(path)["Location"] == "/staff/terminal/"
    fields = {"name": helper.account.name, "password": PASSWORD, "code": helper.code()}
    assert stranger.post("/staff/sign-in/", fields)["Location"] == "/staff/terminal/"
    assert not StaffSession.objects.exists()


def test_signing_in_gives_a_new_token_and_ends_the_one_elsewhere(helper: Person, counter: Desk) -> None:
    other = desk(name="counter 2")
    begin(helper, counter)
    first = counter.client.cookies["staff"].value
    assert counter.sign_in(helper) == LET_IN
    assert counter.client.cookies["staff"].value != first

    assert other.sign_in(helper) == LET_IN

    assert counter.client.get(HOME)["Location"] == "/staff/sign-in/"
    assert StaffSession.objects.filter(ended_at=None).count() == 1


def test_a_token_is_worth_nothing_at_another_terminal(helper: Person, counter: Desk) -> None:
    other = desk(name="counter 2")
    begin(helper, counter)
    other.client.cookies["staff"] = counter.client.cookies["staff"].value

    assert other.client.get(HOME)["Location"] == "/staff/sign-in/"


@pytest.mark.parametrize(("column", "ago"), [("seen_at", IDLE), ("begun_at", LONGEST)], ids=["idle", "twelve hours"])
def test_a_session_ends_by_itself(helper: Person, counter: Desk, column: str, ago: timedelta) -> None:
    begin(helper, counter)
    StaffSession.objects.update(**{column: timezone.now() - ago + timedelta(seconds=30)})
    assert counter.client.get(HOME).status_code == 200

    StaffSession.objects.update(**{column: timezone.now() - ago})

    assert counter.client.get(HOME)["Location"] == "/staff/sign-in/"


def test_signing_out_ends_the_session_for_good_and_clears_what_is_held_ready(helper: Person, counter: Desk) -> None:
    begin(helper, counter)
    token = counter.client.cookies["staff"].value

    response = counter.client.post("/staff/sign-out/")

    assert response["Clear-Site-Data"] == '"cache"'
    assert response["Cache-Control"] == "no-store"
    counter.client.cookies["staff"] = token
    assert counter.client.get(HOME)["Location"] == "/staff/sign-in/"


def test_a_withdrawn_terminal_and_a_disabled_account_let_nobody_on(helper: Person, counter: Desk) -> None:
    begin(helper, counter)
    Terminal.objects.filter(pk=counter.terminal.pk).update(withdrawn_at=timezone.now())
    assert counter.client.get(HOME)["Location"] == "/staff/terminal/"
    Terminal.objects.update(withdrawn_at=None)

    StaffAccount.objects.update(disabled_at=timezone.now())

    assert counter.client.get(HOME)["Location"] == "/staff/sign-in/"


def test_staff_and_resident_sessions_never_mix_even_in_one_browser(aoki: Visitor, helper: Person) -> None:
    counter = desk()
    begin(helper, counter)
    aoki.client = counter.client
    counter.client.post(f"/staff/counter/{counter.terminal.pk}/begin/")
    aoki.sign_in()

    assert aoki.client.get("/my/").status_code == 200
    assert aoki.client.get(HOME).status_code == 200, "the resident's new session did not end the helper's"
    aoki.client.post("/sign-out/")
    assert aoki.client.get(HOME).status_code == 200, "nor does its end"
    assert aoki.client.get("/my/")["Location"] == "/counter/"
    assert AuditRecord.objects.get(act=Act.SIGNED_OUT).who.startswith("resident:")


def test_a_role_that_a_page_does_not_serve_is_told_so(db: None) -> None:
    helper = at_work(Role.HELPER)

    response = helper.client.get("/staff/accounts/")

    assert response.status_code == 403
    assert "この役割では使えません" in text(response)
