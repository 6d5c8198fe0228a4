"""The real PC/SC service in a network and /run of its own, with emulated cards on its two virtual readers."""

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

from mynapoint.card.emulator.issue import untouched_state

PROGRAMS = (
    "ip unshare nsenter pcscd opensc-tool pkcs15-tool pkcs15-crypt pkcs11-tool openssl ssh-keygen".split()  # noqa: SIM905
)
DRIVERS = Path("/usr/lib/pcsc/drivers/serial")
FIRST, SECOND = "Virtual PCD 00 00", "Virtual PCD 00 01"
PORTS = {FIRST: 35963, SECOND: 35964}
WITHIN_SECONDS = 30
LOOK_SECONDS = 1.0
"""Longer than pcscd takes between two looks at a reader (0.4 s): a card back before the second is not seen at all."""
PYSCARD = importlib.util.find_spec("smartcard") is not None

_ROOT = os.geteuid() == 0
_UNSHARE = ("unshare", "-n", "-m", "--propagation", "private", *(() if _ROOT else ("-r",)))
_ENTER = ("nsenter", "-n", "-m", *(() if _ROOT else ("-U", "--preserve-credentials")))

Done = subprocess.CompletedProcess[str]


def needed(*, pyscard: bool) -> None:
    """Skip the test where its programs are not installed; on CI, where ./run test installs them, fail."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None]
    if not list(DRIVERS.glob("libifdvpcd.so*")):
        missing.append("vsmartcard-vpcd")
    if pyscard and not PYSCARD:
        missing.append("pyscard")
    if missing:
        reason = f"WITHOUT {' '.join(missing)}: THE CARD IS NOT TRIED BEHIND PCSCD"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}; on CI it must be")
        pytest.skip(reason)
    tried = subprocess.run([*_UNSHARE, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        # vpcd listens on every address, so without a network of its own it stays shut, on CI too.
        pytest.skip(f"NO PRIVATE NETWORK HERE ({tried.stderr.strip()}): THE CARD IS NOT TRIED BEHIND PCSCD")


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return once the condition holds; fail when it takes too long."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {WITHIN_SECONDS} seconds"
        time.sleep(0.05)


class Machine:
    """A private network with its own /run, in which pcscd can be started, stopped and spoken to."""

    def __init__(self, namespace: subprocess.Popen[bytes]) -> None:
        self._enter = (*_ENTER, "-t", str(namespace.pid))
        self._pcscd: subprocess.Popen[bytes] | None = None

    def start(self, *command: str | Path) -> subprocess.Popen[str]:
        """Start a program inside; the caller ends it."""
        words = [*self._enter, *map(str, command)]
        return subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def try_(self, *command: str | Path, **environment: str) -> Done:
        """Run a program inside to its end, whatever that is."""
        words = [*self._enter, *map(str, command)]
        return subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=90,
            env={**os.environ, **environment},
        )

    def run(self, *command: str | Path) -> str:
        """Run a program inside that must succeed; return what it printed."""
        done = self.try_(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def mynapoint(self, *arguments: str | Path) -> Done:
        """Run our own command inside."""
        return self.try_(sys.executable, "-m", "mynapoint", *arguments)

    def start_pcscd(self) -> None:
        assert self._pcscd is None, "pcscd runs already"
        self._pcscd = subprocess.Popen(
            [*self._enter, "pcscd", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: SECOND in self.try_("opensc-tool", "-l").stdout, "the virtual readers")

    def stop_pcscd(self) -> None:
        if self._pcscd is not None:
            self._pcscd.terminate()
            self._pcscd.wait()
            self._pcscd = None

    def look_again(self) -> None:
        """Let pcscd see that a reader is empty, as it does where a hand lays a card back."""
        time.sleep(LOOK_SECONDS)

    def has_card(self, reader: str) -> bool:
        listed = self.try_("opensc-tool", "-l").stdout.splitlines()
        return any(line.endswith(reader) and "Yes" in line for line in listed)

    @contextmanager
    def card(self, city: Path, name: str, reader: str, *options: str) -> Iterator[subprocess.Popen[str]]:
        """Lay an emulated card on a reader as long as the block; its state is ``city/NAME.state``, fresh at first."""
        state = city / f"{name}.state"
        if not state.exists():
            untouched_state(state)
        words = ("--vpcd", f"127.0.0.1:{PORTS[reader]}", "--card", name, "--emulated", city, "--state", state)
        emulator = self.start(sys.executable, "-m", "mynapoint", "card", "emulate", *words, *options)
        try:
            wait_until(lambda: self.has_card(reader), f"the card on {reader}")
            yield emulator
        finally:
            emulator.kill()
            emulator.wait()
            assert emulator.stdout is not None
            emulator.stdout.close()
            wait_until(lambda: self._pcscd is None or not self.has_card(reader), f"the card gone from {reader}")


@contextmanager
def machine() -> Iterator[Machine]:
    """Make a machine as long as the block; pcscd is not started yet."""
    prepare = "ip link set lo up && mount -t tmpfs none /run && mkdir /run/pcscd && echo ready && exec sleep 3600"
    with subprocess.Popen([*_UNSHARE, "sh", "-c", prepare], stdout=subprocess.PIPE) as namespace:
        assert namespace.stdout is not None
        try:
            assert namespace.stdout.readline() == b"ready\n", "the private network could not be made"
            made = Machine(namespace)
            try:
                yield made
            finally:
                made.stop_pcscd()
        finally:
            namespace.kill()
