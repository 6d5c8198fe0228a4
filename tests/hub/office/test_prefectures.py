"""Figures by the prefecture of a support counter: map, table, drill-down, CSV, and what of it is published."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from z3 import ArithRef, Int, Sum  # type: ignore[import-untyped]

import mynapoint.demo
from hub import clock
from hub.office.attacker import SUNDAY, Attacker, World, editions, sunday
from hub.office.history import FIRST, Step, do
from hub.office.test_open_data import CELLS, WEEKS, worlds
from hub.people import CARD_UPTAKE
from hub.sample_pay import REGISTER
from hub.staff.desk import at_work
from hub.visitor import text
from mynapoint.hub.municipalities.actions import import_municipalities
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.office import figures, open_data
from mynapoint.hub.office.figures import day_end
from mynapoint.hub.office.models import Edition
from mynapoint.hub.office.open_data import ALL_PREFECTURES, STEP, VisitRow, visit_rows
from mynapoint.hub.office.prefecture_map import SIZE, squares
from mynapoint.hub.office.publishing import EditionDiffers, publish, published_visits
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.staff.models import Role, StaffSession, Terminal
from mynapoint.hub.support.models import Ending, Visit
from mynapoint.programme.prefectures import PREFECTURES
from property_examples import examples

PAGE = "/staff/office/"
TOWNS = Path(mynapoint.demo.__file__).parent / "data" / "municipalities"
PLACES = ("13", "14", "27")
Visits = dict[str, list[int]]


def visits(town: str, count: int, *, day: date, applications: int = 0) -> None:
    """Visits at a counter that ended on a day, each with so many applications."""
    session = StaffSession.objects.latest("pk")
    for nth in range(count):
        at = day_end(day) - timedelta(hours=12, minutes=nth)
        Visit.objects.create(
            terminal=Terminal.objects.latest("pk"),
            municipality=town,
            staff_session=session,
            begun_at=at,
            seen_at=at,
            ended_at=at,
            ending=Ending.KEY,
            applications=applications,
        )


@pytest.fixture
def office(db: None) -> Client:
    """Three have applied: two at a counter in 秦野市, one elsewhere; one came to 西東京市 for nothing."""
    import_register(REGISTER)
    import_municipalities(TOWNS)
    for nth in range(3):
        do(Step(nth, CARD_UPTAKE, 0), [])
    client = at_work(Role.OFFICE).client
    visits("hadano", 2, day=FIRST, applications=1)
    visits("nishitokyo", 1, day=FIRST + timedelta(days=1))
    clock.move_to(day_end(FIRST) + timedelta(days=2, hours=12))
    return client


def lines(client: Client, query: str = "", code: str = "prefecture") -> dict[str, tuple[int, int]]:
    told = client.get(f"{PAGE}{code}.csv?{query}").content.decode("utf-8-sig")
    return {one[code]: (int(one["visits"]), int(one["applications"])) for one in csv.DictReader(io.StringIO(told))}


def test_every_prefecture_is_a_line_and_online_is_what_no_counter_took(office: Client) -> None:
    now, first = lines(office), lines(office, f"as_of={FIRST}")

    assert list(now) == [*(f"{nth:02}" for nth in range(1, 48)), "online"]
    assert {code: both for code, both in now.items() if any(both)} == {"13": (1, 0), "14": (2, 2), "online": (0, 1)}
    assert first["13"] == (0, 0), "a past day stays as it was"
    assert sum(applications for _, applications in now.values()) == figures.cells(as_of=FIRST).total().applications


def test_a_counter_of_no_prefecture_is_told_apart(office: Client) -> None:
    visits("", 1, day=FIRST)
    Municipality.objects.filter(slug="nishitokyo").update(code="")

    assert lines(office)["none"] == (2, 0)


def test_the_map_leads_to_the_counters_of_a_prefecture_and_back(office: Client) -> None:
    html = text(office.get(PAGE))
    (drawn,) = re.findall(r'<svg class="chart map".*?</svg>', html, re.DOTALL)
    links = dict(re.findall(r'<a href="\?([^"]+)#counter" aria-label="([^"]+)"', drawn))

    assert drawn.count("<rect") == len(PREFECTURES)
    assert set(links.values()) == {"東京都: 1", "神奈川県: 2"}, "what has nothing leads nowhere"
    (link,) = (one for one, label in links.items() if label.startswith("神奈川県"))
    part = text(office.get(f"{PAGE}?{link.replace('&amp;', '&')}"))
    assert "神奈川県の窓口だけです" in part
    assert 'aria-current="true" aria-label="神奈川県: 2"' in part
    assert lines(office, "prefecture=14", "counter") == {"hadano": (2, 2)}
    assert len(lines(office, "prefecture=99", "counter")) == 2, "there is none of that code"


def test_no_two_prefectures_stand_in_one_place_and_the_darkest_has_the_most() -> None:
    made = squares({"01": 1, "13": 100, "14": 26, "47": 25})

    assert len({(one.x, one.y) for one in made}) == len(made) == 47
    assert max(one.x for one in made) + SIZE <= 724
    assert max(one.y for one in made) + SIZE <= 612
    assert {one.code: one.shade for one in made if one.shade} == {"01": 1, "13": 4, "14": 2, "47": 1}


def test_visits_are_published_by_steps_and_stay_as_published(office: Client) -> None:
    visits("hadano", STEP, day=FIRST)
    visits("nishitokyo", STEP - 2, day=FIRST)
    assert publish(now=day_end(FIRST + timedelta(days=7)))

    through = FIRST + timedelta(days=6)
    edition = Edition.objects.get()
    assert published_visits(edition) == [VisitRow(through, ALL_PREFECTURES, STEP), VisitRow(through, "14", STEP)]
    told = office.get("/open-data/counter-visits.csv").content.decode()
    assert told.splitlines()[1:] == [f"{through},all,{STEP}", f"{through},14,{STEP}"]
    assert office.get("/open-data/applications-and-points.json").json()["visits"][1]["prefecture"] == "14"
    assert "神奈川県" in text(office.get("/open-data/"))

    visits("nishitokyo", STEP, day=FIRST)
    with pytest.raises(EditionDiffers):
        publish(now=day_end(FIRST + timedelta(days=14)))


@st.composite
def visited(draw: st.DrawFn) -> Visits:
    """Visits by prefecture and week, often right at a step."""
    some = st.sampled_from([0, 1, 9, 10, STEP - 1, STEP, STEP + 1, 57])
    return {one: [draw(some) for _ in range(WEEKS)] for one in PLACES}


def of_visits(came: Visits) -> list[list[VisitRow]]:
    """What the hub publishes of visits, Sunday by Sunday."""
    days = {one: {sunday(week) - timedelta(days=week): n for week, n in enumerate(all_)} for one, all_ in came.items()}
    return [list(visit_rows(days, through=sunday(week))) for week in range(WEEKS)]


class AttackerOfBoth(Attacker):
    """Knows both tables, and how they hang together: who applied at a counter did so in a visit, at most thrice."""

    visits: dict[tuple[str, int], ArithRef]
    read_visits: list[list[VisitRow]]

    def know_visits(self, read: list[list[VisitRow]]) -> None:
        """Take in the visits of every edition."""
        self.read_visits = read
        weeks = range(WEEKS)
        self.visits = {(one, week): Int(f"v-{one}-{week}") for one in PLACES for week in weeks}
        made = {key: Int(f"m-{key}") for key in self.visits}
        for (one, week), number in self.visits.items():
            self.solver.add(made[one, week] >= 0, made[one, week] <= 3 * number)
            self.solver.add(number >= (self.visits[one, week - 1] if week else 0))
            for edition in read[week:]:
                said = {(row.prefecture, row.through): row.visits for row in edition}
                self._bound(number, said.get((one, sunday(week)), 0))
                self._know_visits_sum(edition, week)
        for week in weeks:
            everywhere = Sum([self.applications[cell, week] for cell in self.cells])
            self.solver.add(Sum([made[one, week] for one in PLACES]) <= everywhere)

    def _know_visits_sum(self, edition: list[VisitRow], week: int) -> None:
        own = [row for row in edition if row.through == sunday(week)]
        parts = sum(row.visits for row in own if row.prefecture != ALL_PREFECTURES)
        for row in own:
            if row.prefecture == ALL_PREFECTURES and row.visits != parts:
                self.solver.add(Sum([self.visits[one, week] for one in PLACES]) == row.visits)

    def _world(self) -> World:
        model = self.solver.model()
        found = {
            one: [model.eval(self.visits[one, week], model_completion=True).as_long() for week in range(WEEKS)]
            for one in PLACES
        }
        assert of_visits({one: _came(all_) for one, all_ in found.items()}) == self.read_visits
        return super()._world()


def _came(so_far: list[int]) -> list[int]:
    return [n - before for n, before in zip(so_far, [0, *so_far[:-1]], strict=True)]


@given(world=worlds(), came=visited())
@examples(5)
def test_visits_and_applications_can_be_ten_apart_whatever_both_tables_say(world: World, came: Visits) -> None:
    read = editions(world, WEEKS)
    attacker = AttackerOfBoth(CELLS, WEEKS, read)
    attacker.know_visits(of_visits(came))

    def stays_open(number: ArithRef, truth: int) -> None:
        both = attacker.least_and_most(number, truth)
        assert both is not None, f"{number} is known too closely"
        assert all(editions(one, WEEKS) == read for one in both), "both are worlds of which the same would be published"

    for one in PLACES:
        for week in range(WEEKS):
            stays_open(attacker.visits[one, week], sum(came[one][: week + 1]))
    for cell in CELLS[:2]:
        stays_open(attacker.applications[cell, WEEKS - 1], sum(one for one, _ in world[cell]))


def test_fewer_visits_than_a_step_are_no_row_and_the_sum_is_of_what_is_published() -> None:
    days = {"13": {SUNDAY: STEP - 1}, "14": {SUNDAY: 2 * STEP + 19}}

    assert list(visit_rows(days, through=SUNDAY)) == [
        VisitRow(SUNDAY, ALL_PREFECTURES, 2 * open_data.STEP),
        VisitRow(SUNDAY, "14", 2 * STEP),
    ]
