"""Our own client through the real PC/SC service: by reader name, alone, gone, waited for, and never left verified."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from card.behind_pcscd import FIRST, SECOND, Machine, machine, needed, wait_until
from mynapoint.card.emulator.issue import untouched_state
from mynapoint.card.trouble import Trouble

pytestmark = pytest.mark.card

BEGIN = """
import sys, time
from mynapoint.card.jpki import *
from mynapoint.card.reader import *
from mynapoint.card.transport import *
from mynapoint.card.trouble import *
reader, rest = sys.argv[1], sys.argv[2:]

def signs_without_pin():
    with JpkiCard(PcscTransport(reader)) as card:
        try:
            card.sign(b"message")
        except PinNotVerified:
            return False
        return True

"""


@pytest.fixture(scope="module")
def own_machine() -> Iterator[Machine]:
    needed(pyscard=True)
    with machine() as made:
        made.start_pcscd()
        yield made


@pytest.fixture(scope="module")
def laid(own_machine: Machine, city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Lay 青木's card on the first reader and 上野's on the second, for all tests that leave them there."""
    folder = Path(shutil.copytree(city, tmp_path_factory.mktemp("laid") / "city"))
    with own_machine.card(folder, "aoki", FIRST), own_machine.card(folder, "ueno", SECOND):
        yield folder


@pytest.fixture
def both(own_machine: Machine, laid: Path) -> Machine:
    """Return the machine with both cards untouched."""
    for name in ("aoki", "ueno"):
        untouched_state(laid / f"{name}.state")
    return own_machine


@pytest.fixture
def alone(city: Path, tmp_path: Path) -> Iterator[tuple[Machine, Path]]:
    """Return a machine of the test's own, pcscd not started, and a city: for tests that pull and plug."""
    needed(pyscard=True)
    folder = Path(shutil.copytree(city, tmp_path / "city"))
    with machine() as made:
        yield made, folder


def use(machine: Machine, script: str, reader: str, *rest: str | Path) -> str:
    """Run a script inside, after ``BEGIN``; return what it printed."""
    return machine.run(sys.executable, "-c", BEGIN + script, reader, *rest)


def started(machine: Machine, script: str, reader: str, *rest: str) -> subprocess.Popen[str]:
    """Start a script inside and return it once it has printed “ready”."""
    running = machine.start(sys.executable, "-c", BEGIN + script, reader, *rest)
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line == "ready\n", line + running.stdout.read()
    return running


def ended(running: subprocess.Popen[str]) -> str:
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said
    return said


def test_status_shows_each_readers_card_in_two_languages(both: Machine) -> None:
    english = both.mynapoint("card", "status", "--lang", "en")
    assert english.returncode == 0, english.stderr
    words = "3 tries left  valid 2021-06-10 to 2026-05-15  EMULATED"
    assert f"{FIRST} {words}\n" in english.stdout
    assert f"{SECOND} 3 tries left" in english.stdout

    japanese = both.mynapoint("card", "status").stdout
    assert f"{FIRST} 暗証番号はあと3回まで  有効期間 2021-06-10 から 2026-05-15 まで  模擬カード\n" in japanese


def test_status_traces_commands_on_request(both: Machine) -> None:
    traced = both.mynapoint("card", "status", "--trace").stderr

    assert f"{FIRST} > 00A4040C0AD392F000260100000001\n{FIRST} < 9000\n" in traced
    assert f"{FIRST} < 63C3\n" in traced


