"""`mynapoint programme history` and `diff`: for people with numbered sources, for machines as JSON."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from typer.testing import CliRunner

from mynapoint.cli import app

MIHON = str(resources.files("mynapoint.programme") / "data" / "mihon.toml")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["programme", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_the_history_is_printed_day_by_day_with_keys_and_sources() -> None:
    text = run("history", "round2", "--lang", "en")

    assert "\n20 September 2022\n  Incentive 1, 2, 3: Card request deadline: until 30 September 2022 → until 31" in text
    assert "\n    card_requested_by\n" in text
    assert "as reported" in text
    assert "No rule found; decided by this software" in text
    assert text.index("\nSources\n") > text.index("one_choice_per_incentive")


def test_every_source_named_in_the_history_is_listed() -> None:
    text, law = run("history", "round2"), json.loads(run("history", "round2", "--format", "json"))
    cited = {s["title"] for a in law["announcements"] for s in (a["source"], *a["also_in"])}

    flat = "".join(line.strip() for line in text.splitlines()).replace(" ", "")
    assert all(title.replace(" ", "") in flat for title in cited)


def test_machines_get_the_same_announcements_with_values_before_and_after() -> None:
    announcements = json.loads(run("history", "round2", "--format", "json"))["announcements"]
    [settled] = [
        a for a in announcements if a["key"] == "direct_applications_from" and a["announced_on"] == "2022-05-17"
    ]

    assert [a["announced_on"] for a in announcements] == sorted(a["announced_on"] for a in announcements)
    assert settled["kind"] == "figure"
    assert settled["before"] == {"value": None, "month_only": False, "left_open": True, "around": "2022-06"}
    assert settled["after"]["value"] == "2022-06-30"
    assert (settled["confidence"], settled["source"]["id"]) == ("secondary", "appllio-2022-05-17")


def test_what_changed_between_two_days_is_told_in_words_with_sources() -> None:
    text = run("diff", "round2", "2022-01-24", "2022-12-31")

    assert text.startswith("マイナポイント第2弾 ── 2022年1月24日から2022年12月31日までに変わったこと\n")
    assert "2022年9月30日まで → 2023年2月28日まで(151日延長)" in text
    assert "Impress Watch" in text
    assert "2023-03-31" not in text, "nothing is told that was announced later"


def test_machines_get_what_changed_by_how_many_days() -> None:
    changes = json.loads(run("diff", "round2", "2022-01-24", "2022-12-31", "--format", "json"))["changes"]
    [card] = [change for change in changes if change["key"] == "card_requested_by"]

    assert (card["before"]["value"], card["after"]["value"], card["days_moved"]) == ("2022-09-30", "2023-02-28", 151)
    assert card["ended"] is False


def test_a_day_on_which_nothing_changed_says_so() -> None:
    assert "変わったことはありません。" in run("diff", "round2", "2022-07-01", "2022-07-02")


def test_a_file_is_taken_as_well_as_a_name() -> None:
    assert run("history", MIHON) == run("history", "mihon")
    assert run("diff", MIHON, "2023-04-02", "2023-04-03") == run("diff", "mihon", "2023-04-02", "2023-04-03")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["diff", "round2", "2022-12-31", "2022-01-24"], "2022-01-24 is before 2022-12-31; give the earlier day first"),
        (["diff", "round2", "2022-1-24", "2022-12-31"], "'2022-1-24' is not a day such as 2022-01-24"),
        (["history", "round9"], "there is no round 'round9'; known: round1, round2, mihon; or give the path"),
        (["history", "nowhere.toml"], "nowhere.toml: cannot be read (No such file or directory)"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_reason_and_status_2(arguments: list[str], why: str) -> None:
    result = CliRunner().invoke(app, ["programme", *arguments], env={"COLUMNS": "200"})

    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr
