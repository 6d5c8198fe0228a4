"""Open data: nobody who has every edition can tell a number of people to within fewer than ten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from z3 import ArithRef  # type: ignore[import-untyped]

from hub.command_line import address, hub
from hub.office.attacker import SUNDAY, WIDE, Attacker, World, editions, sunday
from hub.office.history import FIRST, Step, do
from hub.people import CARD_UPTAKE
from hub.sample_pay import NUMBER, REGISTER
from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.budgets import limit
from mynapoint.hub.office import figures, open_data
from mynapoint.hub.office.figures import Tally
from mynapoint.hub.office.models import Edition
from mynapoint.hub.office.open_data import EVERY_SERVICE, STEP, Cell, Row, due, rows
from mynapoint.hub.office.publishing import EditionDiffers, publish, published
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.programme.values import Points
from property_examples import examples

WEEKS = 3
CELLS = [Cell("round2", id_, f"MP000000{nth}", most) for id_, most in (("a", 5_000), ("b", 7_500)) for nth in (1, 2, 3)]
MONDAY = tuple(FIRST + timedelta(weeks=nth) for nth in range(3))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Few people or many, often right at a step, and in every week anything or nothing."""
    world: World = {}
    for cell in CELLS:
        weeks, people, given_ = [], 0, 0
        for _ in range(WEEKS):
            came = draw(st.sampled_from([0, 0, 1, 2, 9, 10, 11, STEP - 1, STEP, STEP + 1, 2 * STEP, 57]))
            people += came
            now = draw(st.sampled_from([0, people - given_, (people - given_) // 2]))
            given_ += now
            weeks.append((came, now))
        world[cell] = weeks
    return world


@given(world=worlds())
@examples(8)
def test_every_number_can_be_ten_apart_whatever_all_editions_say(world: World) -> None:
    read = editions(world, WEEKS)
    attacker = Attacker(CELLS, WEEKS, read)

    for cell in CELLS:
        for week in range(WEEKS):
            came, given_ = (sum(one[kind] for one in world[cell][: week + 1]) for kind in (0, 1))
            _stays_open(attacker, attacker.applications[cell, week], came, read)
            _stays_open(attacker, attacker.awarded[cell, week], given_, read)
            if week:
                rise = attacker.applications[cell, week] - attacker.applications[cell, week - 1]
                _stays_open(attacker, rise, world[cell][week][0], read)


def _stays_open(attacker: Attacker, number: ArithRef, truth: int, read: Sequence[Sequence[Row]]) -> None:
    both = attacker.least_and_most(number, truth)
    assert both is not None, f"{number} is known to within fewer than {WIDE}"
    assert all(editions(one, WEEKS) == read for one in both), "both are worlds of which the same would be published"


@given(world=worlds())
@examples(30)
def test_an_edition_says_of_the_weeks_before_what_the_earlier_ones_said(world: World) -> None:
    read = editions(world, WEEKS)

    for week, (earlier, later) in enumerate(pairwise(read)):
        assert list(earlier) == [row for row in later if row.through <= sunday(week)]


def test_fewer_than_a_step_are_no_row_and_sums_are_of_what_is_published() -> None:
    small, large = CELLS[0], CELLS[1]
    days = {
        small: {SUNDAY: Tally(STEP - 1, Points(95_000))},
        large: {SUNDAY: Tally(3 * STEP + 19, Points(5_000 * STEP * 2 + 99_999))},
    }

    assert rows(days, through=sunday(0)) == [
        Row(SUNDAY, "round2", "a", EVERY_SERVICE, 60, 200_000),
        Row(SUNDAY, "round2", "a", large.service_number, 60, 200_000),
    ]


def test_an_edition_is_due_on_the_second_day_after_its_sunday_in_tokyo() -> None:
    monday_end = datetime(2022, 7, 4, 14, 59, tzinfo=UTC)

    assert due(monday_end) == date(2022, 6, 26)
    assert due(monday_end + timedelta(minutes=1)) == SUNDAY
    assert due(monday_end + timedelta(days=6)) == SUNDAY


@pytest.fixture
def _step_of_one(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every person is published: so that a few suffice to see what goes into an edition."""
    import_register(REGISTER)
    monkeypatch.setattr(open_data, "STEP", 1)


def apply_in(week: int) -> None:
    made: list[Application] = []
    do(Step(week * 7 * 86_400, CARD_UPTAKE, 0), made)


def tuesday(week: int) -> datetime:
    return figures.day_end(MONDAY[week] + timedelta(days=7))


@pytest.mark.usefixtures("_step_of_one")
def test_what_was_published_is_never_changed_and_comes_once() -> None:
    apply_in(0)
    assert publish(now=tuesday(0))
    apply_in(1)
    assert not publish(now=tuesday(0)), "once a week"
    assert publish(now=tuesday(1))

    first, second = Edition.objects.order_by("through")
    assert [row.applications for row in published(first)] == [1, 1], "the cell and the sum"
    assert list(published(second))[:2] == list(published(first))
    assert [row.applications for row in published(second)] == [1, 1, 2, 2]


@pytest.mark.usefixtures("_step_of_one")
def test_nothing_more_is_published_while_a_published_week_is_counted_otherwise() -> None:
    apply_in(0)
    publish(now=tuesday(0))
    apply_in(0)

    with pytest.raises(EditionDiffers):
        publish(now=tuesday(1))
    assert Edition.objects.count() == 1


@pytest.mark.usefixtures("_step_of_one")
def test_services_that_draw_on_a_limited_budget_are_not_told_apart() -> None:
    limit("round2.card_uptake", Points(1_000_000), now=tuesday(0))
    apply_in(0)
    publish(now=tuesday(0))

    (row,) = published(Edition.objects.get())
    assert (row.incentives, row.service_number, row.applications) == ("card_uptake", EVERY_SERVICE, 1)
    assert NUMBER not in str(Edition.objects.get().rows)


def test_the_commands_publish_once_and_print_the_plan(file_database: None, tmp_path: Path) -> None:
    first, again = (hub("publish-open-data", state=tmp_path, database=address()) for _ in range(2))
    plan = hub("compare-plan", "round2", "--people", "9", "--runs", "2", state=tmp_path, database=address())
    wrong = hub("compare-plan", "round9", "--people", "9", state=tmp_path, database=address())

    assert ": published" in first.stdout
    assert "published before" in again.stdout
    assert plan.stdout.startswith("week_ends_on,incentive,applications_p5")
    assert "round2" in wrong.stderr