def test_two_cards_at_once_each_sign_as_themselves(both: Machine, laid: Path, tmp_path: Path) -> None:
    script = """
print("ready", flush=True)
from pathlib import Path
for number in range(10):
    with JpkiCard(PcscTransport(reader)) as card:
        card.verify(bytearray(b"1234"))
        Path(rest[0], f"{rest[1]}-{number}").write_bytes(card.sign(rest[1].encode()))
"""
    running = [
        started(both, script, *each) for each in ((FIRST, str(tmp_path), "aoki"), (SECOND, str(tmp_path), "ueno"))
    ]
    for each in running:
        ended(each)

    for name in ("aoki", "ueno"):
        key = x509.load_der_x509_certificate((laid / "cards" / name / "auth.der").read_bytes()).public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        for number in range(10):
            signature = (tmp_path / f"{name}-{number}").read_bytes()
            key.verify(signature, name.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_two_programs_take_turns_on_one_card_and_neither_uses_the_others_pin(both: Machine) -> None:
    script = """
print("ready", flush=True)
for _ in range(15):
    assert not signs_without_pin()
    with JpkiCard(PcscTransport(reader)) as card:
        card.verify(bytearray(b"1234"))
        card.sign(b"message")
"""
    for each in [started(both, script, FIRST) for _ in range(2)]:
        ended(each)


@pytest.mark.parametrize("way", ["return", "raise", "exit", "reset"])
def test_however_a_program_ends_the_card_is_verified_for_nobody(both: Machine, way: str) -> None:
    script = """
transport = PcscTransport(reader)
card = JpkiCard(transport)
try:
    with card:
        card.verify(bytearray(b"1234"))
        if rest[0] == "raise":
            raise CardError("something went wrong")
        if rest[0] == "exit":
            sys.exit()
        if rest[0] == "reset":
            transport.reset()
            card.sign(b"message")
except (CardError, SystemExit):
    pass
assert not signs_without_pin()
"""
    use(both, script, FIRST, way)


def test_a_program_killed_while_verified_leaves_no_card_that_signs(both: Machine) -> None:
    script = """
card = JpkiCard(PcscTransport(reader))
card.verify(bytearray(b"1234"))
print("ready", flush=True)
time.sleep(60)
"""
    running = started(both, script, FIRST)
    running.kill()
    running.communicate()

    use(both, "assert not signs_without_pin()", FIRST)


def test_a_card_another_program_keeps_is_given_up_on_and_used_when_that_one_ends(both: Machine) -> None:
    keep = """
transport = PcscTransport(reader)
print("ready", flush=True)
time.sleep(4)
JpkiCard(transport).tries_left()
transport.close()
"""
    keeper = started(both, keep, FIRST)
    script = """
begun = time.monotonic()
try:
    PcscTransport(reader, busy_seconds_max=1)
except CardLost as error:
    print(error.trouble.name, round(time.monotonic() - begun))
print(JpkiCard(PcscTransport(reader)).tries_left())
"""
    assert use(both, script, FIRST).split() == ["CARD_BUSY", "1", "3"]
    ended(keeper)


def test_a_pin_is_changed_and_an_unchanged_one_stays(both: Machine) -> None:
    script = """
with JpkiCard(PcscTransport(reader)) as card:
    try:
        card.change_pin(bytearray(b"2468"))
    except PinNotVerified:
        card.verify(bytearray(b"1234"))
        card.change_pin(bytearray(b"2468"))
with JpkiCard(PcscTransport(reader)) as card:
    card.verify(bytearray(b"2468"))
    try:
        card.verify(bytearray(b"1234"))
    except WrongPin as error:
        print(error.tries_left)
"""
    assert use(both, script, FIRST) == "2\n"


def test_wrong_pins_lock_the_card_at_the_third_and_our_client_sends_no_fourth(both: Machine) -> None:
    script = """
with JpkiCard(PcscTransport(reader)) as card:
    for consent in (False, False, False, True, True):
        try:
            card.verify(bytearray(b"4321"), use_last_try=consent)
        except CardError as error:
            print(type(error).__name__, card.tries_left())
"""
    said = ["WrongPin 2", "WrongPin 1", "LastTry 1", "PinLocked 0", "PinLocked 0"]
    assert use(both, script, FIRST).splitlines() == said
    assert "PIN LOCKED" in both.mynapoint("card", "status", "--lang", "en").stdout


def test_a_reader_that_is_not_there_is_told_by_name(both: Machine) -> None:
    script = """
try:
    PcscTransport(reader)
except CardLost as error:
    print(error.trouble.name, error.reader)
"""
    assert use(both, script, "No such reader") == "READER_GONE No such reader\n"


def test_the_service_a_card_and_a_reader_are_missed_by_name_and_then_waited_for(alone: tuple[Machine, Path]) -> None:
    machine, city = alone
    for language in ("ja", "en"):
        stopped = machine.mynapoint("card", "status", "--lang", language)
        assert (stopped.returncode, Trouble.NO_SERVICE.in_language(language) in stopped.stderr) == (1, True)
    machine.start_pcscd()
    empty = machine.mynapoint("card", "status", "--lang", "en")
    assert (empty.returncode, empty.stderr) == (1, f"{Trouble.NO_CARD.en}\n{FIRST}\n{SECOND}\n")

    waiting = machine.start(sys.executable, "-m", "mynapoint", "card", "status", "--wait", "30", "--lang", "en")
    with machine.card(city, "aoki", SECOND):
        said = ended(waiting)
        assert f"{FIRST} no card\n{SECOND} 3 tries left" in said


def test_a_service_without_any_reader_says_to_connect_one(alone: tuple[Machine, Path], tmp_path: Path) -> None:
    machine, _ = alone
    (tmp_path / "none").mkdir()
    pcscd = machine.start("pcscd", "-f", "-c", tmp_path / "none")
    try:

        def said() -> str:
            return machine.mynapoint("card", "status").stderr

        wait_until(lambda: Trouble.NO_SERVICE.ja not in said(), "pcscd")
        assert Trouble.NO_READER.ja in said()
    finally:
        pcscd.terminate()
        pcscd.communicate()


def test_a_card_pulled_during_use_is_told_and_serves_again_when_laid_back(alone: tuple[Machine, Path]) -> None:
    machine, city = alone
    machine.start_pcscd()
    script = """
card = JpkiCard(PcscTransport(reader))
card.verify(bytearray(b"1234"))
print("ready", flush=True)
try:
    while True:
        card.sign(b"message")
        time.sleep(0.1)
except CardLost as error:
    print(error.trouble.name)
card.close()
"""
    with machine.card(city, "aoki", FIRST):
        using = started(machine, script, FIRST)
    assert ended(using) == "CARD_REMOVED\n"
    machine.look_again()

    with machine.card(city, "aoki", FIRST):
        use(machine, "assert not signs_without_pin()", FIRST)


def test_a_card_comes_back_when_the_service_restarts_and_has_kept_its_tries(alone: tuple[Machine, Path]) -> None:
    machine, city = alone
    machine.start_pcscd()
    wrong = """
with JpkiCard(PcscTransport(reader)) as card:
    try:
        card.verify(bytearray(b"4321"))
    except WrongPin as error:
        print(error.tries_left)
"""
    with machine.card(city, "aoki", FIRST):
        assert use(machine, wrong, FIRST) == "2\n"
        machine.stop_pcscd()
        machine.start_pcscd()
        wait_until(lambda: machine.has_card(FIRST), "the card back on its reader")
        assert use(machine, wrong, FIRST) == "1\n"
    # The emulator is killed with SIGKILL at the end of the block, and the next one is another process.
    with machine.card(city, "aoki", FIRST):
        assert use(machine, "print(JpkiCard(PcscTransport(reader)).tries_left())", FIRST) == "1\n"


def test_a_card_that_left_and_came_back_is_seen_to_have_left(alone: tuple[Machine, Path]) -> None:
    machine, city = alone
    machine.start_pcscd()
    presence = """
seen = card_presence(reader)
with JpkiCard(PcscTransport(reader)) as card:
    card.verify(bytearray(b"1234"))
    card.sign(b"message")
assert seen and card_presence(reader) == seen, "signing and the card's reset are no leaving"
print(seen)
"""
    stays = []
    for _ in range(2):
        with machine.card(city, "aoki", FIRST):
            stays.append(use(machine, presence, FIRST))
        assert use(machine, "print(repr(card_presence(reader)))", FIRST).strip() == "''"

    assert stays[0] != stays[1]
