"""Accounts of staff: enrolled with a one-time code, helped by a second person only, and nobody helps themself."""

from __future__ import annotations

import html
import re
import time
from datetime import timedelta

import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from django.utils import timezone

from hub import clock
from hub.staff.desk import PASSWORD, Desk, at_work, desk, person
from hub.visitor import text
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.staff import accounts
from mynapoint.hub.staff.accounts import NotPossible
from mynapoint.hub.staff.actions import NotLetIn
from mynapoint.hub.staff.duty import NO_SECOND_FOR, are_two
from mynapoint.hub.staff.models import Role, StaffAccount, StaffSession
from mynapoint.hub.staff.seals import opened


@pytest.fixture
def counter(db: None) -> Desk:
    return desk()


def added(name: str = "helper-1", role: Role = Role.HELPER) -> tuple[StaffAccount, str]:
    account, code = accounts.add_account(name=name, role=role, municipality="hadano", now=clock.now())
    account.refresh_from_db()
    return account, code.text


def enrol(counter: Desk, name: str, code: str, password: str = PASSWORD) -> tuple[int, str]:
    """Go through both pages; return the last status and the typed key."""
    page = text(counter.client.post("/staff/enrol/", {"name": name, "code": code}))
    secret = re.sub(r"\s", "", re.findall(r'<code class="typed-key">([^<]*)</code>', page)[0])
    proof = html.unescape(re.findall(r'name="proof" value="([^"]*)"', page)[0])
    fields = {"proof": proof, "code": pyotp.TOTP(secret).now(), "password": password, "again": password}
    return int(counter.client.post("/staff/enrol/factors/", fields).status_code), secret


def test_who_has_the_code_sets_password_and_second_factor_and_signs_in(counter: Desk) -> None:
    account, code = added()

    status, secret = enrol(counter, account.name, code.lower().replace("-", " "))

    assert status == 302
    fields = {"name": account.name, "password": PASSWORD, "code": pyotp.TOTP(secret).at(int(time.time()) + 30)}
    assert counter.client.post("/staff/sign-in/", fields).status_code == 302


def test_the_picture_is_an_svg_that_the_strict_policy_lets_be_drawn(counter: Desk) -> None:
    account, code = added()

    response = counter.client.post("/staff/enrol/", {"name": account.name, "code": code})

    svg = re.findall(r"<svg.*?</svg>", text(response), re.S)[0]
    assert "style" not in svg
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"


def test_the_one_time_code_works_once(counter: Desk) -> None:
    account, code = added()
    enrol(counter, account.name, code)

    assert counter.client.post("/staff/enrol/", {"name": account.name, "code": code}).status_code == 422


def test_a_page_left_open_enrols_nobody_after_the_code_was_used(counter: Desk) -> None:
    account, code = added()
    page = text(counter.client.post("/staff/enrol/", {"name": account.name, "code": code}))
    proof = html.unescape(re.findall(r'name="proof" value="([^"]*)"', page)[0])
    enrol(counter, account.name, code)
    before = StaffAccount.objects.get().password

    fields = {"proof": proof, "code": "123456", "password": "another password", "again": "another password"}
    assert counter.client.post("/staff/enrol/factors/", fields).status_code == 422

    assert StaffAccount.objects.get().password == before


def test_a_code_that_lapsed_or_is_for_another_municipality_is_refused(counter: Desk) -> None:
    account, code = added()
    with pytest.raises(NotLetIn):
        accounts.account_to_enrol(name=account.name, code=code, terminal=desk("nishitokyo").terminal)
    StaffAccount.objects.update(enrolment_until=timezone.now())

    assert counter.client.post("/staff/enrol/", {"name": account.name, "code": code}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"again": "something else entirely"}, {"password": "short", "again": "short"}, {"code": "000000"}],
    ids=["two passwords", "too short", "wrong code"],
)
def test_a_mistake_leaves_the_account_as_it_was(counter: Desk, wrong: dict[str, str]) -> None:
    account, code = added()
    page = text(counter.client.post("/staff/enrol/", {"name": account.name, "code": code}))
    secret = re.sub(r"\s", "", re.findall(r'<code class="typed-key">([^<]*)</code>', page)[0])
    proof = html.unescape(re.findall(r'name="proof" value="([^"]*)"', page)[0])
    right = {"proof": proof, "code": pyotp.TOTP(secret).now(), "password": PASSWORD, "again": PASSWORD}

    response = counter.client.post("/staff/enrol/factors/", right | wrong)

    assert response.status_code == 422
    assert PASSWORD not in text(response), "a password never goes back to a page"
    assert not StaffAccount.objects.get().is_enrolled
    assert counter.client.post("/staff/enrol/factors/", right).status_code == 302, "the same page goes on"


