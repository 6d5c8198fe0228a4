"""A municipality's report: what is counted is right, and nobody can be found behind a small number."""

from __future__ import annotations

from collections.abc import Mapping
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
from mynapoint.hub.support.reports import SMALL, hidden, report
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

    assert (made.visits, made.applications, made.handling_minutes) == (6, 6, 12)
    assert made.endings == {"key": 6}
    assert made.hours["10"] == 6


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
    assert not [line for line in sheet.splitlines()[1:] if line.rsplit(",", 1)[1] not in {"", "0"}]


@examples(100)
@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 40)))
def test_no_small_number_can_be_had_from_the_total(counts: Mapping[str, int]) -> None:
    shown = hidden(counts)

    assert all(count is None or count == 0 or count >= SMALL for count in shown.values())
    gone = [name for name, count in shown.items() if count is None]
    assert not (len(gone) == 1 and [count for count in counts.values() if count >= SMALL])


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
