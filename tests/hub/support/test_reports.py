"""A municipality's report: what is counted is right, and nobody can be found behind a small number."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sample_pay import SamplePay
from hub.staff.desk import Desk, at_work
from hub.support.counter import ACCOUNTS, at_home, counter
from hub.visitor import text
from mynapoint.hub.staff.models import Role, StaffSession
from mynapoint.hub.support.models import Ending, QueueTicket, Visit, VisitRefusal
from mynapoint.hub.support.reports import SMALL, report, rounded
from property_examples import examples

JULY = date(2022, 7, 1)
REPORT = "/staff/counter/report"


@pytest.fixture
def supervisor(db: None) -> Desk:
    return at_work(Role.SUPERVISOR)


def visited(
    desk: Desk, times: int, *, day: int = 4, hour_utc: int = 1, minutes: int = 12, municipality: str = "hadano"
) -> None:
    begun = datetime(2022, 7, day, hour_utc, tzinfo=UTC)
    for _ in range(times):
        Visit.objects.create(
            terminal=desk.terminal,
            municipality=municipality,
            staff_session=StaffSession.objects.latest("pk"),
            begun_at=begun,
            seen_at=begun,
            ended_at=begun + timedelta(minutes=minutes),
            ending=Ending.KEY,
            applications=1,
        )


def test_visits_outcomes_and_handling_time_are_counted_by_days_in_tokyo(supervisor: Desk) -> None:
    visited(supervisor, 6)
    visited(supervisor, 3, day=31, hour_utc=16)
    visited(supervisor, 9, municipality="nishitokyo")

    made = report("hadano", JULY)

    assert (made.visits, made.applications, made.handling_minutes) == (5, 5, 12)
    assert {name: count for name, count in made.endings.items() if count} == {"key": 5}
    assert made.hours["10"] == 5


def test_waiting_is_from_the_draw_to_the_call(supervisor: Desk) -> None:
    drawn = datetime(2022, 7, 4, 1, tzinfo=UTC)
    for number in range(1, SMALL + 1):
        called = drawn + timedelta(minutes=10 * number)
        QueueTicket.objects.create(
            municipality="hadano", day=JULY, number=number, drawn_at=drawn, called_at=called, state="done"
        )

    assert report("hadano", JULY).waiting_minutes == 30


def test_small_numbers_are_on_neither_page_nor_sheet(supervisor: Desk) -> None:
    visited(supervisor, 3)
    VisitRefusal.objects.bulk_create(
        VisitRefusal(visit=Visit.objects.latest("pk"), code="pin_locked") for _ in range(2)
    )

    page = text(supervisor.client.get(f"{REPORT}/", {"month": "2022-07"}))
    sheet = supervisor.client.get(f"{REPORT}.csv", {"month": "2022-07"}).content.decode("utf-8-sig")

    assert "<dd>*</dd>" in page
    assert "hadano,2022-07,visits,," in sheet
    assert "refused_for,pin_locked,\r" in sheet
    assert not [line for line in sheet.splitlines()[1:] if line.rsplit(",", 1)[1] != ""]


@examples(100)
@given(st.lists(st.integers(0, 40), min_size=len(Ending), max_size=len(Ending)))
def test_whoever_knows_the_rule_and_every_other_number_learns_none_closer_than_by_steps(counts: list[int]) -> None:
    names = [one.value for one in Ending]

    def shown(values: list[int]) -> object:
        cells = rounded(dict(zip(names, values, strict=True)))
        return cells, sum(count or 0 for count in cells.values())

    for place, count in enumerate(counts):
        step = range(count - count % SMALL, count - count % SMALL + SMALL)
        assert all(shown(counts) == shown([*counts[:place], other, *counts[place + 1 :]]) for other in step)


def test_why_something_was_refused_in_a_visit_is_counted_by_its_code(city: Path, sample_pay: SamplePay) -> None:
    at_home(city, "aoki")
    one = counter(city)
    one.begin()
    one.sign_in("aoki")
    one.visitor.give_account(ACCOUNTS["aoki"][0], "000000")

    assert [refusal.code for refusal in VisitRefusal.objects.all()] == ["account_not_recognised"]
    assert VisitRefusal.objects.get().visit == one.visit()


def test_a_month_that_is_none_is_this_month(supervisor: Desk) -> None:
    for asked in ("", "2022-13", "x" * 300, "=1+1"):
        assert "2022-07" in text(supervisor.client.get(f"{REPORT}/", {"month": asked}))
