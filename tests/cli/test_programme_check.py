"""`mynapoint programme check FILE`: ok and what it holds, or each fault with file, key and reason, and status 2."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mynapoint.cli import app

MIHON = Path(str(resources.files("mynapoint.programme") / "data" / "mihon.toml"))


def test_a_good_file_is_ok_with_a_summary() -> None:
    result = CliRunner().invoke(app, ["programme", "check", str(MIHON)])

    assert result.exit_code == 0
    assert result.stdout.startswith("mihon.toml: ok\n  2 incentives, ")
    assert "1 source\n" in result.stdout
    assert "    area                residents of Mihon City\n" in result.stdout
    assert "    budget              30,000,000 points\n" in result.stdout


def test_a_bad_file_is_refused_with_every_fault_and_status_2(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = MIHON.read_text(encoding="utf-8").replace("value = 30\n", "value = 30.5\n")
    path.write_text(text.replace("value = 3000\n", "value = -1\n"), encoding="utf-8")
    result = CliRunner().invoke(app, ["programme", "check", str(path)])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "mine.toml: local_shopping_points.announcement[1].value: must be a whole number of points, 0 or more; got -1",
        "mine.toml: premium_rate.announcement[1].value: must be a whole number of percent, from 1 to 100; got 30.5; "
        "only a whole percentage gives exact points",
        "mine.toml cannot be used: 2 faults. Correct the file and check it again.",
    ]


SLIPS = [  # what a clerk writes, in place of what stands there; the line that is printed, from the file's name on
    ("value = 30\n", "value = 33.3\n", "premium_rate.announcement[1].value: must be a whole number of percent"),
    ("value = 30\n", "value = 300\n", "premium_rate.announcement[1].value: * from 1 to 100; got 300"),
    ("value = 3000\n", "value = -3000\n", "local_shopping_points.announcement[1].value: * 0 or more; got -3000"),
    ("value = 3000\n", 'value = "3,000"\n', "local_shopping_points.*; got '3,000'; write it without quotes and commas"),
    ("value = 3000\n", "value = 0\n", "incentive.local_shopping.points: 0 points: nobody would get anything; correct "),
    ("value = 10000\n", "value = 9999\n", "*.yen_to_fill: 9999 yen are *at 10000 yen; correct one"),
    ("value = 30000000\n", "value = 2999\n", "*_shopping.budget: 2999 points cannot pay * 3000; raise it"),
    ('offer_stands = "offer_stands"\n', "", "incentive.*.offer_stands: is needed where when_spent is a waiting list"),
    ('value = "waiting_list"\n', 'value = "queue"\n', "when_spent.announcement[1].value: *; got 'queue'"),
    ("value = 18\n", "value = 181\n", "shopping_age_from.announcement[1].value: * from 0 to 150; got 181"),
    ('age_until = "newborn_age_until"', 'age_from = "shopping_age_from"\nage_until = "newborn_age_until"',
     "incentive.newborn.age_until: 0 is below age_from, 18; exchange or correct them"),
    ("value = 2024-03-31\n", "value = 2022-03-31\n",
     "incentive.local_shopping.earning_until: [earning_until] ends on 2022-03-31, before [earning_from] starts"),
    ("value = 2024-03-31\n", 'value = "2024-03-31"\n', "earning_until.*; got '2024-03-31'; write it without quotes"),
    ("value = 2024-03-31\n", "value = 2024-02-30\n", "is not TOML: * (at line *). Correct that place: "),
    ("[premium_rate]\n", '[premium_rate]\nunit = "percent"\n', "is not TOML: * (at line *no key twice"),
    ('unit = "percent"', "unit = “percent”", "is not TOML: * (at line *texts in straight quotes"),
    ("number = 2\n", "number = 1\n", "incentive.newborn.number: 1 is local_shopping's; give each incentive its own"),
    ("number = 2\n", "number = 2\nbonus = 5\n", "incentive.newborn.bonus: is not a key that is known here"),
    ("value = 30\n", "vlaue = 30\n", "premium_rate.announcement[1].vlaue: is not a key *; is 'value' meant?"),
    ("announced_on = 2023-04-03\nvalue = 30\n", "anounced_on = 2023-04-03\nvalue = 30\n",
     "premium_rate.announcement[1].announced_on: is missing; is 'anounced_on' meant?"),
    ("[source.mihon-2023-04-03]", "[source.ours]", "*: names no source that is known: 'mihon-2023-04-03'; write"),
    ('points = "newborn_points"', 'points = "new_points"', "*newborn.points: names no figure *: 'new_points'; write"),
    ("value = 30\nsource", "value = 30\nconfidence = \"verbatim\"\nsource", "is not TOML: "),
    ("value = 30\n", "", "*.premium_rate: has no final figure*; add an announcement with a value"),
    ("[[premium_rate.announcement]]\n",
     "[[premium_rate.announcement]]\nannounced_on = 2023-05-01\nvalue = 20\n"
     'source = "mihon-2023-04-03"\nconfidence = "verbatim"\n[[premium_rate.announcement]]\n',
     "premium_rate.announcement: must be in order; 2023-04-03 cannot follow 2023-05-01; sort them by announced_on"),
    ('value = 30\nsource = "mihon-2023-04-03"\nconfidence = "verbatim"',
     'value = 30\nsource = "mihon-2023-04-03"\nconfidence = "decision"',
     "premium_rate.announcement[1].confidence: 'decision' is for what this software itself decided; *'verbatim'"),
    ("value = 2024-02-29\n", "value = 0024-02-29\n", "*.value: must be from 1900 to 2100; got 0024-02-29; the year"),
    ('budget = "shopping_budget"\n', "", "incentive.local_shopping.when_spent: is needed only with a budget"),
    ("[incentive.newborn]", "[incentives.newborn]", "incentives: is not a key *; is 'incentive' meant?"),
    ("[[premium_rate.announcement]]", "[premium_rate.announcement]",
     "premium_rate.announcement: must be a list of tables, each under [[premium_rate.announcement]]; got a table"),
    ('{ ja = "付与率", en = "Premium rate" }', '"付与率"',
     'premium_rate.label: must be a text in both languages, { ja = "…", en = "…" }; got \'付与率\''),
    ("value = 30\n", 'value = "30%"\n', "premium_rate.*, from 1 to 100; got '30%'"),
    ("value = 2024-03-31\n", 'value = "令和6年3月31日"\n', "earning_until.*such as *; got '令和6年3月31日'"),
    ('title = "みほん市 子育て応援ポイント(見本の事業)"', 'title = "み"\nurl = "javascript:alert(1)"',
     "source.mihon-2023-04-03.url: must begin with https:// or http://; got 'javascript:alert(1)'"),
    ('id = "mihon"', 'id = "../round2"', "id: must be of small letters, digits, - and _, *; got '../round2'"),
    ('publisher = "みほん市(架空の市)"', 'publisher = "みほん\\u0007市"', "*.publisher: must be one line without"),
    ("value = 3000\n", "value = " + "9" * 5000 + "\n", "is not TOML: Exceeds the limit (4300 digits)*"),
    ("value = 3000\n", "value = " + "[" * 3000 + "]" * 3000 + "\n", "is nested too deeply; no programme needs that"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line"), SLIPS)
def test_each_slip_is_refused_with_file_key_figure_and_what_to_do(
    tmp_path: Path, old: str, new: str, line: str
) -> None:
    text = MIHON.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = CliRunner().invoke(app, ["programme", "check", str(path)])

    assert result.exit_code == 2
    pattern = "mine.toml: " + ".*".join(map(re.escape, line.split("*")))
    assert re.match(pattern, result.stderr), result.stderr


def test_slips_in_different_places_are_told_in_one_go(tmp_path: Path) -> None:
    text = MIHON.read_text(encoding="utf-8")
    slips = [("value = 30\n", "value = 33.3\n"), ("number = 2\n", "number = 1\nbonus = 3\nextra = 4\n")]
    slips += [("value = 3000\n", "value = -1\n"), ("value = 18\n", "value = 181\n"), ("2024-03-31", "2022-03-31")]
    for old, new in slips:
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["programme", "check", str(path)])
    keys = [line.split(": ")[1] for line in result.stderr.splitlines()[:-1]]

    assert sorted(set(keys)) == [
        "incentive.local_shopping.earning_until",
        "incentive.newborn.bonus",
        "incentive.newborn.extra",
        "incentive.newborn.number",
        "local_shopping_points.announcement[1].value",
        "premium_rate.announcement[1].value",
        "shopping_age_from.announcement[1].value",
    ]


@pytest.mark.parametrize(
    ("encoding", "why"),
    [
        ("cp932", "mine.toml: is not written in UTF-8 (at line 1); save it as UTF-8"),
        ("utf-16", "mine.toml: is not written in UTF-8; save it as UTF-8"),
        ("utf-8-sig", None),
    ],
)
def test_a_file_is_read_in_utf_8_with_or_without_a_mark_and_others_are_told_to_be_saved_so(
    tmp_path: Path, encoding: str, why: str | None
) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(MIHON.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))
    result = CliRunner().invoke(app, ["programme", "check", str(path)])

    assert result.exit_code == (2 if why else 0)
    assert result.stderr.splitlines()[:1] == ([why] if why else [])


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["programme", "check", str(tmp_path / "nowhere.toml")])

    assert result.exit_code == 2
    assert "nowhere.toml: cannot be read (No such file or directory)" in result.stderr


def test_a_round_of_the_package_is_checked_by_its_name() -> None:
    by_name, by_path = (CliRunner().invoke(app, ["programme", "check", one]) for one in ("mihon", str(MIHON)))

    assert by_name.exit_code == 0
    assert by_name.stdout == by_path.stdout


def test_a_folder_is_not_a_programme(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["programme", "show", str(tmp_path)], env={"COLUMNS": "300"})

    assert result.exit_code == 2
    assert "cannot be read (Is a directory)" in result.stderr


def test_a_round_is_shown_from_a_file_as_well_as_by_its_name() -> None:
    day = ["--as-of", "2023-07-01"]
    by_name = CliRunner().invoke(app, ["programme", "show", "mihon", *day])
    by_path = CliRunner().invoke(app, ["programme", "show", str(MIHON), *day])

    assert by_path.exit_code == 0
    assert by_path.stdout == by_name.stdout
