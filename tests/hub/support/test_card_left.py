"""A terminal's card agent says that the card has left: the visit in which it signed is over, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.sample_pay import SamplePay
from hub.support.counter import ACCOUNTS, Counter, at_home, counter
from hub.visitor import CardFields, browser, card_fields
from mynapoint.hub.applications.models import Application
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.support.models import Ending

PATH = "/counter/card-left/"


@pytest.fixture
def one(city: Path, sample_pay: SamplePay) -> Counter:
    at_home(city, "aoki")
    made = counter(city)
    made.begin()
    return made


def told(nonce: str) -> Any:
    """What the agent sends: from no page, with no cookie."""
    return browser().post(PATH, {"nonce": nonce})


def signed_in(one: Counter) -> CardFields:
    fields = card_fields(one.visitor.page("/counter/"))
    one.visitor.answer(fields, one.visitor.sign(fields))
    return fields


def test_the_visit_ends_and_its_pages_go_when_the_card_leaves(one: Counter) -> None:
    fields = signed_in(one)
    assert one.visitor.get("/my/").status_code == 200

    assert told(fields.nonce).status_code == 204

    assert one.visit().ending == Ending.CARD_LEFT
    assert AuditRecord.objects.get(act=Act.VISIT_ENDED).details["why"] == "card_left"
    assert one.visitor.get("/counter/state/").json()["visit"] == "", "what its page asks every two seconds"
    ended = one.visitor.client.get("/counter/", follow=True)
    assert one.path(ended) == "/counter/ended/card_left/", "where that page then goes"
    assert one.visitor.client.get("/my/").status_code == 302


def test_what_was_applied_for_before_stands(one: Counter) -> None:
    signed_in(one)
    proved = one.visitor.give_account(*ACCOUNTS["aoki"])
    fields = card_fields(one.visitor.page(proved["Location"]))
    one.visitor.answer(fields, one.visitor.sign(fields))

    assert told(fields.nonce).status_code == 204

    assert (one.visit().ending, one.visit().applications) == (Ending.CARD_LEFT, 1)
    assert Application.objects.count() == 1


def test_it_is_said_twice_and_changes_nothing_the_second_time(one: Counter) -> None:
    fields = signed_in(one)
    told(fields.nonce)
    one.begin()

    assert told(fields.nonce).status_code == 204

    assert one.visit().ending == ""
    assert AuditRecord.objects.filter(act=Act.VISIT_ENDED).count() == 1


def test_only_what_a_card_signed_last_ends_a_visit(one: Counter) -> None:
    shown = card_fields(one.visitor.page("/counter/"))
    assert told(shown.nonce).status_code == 404
    one.visitor.answer(shown, {"nonce": shown.nonce, "error": "cancelled"})
    assert told(shown.nonce).status_code == 404

    first = signed_in(one)
    second = card_fields(one.visitor.page(one.visitor.give_account(*ACCOUNTS["aoki"])["Location"]))
    one.visitor.answer(second, one.visitor.sign(second))

    for nonce in ("", "x" * 5000, first.nonce):
        assert told(nonce).status_code == 404
    assert one.visit().ending == ""


def test_a_signature_at_home_belongs_to_no_visit(one: Counter, city: Path) -> None:
    home = at_home(city, "ueno")
    home.client.cookies.clear()
    fields = card_fields(home.page("/sign-in/"))
    home.answer(fields, home.sign(fields))

    assert told(fields.nonce).status_code == 404
    assert browser().get(PATH).status_code == 405
