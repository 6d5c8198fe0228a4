"""The card's process is killed with SIGKILL, at every step of a VERIFY and at any moment: no try is ever won back."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from card.emulator.test_vpcd import SELECT_APPLET, Reader, ask
from mynapoint.card.emulator.cards import open_card, reset_pin
from mynapoint.card.jpki import JpkiCard

KILLED_AT_A_STEP = """
import hashlib, os, pathlib, signal, sys
from pathlib import Path
folder, pin, deadly = Path(sys.argv[1]), sys.argv[2].encode(), int(sys.argv[3])
steps = []
def counted(function):
    def step(*arguments, **options):
        steps.append(function)
        if len(steps) == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return step
from mynapoint.card.emulator.cards import open_card
card = open_card(folder, "aoki")
card.transmit(bytes.fromhex("00A4040C0AD392F000260100000001"))
os.open, os.fsync, os.close = counted(os.open), counted(os.fsync), counted(os.close)
compare = hashlib.scrypt
pathlib.Path.replace, hashlib.scrypt = counted(pathlib.Path.replace), counted(compare)
answer = card.transmit(bytes((0x00, 0x20, 0x00, 0x98, len(pin))) + pin)
print(answer.hex(), len(steps), 1 + steps.index(compare))
"""
WRONG, RIGHT = "4321", "1234"
VERIFY_WRONG = bytes.fromhex("0020009804") + WRONG.encode()


def tries_left(folder: Path) -> int:
    with JpkiCard(open_card(folder, "aoki")) as card:
        return card.tries_left()


def verified_until(folder: Path, pin: str, deadly: int) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", KILLED_AT_A_STEP, str(folder), pin, str(deadly)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def test_killed_at_any_step_of_a_wrong_pin_the_card_has_lost_that_try_or_never_compared(own_city: Path) -> None:
    answer, steps, compared_at = verified_until(own_city, WRONG, 0).stdout.split()
    assert answer == "63c2"

    for deadly in range(1, int(steps) + 1):
        reset_pin(own_city, "aoki", bytearray(RIGHT, "ascii"))
        assert verified_until(own_city, WRONG, deadly).returncode == -signal.SIGKILL
        assert tries_left(own_city) in ({2} if deadly >= int(compared_at) else {2, 3}), f"step {deadly}"


def test_killed_at_any_step_of_a_right_pin_the_card_is_whole_and_gave_nothing_away(own_city: Path) -> None:
    _, steps, _ = verified_until(own_city, RIGHT, 0).stdout.split()

    for deadly in range(1, int(steps) + 1):
        assert verified_until(own_city, RIGHT, deadly).returncode == -signal.SIGKILL
        json.loads((own_city / "cards" / "aoki" / "state.json").read_text())
        assert tries_left(own_city) >= 1
        reset_pin(own_city, "aoki", bytearray(RIGHT, "ascii"))


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_a_guesser_never_gets_more_than_three_comparisons(own_city: Path, seed: int) -> None:
    moments = random.Random(seed)
    reader = Reader()
    told, lives = 0, 0
    words = ["card", "emulate", "--vpcd", f"127.0.0.1:{reader.port}", "--card", "aoki", "--emulated", str(own_city)]
    state = str(own_city / "cards" / "aoki" / "state.json")
    while (left := tries_left(own_city)) and lives < 12:
        lives += 1
        process = subprocess.Popen(
            [sys.executable, "-m", "mynapoint", *words, "--state", state], stdout=subprocess.DEVNULL
        )
        with process, reader.take_card() as card:
            assert ask(card, SELECT_APPLET) == b"\x90\x00"
            card.sendall(len(VERIFY_WRONG).to_bytes(2, "big") + VERIFY_WRONG)
            time.sleep(moments.uniform(0, 0.12))
            process.send_signal(signal.SIGKILL)
            heard = answered(card)
        told += heard
        now = tries_left(own_city)
        assert left - 1 <= now <= left - heard, "what was answered was paid for; what was not, perhaps"

    assert told <= 3, "the card has answered no more comparisons than it has tries"
    reader.close()


def answered(card: socket.socket) -> int:
    """Return 1 when the card answered before it died."""
    try:
        return int(len(card.recv(4)) == 4)
    except OSError:
        return 0
