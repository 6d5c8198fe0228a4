"""`mynapoint card …`: making a city, looking at its cards, the counter's reset."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import JpkiCard, PinLocked, WrongPin
from mynapoint.cli import app


def run(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["card", *(str(argument) for argument in arguments)], input=typed)


@pytest.fixture
def own_city(city: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(city, tmp_path / "city"))


def lock(folder: Path) -> None:
    for _ in range(3):
        with JpkiCard(open_card(folder, "aoki")) as card, pytest.raises((WrongPin, PinLocked)):
            card.verify(bytearray(b"4321"), use_last_try=True)


def test_a_city_is_made_with_one_command(tmp_path: Path) -> None:
    done = run("issue", tmp_path / "new", "--on", "2022-07-15")

    assert done.exit_code == 0
    assert "cards aoki, ishida, ueno" in done.output


def test_status_shows_tries_and_validity_and_costs_no_try(own_city: Path) -> None:
    first = run("status", "--emulated", own_city).output
    second = run("status", "--emulated", own_city).output

    assert first == second
    assert first.splitlines() == [
        "aoki     暗証番号はあと3回まで  有効期間 2021-06-10 から 2026-05-15 まで  模擬カード",
        "ishida   暗証番号はあと3回まで  有効期間 2017-06-21 から 2022-06-21 まで  模擬カード",
        "ueno     暗証番号はあと3回まで  有効期間 2019-04-02 から 2024-03-06 まで  模擬カード",
    ]


def test_a_locked_card_is_reset_as_a_counter_does_and_the_pin_is_not_shown(own_city: Path) -> None:
    lock(own_city)
    assert "暗証番号がロックされています" in run("status", "--emulated", own_city).output

    done = run("reset-pin", own_city, "aoki", typed="5678\n5678\n")

    assert done.exit_code == 0
    assert "5678" not in done.output
    with JpkiCard(open_card(own_city, "aoki")) as card:
        card.verify(bytearray(b"5678"))


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("aoki",), "12345\n12345\n", "exactly 4 digits"),
        (("nobody",), "5678\n5678\n", "there is no emulated card 'nobody'"),
    ],
)
def test_a_reset_that_cannot_be_says_why(own_city: Path, arguments: tuple[str], typed: str, said: str) -> None:
    done = run("reset-pin", own_city, *arguments, typed=typed)

    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output
