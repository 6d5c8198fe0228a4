"""Area, age and budget of an incentive: figures like all others, in words, and refused when they make no sense."""

from __future__ import annotations

from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from mynapoint.programme.ages import Birthdays
from mynapoint.programme.check import check_file
from mynapoint.programme.explain import birthdays_on, birthdays_words, figure_words
from mynapoint.programme.rounds import CARD_UPTAKE, load_round
from mynapoint.programme.statement_of_day import as_json
from mynapoint.programme.values import IncentiveId

MIHON = resources.files("mynapoint.programme") / "data" / "mihon.toml"
SHOPPING, NEWBORN = IncentiveId("local_shopping"), IncentiveId("newborn")
ANNOUNCED = date(2023, 4, 3)


def test_a_municipal_incentive_is_for_its_residents_of_an_age_within_a_budget() -> None:
    law = load_round("mihon")
    shopping, newborn = law.incentives[SHOPPING], law.incentives[NEWBORN]

    assert [one.name.ja for one in shopping.municipalities] == ["みほん市"]
    assert shopping.birthdays == Birthdays(None, date(2005, 5, 2))
    assert newborn.birthdays == Birthdays(date(2023, 4, 2), date(2024, 3, 31))
    assert shopping.budget is not None
    assert shopping.budget.final == 30_000_000


def test_a_national_incentive_is_for_all() -> None:
    card_uptake = load_round("round2").incentives[CARD_UPTAKE]

    assert (card_uptake.municipalities, card_uptake.birthdays, card_uptake.budget) == ((), None, None)


@pytest.mark.parametrize(
    ("key", "ja", "en"),
    [
        ("area", "みほん市にお住まいの方", "residents of Mihon City"),
        ("shopping_age_from", "18歳以上", "18 or older"),
        ("shopping_age_on", "2023年5月1日時点", "on 1 May 2023"),
        ("newborn_age_until", "0歳", "under 1"),
        ("shopping_budget", "30,000,000ポイント", "30,000,000 points"),
    ],
)
def test_conditions_are_stated_in_words(key: str, ja: str, en: str) -> None:
    parameter = load_round("mihon").parameters[key]

    assert figure_words(parameter, ANNOUNCED, "ja") == ja
    assert figure_words(parameter, ANNOUNCED, "en") == en


def test_ages_are_told_as_days_of_birth_from_the_day_they_were_announced() -> None:
    law = load_round("mihon")

    assert birthdays_on(law.incentives[SHOPPING], date(2023, 4, 2)) is None
    assert birthdays_words(law.incentives[SHOPPING], ANNOUNCED, "ja") == "対象は、2005年5月2日までに生まれた方です。"
    assert (
        birthdays_words(law.incentives[NEWBORN], ANNOUNCED, "en")
        == "For people born from 2 April 2023 until 31 March 2024."
    )


def test_machines_read_area_and_days_of_birth() -> None:
    page: dict[str, Any] = as_json(load_round("mihon"), ANNOUNCED, "ja")
    shopping, newborn = page["incentives"]
    [area] = [figure for figure in page["figures"] if figure["key"] == "area"]

    assert area["value"] == [{"code": "999016", "name": {"ja": "みほん市", "en": "Mihon City"}}]
    assert (shopping["born"]["from"], shopping["born"]["until"]) == (None, "2005-05-02")
    assert newborn["born"]["from"] == "2023-04-02"


@pytest.mark.parametrize(
    ("old", "new", "key", "why"),
    [
        ('code = "999016"', 'code = "999015"', "area.announcement[1].value[1].code", "should end in 6"),
        ('code = "999016"', 'code = "99901"', "area.announcement[1].value[1].code", "5 digits and a check digit"),
        ('[{ code = "999016", name', "[{ name", "area.announcement[1].value[1].code", "is missing"),
        (
            'en = "Mihon City" } }]',
            'en = "Mihon City" }, mayor = 1 }]',
            "area.announcement[1].value[1].mayor",
            "not a key",
        ),
        (
            'en = "Mihon City" } }]',
            'en = "M" } }, { code = "999016", name = { ja = "あ", en = "A" } }]',
            "area.announcement[1].value[2].code",
            "listed twice",
        ),
        (
            'value = [{ code = "999016", name = { ja = "みほん市", en = "Mihon City" } }]',
            "value = []",
            "area.announcement[1].value",
            "at least one municipality",
        ),
        ("value = 18\n", "value = -1\n", "shopping_age_from.announcement[1].value", "years, from 0 to 150; got -1"),
        ("value = 18\n", "value = 17.5\n", "shopping_age_from.announcement[1].value", "got 17.5"),
        ("value = 18\n", "", "incentive.local_shopping.age_from", "has no final figure"),
        ('age_on = "shopping_age_on"\n', "", "incentive.local_shopping.age_on", "is needed with age_from or age_until"),
        ('age_from = "shopping_age_from"\n', "", "incentive.local_shopping.age_on", "and only with them"),
        (
            'age_from = "shopping_age_from"\n',
            'age_from = "shopping_age_from"\nage_until = "newborn_age_until"\n',
            "incentive.local_shopping.age_until",
            "0 is below age_from, 18",
        ),
        (
            'age_from = "shopping_age_from"\n',
            'age_from = "newborn_age_until"\n',
            "incentive.local_shopping.age_from",
            "must be in “youngest age",
        ),
        (
            "value = 30000000\n",
            "value = 2999\n",
            "incentive.local_shopping.budget",
            "2999 points cannot pay one person's 3000",
        ),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(tmp_path: Path, old: str, new: str, key: str, why: str) -> None:
    text = MIHON.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")

    fault = check_file(path).faults[0]

    assert fault.key == key
    assert why in fault.why


def test_a_programme_states_what_happens_when_its_budget_is_spent() -> None:
    shopping = load_round("mihon").incentives[IncentiveId("local_shopping")]

    assert shopping.has_waiting_list
    assert shopping.offer_stands is not None
    assert shopping.offer_stands.final == 14
    assert not load_round("round2").incentives[IncentiveId("card_uptake")].has_waiting_list
