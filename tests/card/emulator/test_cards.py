"""Emulated cards in their folder: tries survive the worst moment, the PIN is kept nowhere, a counter resets it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mynapoint.card.emulator.cards import card_names, open_card, reset_pin
from mynapoint.card.jpki import JpkiCard, MalformedPin, PinLocked, WrongPin
from mynapoint.card.transport import CardGone

KILLED_WHILE_COMPARING = """
import hashlib, os, signal, sys
from pathlib import Path
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import JpkiCard
hashlib.scrypt = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
JpkiCard(open_card(Path(sys.argv[1]), "aoki")).verify(bytearray(b"4321"))
"""


def tries_left(folder: Path, name: str) -> int:
    with JpkiCard(open_card(folder, name)) as card:
        return card.tries_left()


def try_wrong_pin(folder: Path, name: str) -> None:
    with JpkiCard(open_card(folder, name)) as card, pytest.raises((WrongPin, PinLocked)):
        card.verify(bytearray(b"4321"), use_last_try=True)


def test_the_city_has_three_cards(own_city: Path) -> None:
    assert card_names(own_city) == ["aoki", "ishida", "ueno"]


def test_tries_survive_from_one_connection_to_the_next_on_each_card_by_itself(own_city: Path) -> None:
    try_wrong_pin(own_city, "aoki")

    assert [tries_left(own_city, name) for name in card_names(own_city)] == [2, 3, 3]


def test_a_try_is_spent_even_if_the_power_goes_while_the_card_compares(own_city: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED_WHILE_COMPARING, str(own_city)], check=False, timeout=30)

    assert done.returncode == -signal.SIGKILL
    assert tries_left(own_city, "aoki") == 2


def test_two_connections_at_once_cannot_win_a_try(own_city: Path) -> None:
    cards = [JpkiCard(open_card(own_city, "aoki")) for _ in range(3)]
    threads = [threading.Thread(target=lambda card=card: _swallow(card)) for card in cards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert tries_left(own_city, "aoki") == 0


def _swallow(card: JpkiCard) -> None:
    with card, pytest.raises((WrongPin, PinLocked)):
        card.verify(bytearray(b"4321"), use_last_try=True)


def test_a_counter_resets_a_locked_pin(own_city: Path) -> None:
    for _ in range(3):
        try_wrong_pin(own_city, "aoki")
    assert tries_left(own_city, "aoki") == 0

    reset_pin(own_city, "aoki", bytearray(b"5678"))

    with JpkiCard(open_card(own_city, "aoki")) as card:
        card.verify(bytearray(b"5678"))


def test_a_counter_cannot_set_a_pin_that_is_none(own_city: Path) -> None:
    with pytest.raises(MalformedPin):
        reset_pin(own_city, "aoki", bytearray(b"12345"))


def test_the_state_keeps_a_salted_hash_and_no_pin(own_city: Path) -> None:
    states = [json.loads((own_city / "cards" / name / "state.json").read_text()) for name in card_names(own_city)]

    hashes = {pin["hash"] for state in states for pin in state.values()}
    assert len(hashes) == 6, "the same PIN has another hash on every card"
    assert "1234" not in {value for state in states for pin in state.values() for value in pin.values()}


def test_a_card_may_keep_its_tries_in_another_file(own_city: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "state.json"
    elsewhere.write_bytes((own_city / "cards" / "aoki" / "state.json").read_bytes())
    with JpkiCard(open_card(own_city, "aoki", state=elsewhere)) as card, pytest.raises(WrongPin):
        card.verify(bytearray(b"4321"))

    assert tries_left(own_city, "aoki") == 3


@pytest.mark.parametrize("name", ["nobody", "../cards/aoki", ""])
def test_only_a_card_of_the_city_is_opened(own_city: Path, name: str) -> None:
    with pytest.raises(CardGone, match="there is no emulated card"):
        open_card(own_city, name)
