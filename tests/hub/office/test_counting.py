"""Days that are over are counted once; figures then come from their sums, and a row that came too late is named."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub.command_line import address, hub
from hub.office.history import FIRST, HEALTH, Step, compared, happened
from hub.people import CARD_UPTAKE, applies
from hub.sample_pay import REGISTER
from mynapoint.hub import jobs
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.counted_days import last_counted
from mynapoint.hub.ledger.day_models import CountedDay, DayCount, DayMoved, DayWaiting
from mynapoint.hub.ledger.waiting_awards import waiting_awards
from mynapoint.hub.office import counting, figures
from mynapoint.hub.office.counting import count_days, forget_days, unlike
from mynapoint.hub.office.models import DayVisits
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.programme.values import tokyo_midnight

LAST = FIRST + timedelta(days=1)
SETTLED = tokyo_midnight(FIRST + timedelta(days=2))
"""The first instant at which ``FIRST`` may be counted."""


@pytest.fixture
def _register(db: None) -> None:
    import_register(REGISTER)


@pytest.mark.usefixtures("_register")
def test_a_day_is_counted_two_days_later_once_and_none_before_it_is_left_out() -> None:
    assert count_days(now=SETTLED) == 0, "nothing has come yet"
    happened(Step(0, CARD_UPTAKE, 0))

    assert count_days(now=SETTLED - timedelta(microseconds=1)) == 0
    assert (count_days(now=SETTLED), last_counted()) == (1, FIRST)
    assert count_days(now=SETTLED) == 0
    assert count_days(now=SETTLED + timedelta(days=3)) == 3
    days = CountedDay.objects.order_by("day").values_list("day", flat=True)
    assert list(days) == [FIRST + timedelta(days=nth) for nth in range(4)]


@pytest.mark.usefixtures("_register")
def test_figures_of_a_counted_day_are_its_sums_and_nobody_reads_its_rows_for_them() -> None:
    happened(Step(0, CARD_UPTAKE, 0), Step(86_400, CARD_UPTAKE, 0))
    count_days(now=SETTLED)

    DayCount.objects.update(applications=100)
    DayMoved.objects.update(points=100)
    DayVisits.objects.create(day=FIRST, municipality="hadano", visits=100, applications=0)

    assert figures.cells(as_of=LAST).total().applications == 101
    assert figures.cells(as_of=LAST, first=LAST).total().applications == 101
    assert [one.visits for one in figures.by_counter(as_of=LAST)] == [100]
    (budget,) = figures.budgets(as_of=FIRST)
    assert max(budget.balances.values()) == 100


@pytest.mark.usefixtures("_register")
def test_an_award_that_waits_is_known_by_its_day_and_ends_on_the_day_it_is_recorded() -> None:
    happened(Step(0, HEALTH, 0), Step(1, HEALTH, 1), Step(86_401, HEALTH, 1))

    for now in (SETTLED - timedelta(days=1), SETTLED, SETTLED + timedelta(days=1)):
        count_days(now=now)
        assert {told.on: count for told, count in waiting_awards(as_of=FIRST).items()} == {FIRST: 1}
        assert not waiting_awards(as_of=LAST)
    kept = DayWaiting.objects.order_by("day").values_list("day", "told_on", "waiting")
    assert list(kept) == [(FIRST, FIRST, 1), (LAST, FIRST, -1)]


@pytest.mark.usefixtures("_register")
def test_what_came_too_early_is_still_known_when_its_day_is_counted_and_people_apply_on() -> None:
    happened(Step(0, CARD_UPTAKE, 0), Step(1, CARD_UPTAKE, 100), Step(86_400, CARD_UPTAKE, 0))
    before = compared(LAST)
    count_days(now=SETTLED)

    assert compared(LAST) == before
    assert "too_early=1" in str(before)


@pytest.mark.usefixtures("_register")
def test_of_two_that_count_at_once_one_does_and_no_day_is_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    happened(Step(0, CARD_UPTAKE, 0))
    count_days(now=SETTLED)
    monkeypatch.setattr(counting, "_next", lambda: FIRST)  # what the other saw before the first was done

    assert count_days(now=SETTLED + timedelta(days=5)) == 0
    assert DayCount.objects.count() == 1
    assert last_counted() == FIRST


@pytest.mark.usefixtures("_register")
def test_a_row_that_comes_days_after_its_instant_is_named_until_all_is_counted_afresh() -> None:
    happened(Step(0, CARD_UPTAKE, 0))
    count_days(now=SETTLED)
    assert list(unlike()) == []

    late = applies(CertificateId("aa", "late"), tokyo_midnight(FIRST))

    assert [one.partition(" of ")[0] for one in unlike()] == ["applications", "points moved"]
    assert str(late.payment_service_id) in next(unlike())
    assert forget_days() == 1
    assert (count_days(now=SETTLED), list(unlike())) == (1, [])
    assert figures.cells(as_of=FIRST).total().applications == 2


@pytest.mark.usefixtures("_register")
def test_every_kept_sum_that_its_rows_do_not_say_is_named() -> None:
    happened(Step(0, CARD_UPTAKE, 0))
    count_days(now=SETTLED)

    DayMoved.objects.update(appropriations=1)
    DayVisits.objects.create(day=FIRST, municipality="hadano", visits=2, applications=1)

    assert [one.partition(" of ")[0] for one in unlike()] == [
        "appropriations",
        "visits at counters",
        "applications at counters",
    ]


@pytest.mark.usefixtures("_register")
def test_jobs_count_the_days_that_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    happened(Step(0, CARD_UPTAKE, 0))
    monkeypatch.setattr("mynapoint.hub.web.now", lambda: SETTLED)

    assert jobs.run_all()["days counted"] == 1
    assert jobs.run_all()["days counted"] == 0


def settled() -> datetime:
    """A clock for commands: when the day of the first application may be counted."""
    return SETTLED


def test_the_commands_count_days_and_say_which_sums_are_off(file_database: None, tmp_path: Path) -> None:
    import_register(REGISTER)
    happened(Step(0, CARD_UPTAKE, 0))

    def run(*arguments: str) -> tuple[int, str]:
        done = hub(*arguments, state=tmp_path, database=address(), clock=f"{__name__}.settled")
        return done.returncode, done.stdout + done.stderr

    assert run("count-days") == (0, "days counted: 1\n")
    assert run("audit-books")[0] == 0
    DayCount.objects.update(points=7)
    status, said = run("audit-books")
    assert status == 1
    assert "mynapoint hub count-days --afresh" in said
    assert "kept 7, found 0" in said
    assert run("count-days", "--afresh") == (0, "days forgotten: 1\ndays counted: 1\n")
    assert run("audit-books")[0] == 0
