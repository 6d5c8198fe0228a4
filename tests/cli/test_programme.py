"""`mynapoint programme show`: the whole page of a day, for people and for machines."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mynapoint.cli import app
from mynapoint.cli.columns import pad, widths, wrap

GOLDEN = Path(__file__).parents[1] / "programme" / "golden"


@pytest.mark.parametrize(
    ("round_id", "day", "language"),
    [
        ("round1", "2020-06-18", "ja"),
        ("round1", "2020-06-18", "en"),
        ("round1", "2022-01-24", "ja"),
        ("round2", "2022-01-24", "ja"),
        ("round2", "2022-01-24", "en"),
    ],
)
def test_the_page_of_a_day_reads_as_it_was_approved(round_id: str, day: str, language: str) -> None:
    """The approved texts are files; after a wanted change, write them anew with the same command and read them."""
    printed = _run(round_id, "--as-of", day, "--lang", language)

    assert printed == (GOLDEN / f"{round_id}-{day}.{language}.txt").read_text(encoding="utf-8")


def test_no_line_is_wider_than_the_page() -> None:
    from rich.cells import cell_len

    for round_id in ("round1", "round2", "mihon"):
        for line in _run(round_id, "--as-of", "2024-01-01").splitlines():
            assert cell_len(line) <= 104 or "http" in line, line
            assert line == line.rstrip()


def test_machines_get_the_same_page_as_json() -> None:
    page = _json("round2", "--as-of", "2022-01-24")
    figures = {figure["key"]: figure for figure in page["figures"]}
    incentives = {incentive["id"]: incentive for incentive in page["incentives"]}
    start = figures[incentives["health_insurance"]["figures"]["applications_from"]]

    assert (page["round"], page["as_of"], page["language"]) == ("round2", "2022-01-24", "ja")
    assert (start["value"], start["left_open"], start["around"]) == (None, True, "2022-06")
    assert start["in_words"] == "未定(2022年6月頃の予定)"
    assert figures["card_requested_by"] == {
        "key": "card_requested_by",
        "label": "マイナンバーカードの申請期限",
        "in_words": "2022年9月30日まで",
        "unit": "last day, inclusive, Tokyo",
        "value": "2022-09-30",
        "month_only": False,
        "left_open": False,
        "around": None,
        "ended": False,
        "announced_on": "2022-01-24",
        "source": {
            "id": "nishitokyo-2022-01-24",
            "publisher": "西東京市 市民課",
            "title": "マイナポイント事業について(ページ番号 251-648-090)",
            "date": "2022-01-24",
            "url": None,
        },
        "also_in": [],
        "confidence": "verbatim",
        "note": None,
    }


def test_earning_in_round_1_ended_as_each_page_states() -> None:
    def earning_until(day: str) -> tuple[str, bool]:
        figures = {figure["key"]: figure for figure in _json("round1", "--as-of", day)["figures"]}
        return figures["earning_until"]["value"], figures["earning_until"]["ended"]

    assert earning_until("2020-06-18") == ("2021-03-31", False)
    assert earning_until("2022-01-24") == ("2021-12-31", True)


@pytest.mark.parametrize(("round_id", "day"), [("round1", "2020-06-18"), ("round2", "2022-01-24")])
def test_a_page_knows_nothing_of_what_came_later(round_id: str, day: str) -> None:
    law = {**_json(round_id, "--as-of", day), "decisions": []}

    assert max(_dates(law, "announced_on")) <= day
    assert max(_dates(law, "date")) <= day, "no source is newer than the page"


def test_an_exception_is_shown_from_the_day_it_was_made() -> None:
    assert "特例" not in _run("round2", "--as-of", "2023-02-27")
    assert "特例" in _run("round2", "--as-of", "2023-02-28")


def test_an_exception_and_a_decision_are_there_for_machines() -> None:
    page = _json("round2", "--as-of", "2023-03-01", "--lang", "en")

    assert [(grace["id"], grace["until"]) for grace in page["graces"]] == [
        ("online_2023_03_01", "2023-03-01"),
        ("counter_2023_02_28", None),
    ]
    assert [(decision["key"], decision["value"]) for decision in page["decisions"]] == [("on_service_left", "reapply")]


def test_before_any_announcement_the_page_says_so() -> None:
    assert "この日までに公表されたことはありません。" in _run("round1", "--as-of", "2019-01-01")


def test_the_day_is_today_in_tokyo_when_none_is_given() -> None:
    from datetime import UTC, datetime

    from mynapoint.programme.values import tokyo_day

    before, page, after = tokyo_day(datetime.now(UTC)), _json("round2"), tokyo_day(datetime.now(UTC))

    assert before <= date.fromisoformat(page["as_of"]) <= after


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["round3"], "there is no round 'round3'; known: round1, round2, mihon"),
        (["round1", "--as-of", "2022-02-30"], "'2022-02-30' is not a day such as 2022-01-24"),
        (["round1", "--as-of", "yesterday"], "'yesterday' is not a day"),
        (["round1", "--as-of", "20220124"], "'20220124' is not a day"),
        (["round1", "--lang", "fr"], "'fr' is not one of"),
        (["round1", "--format", "xml"], "'xml' is not one of"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_reason_and_status_2(arguments: list[str], why: str) -> None:
    result = CliRunner().invoke(app, ["programme", "show", *arguments], env={"COLUMNS": "200"})

    assert result.exit_code == 2
    assert result.stdout == ""
    assert why in result.stderr


def test_columns_count_a_japanese_character_as_two_cells() -> None:
    assert widths([("予約", "a"), ("abc", "申込", "x")]) == [4, 4, 1]
    assert pad("予約", 6) == "予約  "
    assert pad("予約申込", 6) == "予約申込"


def test_lines_break_where_japanese_may_break() -> None:
    assert wrap("予約と申込。終わり", 10, first="・", rest="  ") == ["・予約と申", "  込。終わ", "  り"]
    assert wrap("ああああ。い", 8, first="", rest="") == ["ああああ。", "い"]
    assert wrap("上限は5,000円", 10, first="", rest="") == ["上限は", "5,000円"]
    assert wrap("one two three", 9, first="- ", rest="  ") == ["- one two", "  three"]


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["programme", "show", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def _json(*arguments: str) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(_run(*arguments, "--format", "json"))
    return page


def _dates(value: Any, name: str) -> list[str]:
    """Return every text at ``name`` anywhere in a JSON value, in its order."""
    if isinstance(value, dict):
        own = [value[name]] if value.get(name) else []
        return own + [day for key, part in value.items() if key != name for day in _dates(part, name)]
    return [day for part in value for day in _dates(part, name)] if isinstance(value, list) else []
