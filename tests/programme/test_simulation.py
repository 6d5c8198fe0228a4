"""A simulation before launch lands near what was published after it, keeps its sums, and repeats by its seed."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from mynapoint.programme.assumptions import default_assumptions, read_assumptions, shipped_assumptions
from mynapoint.programme.rounds import (
    CARD_UPTAKE,
    HEALTH_INSURANCE,
    PUBLIC_FUNDS_ACCOUNT,
    ROUND_IDS,
    RuleFileError,
    load_round,
)
from mynapoint.programme.simulation import Outcome, most_per_person, simulate
from mynapoint.programme.values import IncentiveId

CARDS_REQUESTED_IN_TIME = 92_990_000
PUBLISHED_ROUND_2 = {CARD_UPTAKE: 75_560_000, HEALTH_INSURANCE: 68_190_000, PUBLIC_FUNDS_ACCOUNT: 63_870_000}
PUBLISHED_MAXIMUM_YEN = 1_368_300_000_000
"""Reported of the release of 3 October 2023: applications by incentive, and their simple maximum in yen."""


@cache
def played(round_id: str, people: int, seed: int = 7, runs: int = 60) -> Outcome:
    law = load_round(round_id)
    return simulate(law, shipped_assumptions(law) or default_assumptions(law), people=people, seed=seed, runs=runs)


def near(value: int, published: int, per_1000: int) -> bool:
    return abs(value - published) * 1000 <= published * per_1000


def test_the_published_applications_of_round_2_give_its_simple_maximum() -> None:
    """75.56 × 0.5 + 68.19 × 0.75 + 63.87 × 0.75 (10,000 people × 10,000 yen) = 1.3683 trillion yen, rounded."""
    law = load_round("round2").incentives
    maximum = sum(people * most_per_person(law[id_]) for id_, people in PUBLISHED_ROUND_2.items())

    assert maximum == 1_368_250_000_000
    assert (maximum + 50_000_000) // 100_000_000 * 100_000_000 == PUBLISHED_MAXIMUM_YEN


def test_round_2_lands_near_the_published_totals() -> None:
    outcome = played("round2", CARDS_REQUESTED_IN_TIME)

    for one in outcome.incentives:
        published = PUBLISHED_ROUND_2[one.incentive.id]
        assert near(one.applications.median, published, 10), one.incentive.id
        assert one.applications.p5 < published < one.applications.p95
    assert near(outcome.promised.median, PUBLISHED_MAXIMUM_YEN, 10)
    assert outcome.points.p95 < 1_800_000_000_000, "the budget of round 2 was 1.8 trillion yen"


def test_round_2_rises_as_was_reported_on_its_way() -> None:
    outcome = {one.incentive.id: one for one in played("round2", CARDS_REQUESTED_IN_TIME).incentives}

    def applied_by(id_: IncentiveId, sunday_after: date) -> int:
        [week] = [week for week in outcome[id_].weeks if (sunday_after - week.starts_on).days == 6]
        return week.applications_so_far.median

    assert near(applied_by(HEALTH_INSURANCE, date(2022, 7, 3)), 3_130_000 * 4 // 5, 150)
    assert near(applied_by(CARD_UPTAKE, date(2022, 9, 18)), 20_000_000, 30)


def test_round_1_lands_near_the_published_totals() -> None:
    [one] = played("round1", 40_000_000).incentives
    [september] = [week for week in one.weeks if week.starts_on == date(2020, 9, 28)]
    [first_week] = [week for week in one.weeks if week.starts_on == date(2020, 6, 29)]

    assert near(one.applications.median, 25_330_000, 10)
    assert near(september.applications_so_far.median, 6_600_000, 30)
    assert near(first_week.applications_so_far.median, 776_160, 30)
    assert all(week.points.p95 == 0 for week in one.weeks if week.starts_on < date(2020, 8, 31)), "earning not begun"


@pytest.mark.parametrize(("round_id", "people"), [("round1", 40_000_000), ("round2", 92_990_000), ("mihon", 15_000)])
def test_no_more_is_given_than_promised_and_no_more_people_apply_than_there_are(round_id: str, people: int) -> None:
    outcome = played(round_id, people)

    assert outcome.points.p95 <= outcome.promised.p95
    for one in outcome.incentives:
        assert one.applications.p95 <= people
        assert one.points.median <= one.promised.median
        assert one.weeks[-1].applications_so_far == one.applications
        assert one.weeks[-1].points_so_far == one.points
        for before, after in pairwise(one.weeks):
            assert before.points_so_far.median <= after.points_so_far.median
            assert (after.starts_on - before.starts_on).days == 7
        assert all(week.starts_on.weekday() == 0 for week in one.weeks)


@pytest.mark.parametrize("people", [1, 2, 4_999, 5_000, 5_001, 12_345, 92_990_000])
def test_the_simulated_people_stand_for_all(people: int, tmp_path: Path) -> None:
    law = load_round("mihon")
    outcome = simulate(law, read_assumptions(_everybody(tmp_path), law), people=people, seed=1, runs=3)

    assert outcome.sample == min(people, 5_000)
    for one in outcome.incentives:
        assert (one.applications.p5, one.applications.p95) == (people, people)
        assert one.points.median == people * most_per_person(one.incentive), "all fill the cap, nobody is lost"


def test_a_seed_gives_the_same_outcome_and_another_one_another() -> None:
    law = load_round("mihon")
    assumed = default_assumptions(law)
    first, again, other = (simulate(law, assumed, people=9_000, seed=seed, runs=5) for seed in (3, 3, 4))

    assert first == again
    assert first.points != other.points


def test_a_budget_that_may_not_do_says_in_how_many_runs_and_when() -> None:
    shopping, newborn = played("mihon", 15_000).budgets

    assert shopping.parameter.key == "shopping_budget"
    assert 0 < shopping.runs_over < 60
    assert shopping.closes_in_week is not None
    assert date(2024, 1, 29) <= shopping.closes_in_week <= date(2024, 2, 29)
    assert (newborn.runs_over, newborn.closes_in_week) == (0, None)


@pytest.mark.parametrize("round_id", ROUND_IDS)
def test_the_defaults_are_stated_and_fit_every_programme(round_id: str) -> None:
    law = load_round(round_id)
    assumed = default_assumptions(law)

    assert "60 %" in assumed.basis.en
    for incentive in law.incentives.values():
        take_up = assumed.incentives[incentive.id].take_up
        assert take_up[-1].by == incentive.applications_until.final
        assert [end.share_per_10000 for end in take_up] == [2_000, 7_000, 10_000]


@pytest.mark.parametrize(("people", "runs"), [(0, 1), (1, 0)])
def test_nobody_and_no_run_cannot_be_simulated(people: int, runs: int) -> None:
    law = load_round("mihon")
    with pytest.raises(ValueError, match="at least 1 person and 1 run"):
        simulate(law, default_assumptions(law), people=people, seed=1, runs=runs)


GOOD = """
programme = "mihon"
basis = { ja = "仮定", en = "Assumed." }
[incentive.local_shopping]
applied_per_10000 = { low = 10000, likely = 10000, high = 10000 }
fills_cap_per_10000 = 10000
weeks_to_points = 1
take_up = [{ by = 2023-05-31, share_per_10000 = 4000 }, { by = 2024-02-29, share_per_10000 = 10000 }]
[incentive.newborn]
applied_per_10000 = { low = 10000, likely = 10000, high = 10000 }
weeks_to_points = 1
take_up = [{ by = 2024-02-29, share_per_10000 = 10000 }]
"""


@pytest.mark.parametrize(
    ("old", "new", "key", "why"),
    [
        ('"mihon"', '"round2"', "programme", "these are to be the assumptions for 'mihon'"),
        ("[incentive.newborn]", "[incentive.wedding]", "incentive.wedding", "mihon has no such incentive"),
        (
            "fills_cap_per_10000 = 10000",
            "fills_cap_per_10000 = 10001",
            "incentive.local_shopping.fills_cap_per_10000",
            "got 10001",
        ),
        ("fills_cap_per_10000 = 10000", "fills_cap = 1", "incentive.local_shopping.fills_cap_per_10000", "is missing"),
        (
            "share_per_10000 = 4000",
            "share_per_10000 = 0.4",
            "incentive.local_shopping.take_up[1].share_per_10000",
            "whole number",
        ),
        ("by = 2023-05-31", "by = 2023-04-30", "incentive.local_shopping.take_up[1].by", "2023-05-01 until 2024-02-29"),
        ("by = 2023-05-31", "by = 2024-02-29", "incentive.local_shopping.take_up", "must be in order; "),
        (
            "[{ by = 2024-02-29, share_per_10000 = 10000 }]",
            "[]",
            "incentive.newborn.take_up",
            "must end with 10000 on the last",
        ),
        (
            "[{ by = 2024-02-29, share_per_10000 = 10000 }]",
            "[{ by = 2024-02-28, share_per_10000 = 10000 }]",
            "incentive.newborn.take_up",
            "on the last day of applications, 2024-02-29",
        ),
        (
            "weeks_to_points = 1\ntake_up = [{ by = 2023",
            "weeks_to_points = 0\ntake_up = [{ by = 2023",
            "incentive.local_shopping.weeks_to_points",
            "from 1 to 520; got 0",
        ),
        (
            "low = 10000, likely = 10000, high = 10000 }\nfills",
            "low = 2, likely = 1, high = 3 }\nfills",
            "incentive.local_shopping.applied_per_10000.likely",
            "must lie between low and high; got 2, 1, 3",
        ),
        (
            'basis = { ja = "仮定", en = "Assumed." }',
            'basis = { ja = "仮定", en = "Assumed." }\nluck = 1',
            "luck",
            "is not a key",
        ),
    ],
)
def test_assumptions_are_read_as_strictly_as_the_law(tmp_path: Path, old: str, new: str, key: str, why: str) -> None:
    assert GOOD.count(old) == 1, old
    path = tmp_path / "assumed.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")

    with pytest.raises(RuleFileError) as error:
        read_assumptions(path, load_round("mihon"))

    assert (error.value.file, error.value.key) == ("assumed.toml", key)
    assert why in error.value.why


def _everybody(folder: Path) -> Path:
    path = folder / "everybody.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path
