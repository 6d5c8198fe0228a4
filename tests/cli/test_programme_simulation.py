"""`mynapoint programme simulate`: a table for people, JSON for machines, CSV and a picture in a folder."""

from __future__ import annotations

import csv
import importlib
import json
import re
import struct
import sys
import time
from dataclasses import replace
from datetime import date
from importlib import resources
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from mynapoint.cli import app
from mynapoint.programme.assumptions import default_assumptions
from mynapoint.programme.rounds import load_round
from mynapoint.programme.simulation import simulate
from mynapoint.programme.simulation_chart import chart
from mynapoint.programme.simulation_png import NoPicture, choose_font
from mynapoint.programme.words import Words

SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["programme", "simulate", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_the_cost_is_printed_with_what_was_assumed() -> None:
    text = run("mihon", "--people", "15000", "--seed", "1", "--lang", "en")

    assert "15,000 people, 100 runs (each of 5,000 weighted people; seed 1)" in text
    assert "Assumed: An invented example." in text
    assert re.search(r"\n    applications +8,\d{3} +9,\d{3} +10,\d{3}\n", text)
    assert "Budget shopping_budget 30,000,000 points: not enough in" in text
    assert "Budget newborn_budget 5,000,000 points: enough in every run" in text


def test_the_whole_country_takes_seconds() -> None:
    started = time.monotonic()
    outcome = json.loads(run("round2", "--people", "92990000", "--format", "json"))

    assert time.monotonic() - started < 20
    assert outcome["people"] == 92_990_000
    assert {one["id"] for one in outcome["incentives"]} == {
        "card_uptake",
        "health_insurance",
        "public_funds_account",
    }
    assert outcome["incentives"][0]["assumed"]["take_up"][0] == {"by": "2022-09-20", "share_per_10000": 2647}


def test_every_week_is_a_line_of_the_table_and_sums_to_the_total(tmp_path: Path) -> None:
    outcome = json.loads(run("mihon", "--people", "900", "--runs", "1", "--format", "json", "--out", str(tmp_path)))
    with (tmp_path / "simulation.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))

    for one in outcome["incentives"]:
        weeks = [line for line in lines if line["incentive"] == one["id"]]
        assert sum(int(line["applications_median"]) for line in weeks) == one["applications"]["median"]
        assert int(weeks[-1]["points_so_far_median"]) == one["points"]["median"]
        assert date.fromisoformat(weeks[0]["week_starts_on"]) == date(2023, 5, 1)


@pytest.mark.parametrize(
    ("language", "title"), [("ja", "マイナポイント第2弾の試算"), ("en", "Mynapoint round 2: simulation")]
)
def test_the_picture_has_a_title_and_says_in_words_what_it_shows(tmp_path: Path, language: str, title: str) -> None:
    run("round2", "--people", "92990000", "--runs", "5", "--out", str(tmp_path), "--lang", language)
    picture = ElementTree.parse(tmp_path / "simulation.svg").getroot()

    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "title desc"
    heading, description = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert heading is not None
    assert (heading.text or "").startswith(title)
    assert description is not None
    assert re.search(r"7\d,\d{3},\d{3}", description.text or "")
    assert len(picture.findall(f"{SVG}polyline")) == 6, "three incentives in two panels"
    dashes = {line.get("stroke-dasharray") for line in picture.findall(f"{SVG}polyline")}
    assert len(dashes) == 3, "curves differ without colour, too"


def test_nothing_of_the_picture_lies_outside_it() -> None:
    law = load_round("mihon")
    text = chart(law, simulate(law, default_assumptions(law), people=3, seed=1, runs=2), "en")
    picture = ElementTree.fromstring(text)
    _, _, width, height = (int(number) for number in (picture.get("viewBox") or "").split())

    for shape in picture.iter():
        for pair in (shape.get("points") or "").split():
            x, y = (int(number) for number in pair.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_assumptions_of_ones_own_are_taken_from_a_file(tmp_path: Path) -> None:
    path = _assumptions(tmp_path, "架空の見本。", "私の仮定。")

    text = run("mihon", "--people", "1000", "--runs", "2", "--assumptions", str(path))

    assert "仮定:私の仮定。" in text


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[incentive.newborn]\n", "[incentive.child]\n", "incentive.child: mihon has no such incentive"),
        ("share_per_10000 = 3000", "share_per_10000 = 8000", "take_up: cannot fall: 8000 by 2023-05-31, but 7500 by"),
        ("weeks_to_points = 6", "weeks_to_points = 99999999", "weeks_to_points: must be from 1 to 520; got 99999999"),
        ("high = 7400", "high = 17400", "high: must be how many of 10,000 people, from 0 to 10,000; got 17400"),
    ],
)
def test_assumptions_that_cannot_be_meant_are_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    path = _assumptions(tmp_path, old, new)
    command = ["programme", "simulate", "mihon", "--people", "5", "--assumptions", str(path)]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "300"})

    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr


