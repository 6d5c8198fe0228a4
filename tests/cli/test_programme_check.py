"""`mynapoint programme check FILE`: ok and what it holds, or each fault with file, key and reason, and status 2."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

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
        "mine.toml: premium_rate.announcement[1].value: must be a whole number of percent, 1 or more; got 30.5",
        "mine.toml cannot be used: 2 faults. Correct the file and check it again.",
    ]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["programme", "check", str(tmp_path / "nowhere.toml")])

    assert result.exit_code == 2
    assert "nowhere.toml: cannot be read (No such file or directory)" in result.stderr


def test_a_round_is_shown_from_a_file_as_well_as_by_its_name() -> None:
    day = ["--as-of", "2023-07-01"]
    by_name = CliRunner().invoke(app, ["programme", "show", "mihon", *day])
    by_path = CliRunner().invoke(app, ["programme", "show", str(MIHON), *day])

    assert by_path.exit_code == 0
    assert by_path.stdout == by_name.stdout
