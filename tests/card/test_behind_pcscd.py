"""The emulated card behind the real PC/SC service, in a network of its own: OpenSC judges it, our client uses it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

NEEDED = ("unshare", "nsenter", "pcscd", "opensc-tool", "pkcs15-tool", "pkcs11-tool")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
if not list(Path("/usr/lib/pcsc/drivers/serial").glob("libifdvpcd.so*")):
    MISSING.append("vsmartcard-vpcd")
NO_PYSCARD = importlib.util.find_spec("smartcard") is None
WITHIN_SECONDS = 20

pytestmark = [
    pytest.mark.card,
    pytest.mark.skipif(bool(MISSING), reason=f"WITHOUT {' '.join(MISSING)}: THE CARD IS NOT TRIED BEHIND PCSCD"),
    pytest.mark.skipif(os.geteuid() != 0, reason="NOT ROOT: NO PRIVATE NETWORK, THE CARD IS NOT TRIED BEHIND PCSCD"),
]

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@contextmanager
def process(*command: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program as long as the block; end it by its own id."""
    running = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {WITHIN_SECONDS} seconds"
        time.sleep(0.05)


@pytest.fixture
def inside() -> Iterator[tuple[str, ...]]:
    """Return the words before a command that run it in a private network with its own /run/pcscd and pcscd."""
    # vpcd listens on every address of its network, so it gets one that nobody else is in.
    Path("/run/pcscd").mkdir(exist_ok=True)
    prepare = "ip link set lo up && mount -t tmpfs none /run/pcscd && exec sleep 600"
    with process("unshare", "-n", "-m", "--propagation", "private", "sh", "-c", prepare) as namespace:
        enter = ("nsenter", "-t", str(namespace.pid), "-n", "-m")

        def is_ready() -> bool:
            command = [*enter, "mountpoint", "-q", "/run/pcscd"]
            return Path(f"/proc/{namespace.pid}/comm").read_text() == "sleep\n" and subprocess.call(command) == 0

        wait_until(is_ready, "the private network")

        def reader_is_there() -> bool:
            listed = subprocess.run([*enter, "opensc-tool", "-l"], capture_output=True, check=False)
            return b"Virtual PCD 00 00" in listed.stdout

        with process(*enter, "pcscd", "-f"):
            wait_until(reader_is_there, "the virtual reader")
            yield enter


@pytest.fixture
def run(inside: tuple[str, ...], own_city: Path) -> Iterator[Run]:
    """Return a function that runs a command where 青木's emulated card lies on the first virtual reader."""

    def run(*command: str | Path, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run([*inside, *(str(part) for part in command)], capture_output=True, check=False, timeout=60)
        assert done.returncode == 0 or not check, (done.stdout + done.stderr).decode(errors="replace")
        return done

    arguments = ("card", "emulate", "--vpcd", "127.0.0.1:35963", "--card", "aoki", "--emulated", own_city)
    with process(*inside, sys.executable, "-m", "mynapoint", *arguments):
        wait_until(lambda: b"Yes" in run("opensc-tool", "-l", check=False).stdout, "the card on its reader")
        yield run


def auth_certificate(folder: Path) -> x509.Certificate:
    return x509.load_der_x509_certificate((folder / "cards" / "aoki" / "auth.der").read_bytes())


def test_opensc_takes_it_for_a_my_number_card(run: Run, own_city: Path) -> None:
    assert run("opensc-tool", "-n").stdout.strip() == b"jpki"
    pins = run("pkcs15-tool", "--list-pins").stdout
    assert (pins.count(b"Tries left     : 3"), pins.count(b"Tries left     : 5")) == (1, 1)
    assert run("pkcs15-tool", "--list-certificates").stdout.count(b"X.509 Certificate") == 4
    assert b"User Authentication Key" in run("pkcs15-tool", "--dump").stdout
    pem = run("pkcs15-tool", "--read-certificate", "1").stdout
    assert x509.load_pem_x509_certificate(pem) == auth_certificate(own_city)


def test_opensc_signs_with_it(run: Run, own_city: Path, tmp_path: Path) -> None:
    (tmp_path / "message").write_bytes(b"message")
    sign = ("pkcs11-tool", "--login", "--pin", "1234", "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01")

    run(*sign, "-i", tmp_path / "message", "-o", tmp_path / "signature")

    key = auth_certificate(own_city).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify((tmp_path / "signature").read_bytes(), b"message", padding.PKCS1v15(), hashes.SHA256())


def test_opensc_counts_wrong_pins_down_to_locked(run: Run) -> None:
    for left in (2, 1, 0):
        wrong = run("pkcs15-tool", "--verify-pin", "--auth-id", "01", "--pin", "4321", check=False)
        assert wrong.returncode != 0
        assert f"Tries left     : {left}".encode() in run("pkcs15-tool", "--list-pins").stdout

    assert b"user PIN locked" in run("pkcs11-tool", "-L").stdout


OUR_CLIENT = """
from mynapoint.card.jpki import JpkiCard, PinNotVerified
from mynapoint.card.reader import PcscTransport, readers_with_card
from mynapoint.card.transport import CardGone

(reader,) = readers_with_card()
def signs_without_pin():
    with JpkiCard(PcscTransport(reader)) as card:
        try:
            card.sign(b"message")
        except PinNotVerified:
            return False
        return True

with JpkiCard(PcscTransport(reader)) as card:
    card.verify(bytearray(b"1234"))
    assert len(card.sign(b"message")) == 256
assert not signs_without_pin(), "the card was left verified for the next program"
transport = PcscTransport(reader)
card = JpkiCard(transport)
card.verify(bytearray(b"1234"))
transport.reset()
card.close()
assert not signs_without_pin()
try:
    PcscTransport("No such reader")
except CardGone as error:
    print(error)
"""


@pytest.mark.skipif(NO_PYSCARD, reason="WITHOUT pyscard: OUR CLIENT IS NOT TRIED BEHIND PCSCD")
def test_our_client_uses_it_and_leaves_it_unverified_for_the_next_program(run: Run) -> None:
    status = run(sys.executable, "-m", "mynapoint", "card", "status").stdout.decode()
    assert "Virtual PCD 00 00 3 tries left  valid 2021-06-10 to 2026-05-15" in status

    assert b"No such reader" in run(sys.executable, "-c", OUR_CLIENT).stdout


@pytest.mark.skipif(NO_PYSCARD, reason="WITHOUT pyscard: OUR CLIENT IS NOT TRIED BEHIND PCSCD")
def test_without_a_card_our_client_says_so(inside: tuple[str, ...]) -> None:
    done = subprocess.run(
        [*inside, sys.executable, "-m", "mynapoint", "card", "status"], capture_output=True, check=False, timeout=60
    )

    assert done.returncode == 1
    assert b"no card lies on a reader" in done.stderr
