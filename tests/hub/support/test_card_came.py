"""A card on the reader begins a visit: where the one before has left, a helper is signed in and no visit is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from hub.sample_pay import SamplePay
from hub.staff import desk
from hub.support.counter import Counter, at_home, counter
from hub.visitor import browser, card_fields
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.staff.models import Role, StaffSession
from mynapoint.hub.support import visits
from mynapoint.hub.support.models import Ending, Visit

LEFT, CAME = "/counter/card-left/", "/counter/card-came/"


def told(path: str, nonce: str) -> int:
    """What the agent sends, from no page, with no cookie; what the hub answers."""
    return int(browser().post(path, {"nonce": nonce}).status_code)


def signed_in(one: Counter, card: str = "aoki") -> str:
    """Sign in with a card; return the nonce it signed."""
    one.visitor.card = card
    one.visitor.client.get("/counter/", follow=True)  # whatever the window holds of the visit before goes
    fields = card_fields(one.visitor.page("/counter/"))
    one.visitor.answer(fields, one.visitor.sign(fields))
    return fields.nonce


@pytest.fixture
def one(city: Path, sample_pay: SamplePay) -> Counter:
    at_home(city, "aoki")
    made = counter(city)
    made.begin()
    return made


@pytest.fixture
def nonce(one: Counter) -> str:
    """青木 has signed in, and has taken the card away."""
    made = signed_in(one)
    assert told(LEFT, made) == 204
    return made


def test_the_next_card_begins_a_visit_of_the_helper_on_duty(one: Counter, nonce: str) -> None:
    before = one.visit()

    assert told(CAME, nonce) == 204

    begun = Visit.objects.get(ended_at=None)
    assert begun.pk != before.pk
    assert (begun.terminal, begun.resident) == (one.helper.terminal, None)
    assert begun.staff_session == StaffSession.objects.get(account=one.person.account)
    kept = AuditRecord.objects.filter(act=Act.VISIT_BEGAN).latest("id")
    assert kept.details | {"why": "card", "staff": f"staff:{one.person.account.pk}"} == kept.details
    signed_in(one, "ueno")
    assert one.visitor.get("/my/").status_code == 200


def test_a_card_that_the_former_visitor_left_behind_begins_none(one: Counter) -> None:
    nonce = signed_in(one)
    one.visitor.post("/counter/end/", {})

    assert told(CAME, nonce) == 409
    assert not Visit.objects.filter(ended_at=None).exists()

    told(LEFT, nonce)
    assert told(CAME, nonce) == 204


def test_nor_does_one_that_stayed_after_a_visit_in_which_nobody_signed(one: Counter, nonce: str) -> None:
    told(CAME, nonce)
    Visit.objects.update(seen_at=timezone.now() - visits.IDLE)

    assert told(CAME, nonce) == 409

    assert told(LEFT, nonce) == 204
    assert told(CAME, nonce) == 204


def test_an_open_visit_goes_on(one: Counter, nonce: str) -> None:
    one.begin()
    before = one.visit()

    assert told(CAME, nonce) == 409

    assert (one.visit().pk, one.visit().ending) == (before.pk, "")


def test_a_visit_that_a_card_began_ends_when_it_leaves_unsigned(one: Counter, nonce: str) -> None:
    told(CAME, nonce)

    assert told(LEFT, nonce) == 204

    assert one.visit().ending == Ending.CARD_LEFT


def signs_out(one: Counter) -> None:
    one.helper.client.post("/staff/sign-out/")


def is_gone(_one: Counter) -> None:
    StaffSession.objects.update(seen_at=timezone.now() - timedelta(minutes=16))


def leaves_it_to_an_editor(one: Counter) -> None:
    desk.begin(desk.person(Role.EDITOR), one.helper)


def works_at_another(one: Counter) -> None:
    desk.begin(one.person, desk.desk("hadano", "counter 2"))


@pytest.mark.parametrize("helper", [signs_out, is_gone, leaves_it_to_an_editor, works_at_another])
def test_without_a_helper_signed_in_there_no_card_begins_one(
    one: Counter, nonce: str, helper: Callable[[Counter], None]
) -> None:
    helper(one)

    assert told(CAME, nonce) == 409

    assert not Visit.objects.filter(ended_at=None).exists()


def test_only_what_was_signed_last_at_the_terminal_speaks_for_its_agent(one: Counter, nonce: str) -> None:
    one.begin()
    later = signed_in(one, "ueno")
    told(LEFT, later)

    for unknown in ("", "x" * 5000, nonce):
        assert told(CAME, unknown) == 404
        assert told(LEFT, unknown) == 404
    assert browser().get(CAME).status_code == 405
    assert told(CAME, later) == 204


def test_after_half_a_day_it_speaks_no_more(one: Counter, nonce: str) -> None:
    Visit.objects.update(seen_at=timezone.now() - timedelta(hours=12))

    assert told(CAME, nonce) == 404


def test_it_says_nothing_at_another_terminal(one: Counter, nonce: str, city: Path) -> None:
    two = counter(city, terminal="counter 2")

    told(CAME, nonce)

    assert not Visit.objects.filter(terminal=two.helper.terminal).exists()
    assert one.visit().ending == ""