def test_the_second_factor_is_sealed_for_its_own_account(db: None) -> None:
    first, second = person(name="helper-1"), person(name="helper-2")
    kept = bytes(first.account.totp_secret or b"")

    assert first.secret.encode() not in kept
    assert opened(kept, account=first.account.pk) == first.secret
    with pytest.raises(InvalidTag):
        opened(kept, account=second.account.pk)


def test_a_supervisor_helps_a_helper_who_is_then_signed_out_and_enrols_anew(db: None) -> None:
    helper = at_work(Role.HELPER)
    supervisor = at_work(Role.SUPERVISOR, terminal="back office")
    account = StaffAccount.objects.get(role=Role.HELPER)

    page = text(supervisor.client.post(f"/staff/accounts/{account.pk}/reset/"))

    code = re.findall(r"<code>([A-Z0-9-]{19})</code>", page)[0]
    assert helper.client.get("/staff/")["Location"] == "/staff/sign-in/"
    account.refresh_from_db()
    assert not account.is_enrolled
    assert enrol(helper, account.name, code)[0] == 302
    entry = AuditRecord.objects.filter(act=Act.STAFF_CHANGED, details__what="reset").get()
    assert entry.who.startswith("staff:")
    assert entry.who != f"staff:{account.pk}"


def test_nobody_resets_or_disables_their_own_account_or_another_municipalitys(db: None) -> None:
    supervisor = at_work(Role.SUPERVISOR)
    own = StaffAccount.objects.get(role=Role.SUPERVISOR)
    elsewhere = person(Role.HELPER, "nishitokyo").account
    for act in ("reset", "disable"):
        assert supervisor.client.post(f"/staff/accounts/{own.pk}/{act}/").status_code == 403
        assert supervisor.client.post(f"/staff/accounts/{elsewhere.pk}/{act}/").status_code == 404

    own.refresh_from_db()
    elsewhere.refresh_from_db()
    assert own.is_enrolled
    assert elsewhere.is_enrolled
    assert "nishitokyo" not in text(supervisor.client.get("/staff/accounts/"))


def test_a_supervisor_adds_accounts_of_their_own_municipality_but_none_of_the_office(db: None) -> None:
    supervisor = at_work(Role.SUPERVISOR)

    assert supervisor.client.post("/staff/accounts/add/", {"name": "new-one", "role": "helper"}).status_code == 200
    assert supervisor.client.post("/staff/accounts/add/", {"name": "new-one", "role": "helper"}).status_code == 422
    assert supervisor.client.post("/staff/accounts/add/", {"name": "boss", "role": "office"}).status_code == 422

    assert StaffAccount.objects.get(name="new-one").municipality == "hadano"
    assert not StaffAccount.objects.filter(name="boss").exists()


def test_an_account_in_ones_own_hand_is_no_second_person_for_a_week(db: None) -> None:
    first, second = person(Role.SUPERVISOR, name="one").account, person(name="two").account
    assert are_two(first, second)
    assert not are_two(first, first)
    second.vouched_by, second.vouched_at = first, timezone.now()

    assert not are_two(first, second)
    assert not are_two(second, first)
    second.vouched_at = timezone.now() - NO_SECOND_FOR - timedelta(seconds=1)
    assert are_two(first, second)


def test_a_disabled_account_is_signed_out_and_a_reset_opens_it_again(db: None) -> None:
    at_work(Role.HELPER)
    account = StaffAccount.objects.get()

    accounts.disable_account(account=account, now=clock.now())

    assert not StaffSession.objects.filter(ended_at=None).exists()
    accounts.reset_account(account=account, now=clock.now())
    account.refresh_from_db()
    assert account.disabled_at is None


@pytest.mark.parametrize(
    ("role", "municipality", "name"),
    [
        (Role.OFFICE, "hadano", "someone"),
        (Role.HELPER, "", "someone"),
        (Role.HELPER, "hadano", "Someone"),
        (Role.HELPER, "hadano", "x"),
    ],
)
def test_an_account_of_nowhere_or_without_a_plain_name_is_not_added(
    db: None, role: Role, municipality: str, name: str
) -> None:
    with pytest.raises(NotPossible):
        accounts.add_account(name=name, role=role, municipality=municipality, now=clock.now())