def test_assumptions_that_leave_an_incentive_out_are_refused(tmp_path: Path) -> None:
    path = _assumptions(tmp_path, "", "")
    path.write_text(path.read_text(encoding="utf-8").partition("[incentive.newborn]")[0], encoding="utf-8")
    command = ["programme", "simulate", "mihon", "--people", "5", "--assumptions", str(path)]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "300"})

    assert (result.exit_code, result.stdout) == (2, "")
    assert "mine.toml: incentive.newborn: is missing; write what you expect of it" in result.stderr


def _assumptions(folder: Path, old: str, new: str) -> Path:
    text = (resources.files("mynapoint.programme") / "data/assumptions/mihon.toml").read_text(encoding="utf-8")
    assert old in text
    path = folder / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_what_a_spent_budget_leads_to_is_said() -> None:
    waiting = run("mihon", "--people", "15000", "--runs", "5", "--lang", "en")

    assert "people wait for a turn then, in the median, from the week of" in " ".join(waiting.split())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_labels_of_the_legend_never_overlap_nor_leave_the_picture(language: str) -> None:
    law = load_round("round2")
    long = [replace(one, label=Words("あ" * (10 + 30 * n), "long label " * (2 + 5 * n)))
            for n, one in enumerate(law.incentives.values())]  # fmt: skip
    law = replace(law, label=Words("長" * 90, "title " * 60), incentives={one.id: one for one in long})
    text = chart(law, simulate(law, default_assumptions(law), people=3, seed=1, runs=2), language)
    picture = ElementTree.fromstring(text)
    names, dashes = picture.findall(f"{SVG}text"), picture.findall(f"{SVG}line")
    ends = [int(one.get("x2") or 0) for one in dashes if one.get("stroke-width")]
    legend = [one for one in names if int(one.get("x") or 0) - 8 in ends and int(one.get("y") or 0) < 200]

    places = sorted((int(one.get("y") or 0), int(one.get("x") or 0), one.text or "") for one in legend)
    assert len(places) == 3
    for (y, x, label), (next_y, next_x, _) in pairwise(places):
        assert next_y >= y + 20 or x + cell_len(label) * 7 < next_x
    for _, x, label in [*places, (30, 20, names[0].text or "")]:
        assert x + cell_len(label) * 7 <= 960
        assert label


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["mihon", "--people", "0"], "Invalid value for '--people'"),
        (["mihon"], "Missing option '--people'"),
        (["round7", "--people", "5"], "there is no round 'round7'"),
        (["mihon", "--people", "5", "--assumptions", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["mihon", "--people", "5", "--out", "/dev/null/x"], "/dev/null/x cannot be written"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_its_reason_and_status_2(arguments: list[str], why: str) -> None:
    result = CliRunner().invoke(app, ["programme", "simulate", *arguments], env={"COLUMNS": "200"})

    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr


def test_a_programme_whose_days_are_open_cannot_be_simulated_yet(tmp_path: Path) -> None:
    text = (resources.files("mynapoint.programme") / "data" / "mihon.toml").read_text(encoding="utf-8")
    path = tmp_path / "open.toml"
    path.write_text(text.replace("value = 2024-02-29\n", ""), encoding="utf-8")
    result = CliRunner().invoke(app, ["programme", "simulate", str(path), "--people", "5"], env={"COLUMNS": "200"})

    assert (result.exit_code, result.stdout) == (2, "")
    assert "local_shopping: a day of its application period is not announced yet; nothing to simulate" in result.stderr


def test_the_example_in_the_docs_is_the_same_by_name_and_by_path() -> None:
    path = str(resources.files("mynapoint.programme") / "data" / "mihon.toml")

    assert run(path, "--people", "700", "--runs", "3") == run("mihon", "--people", "700", "--runs", "3")


def test_without_typst_the_rest_is_written_and_what_to_install_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    (tmp_path / "simulation.png").write_bytes(b"of an older simulation")
    arguments = ["programme", "simulate", "mihon", "--people", "900", "--runs", "1", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"simulation.csv", "simulation.svg"}
    assert "simulation.png は作れませんでした:typst is not installed" in result.stderr
    assert "pip install 'mynapoint[pictures]'" in result.stderr
    assert "simulation.png" not in result.stdout


def test_boxes_are_never_drawn_for_japanese_letters() -> None:
    assert choose_font("申込", {"DejaVu Sans", "IPAexGothic", "Noto Sans CJK JP"}) == "Noto Sans CJK JP"
    assert choose_font("applications", {"DejaVu Sans"}) == "DejaVu Sans"
    with pytest.raises(NoPicture, match=r"no font with Japanese letters .* apt install fonts-noto-cjk"):
        choose_font("申込", {"DejaVu Sans", "Libertinus Serif", "Noto Sans CJK KR"})


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_picture_is_drawn_as_png(tmp_path: Path, language: str) -> None:
    pytest.importorskip("typst")
    arguments = ["mihon", "--people", "900", "--runs", "5", "--lang", language, "--out", str(tmp_path)]
    text = run(*arguments)
    try:
        choose_font("申込" if language == "ja" else "", _installed_fonts())
    except NoPicture:
        pytest.skip("no Japanese font on this machine; that is said, as tested above")
    picture = (tmp_path / "simulation.png").read_bytes()

    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert (width, height) == (1440, 1074)
    assert "simulation.png" in text


def _installed_fonts() -> set[str]:
    return set(importlib.import_module("typst").Fonts().families())
