"""The agent as a process: ready line, real connections, a port that is taken, and its end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from card.agent.holder import CHALLENGE, NAVIGATION, NONCE, SITE, STATEMENT, Page
from card.agent.running import Running, command, free_port
from mynapoint.exchange import card_token

PIN = "1234"


def test_the_whole_step_over_real_connections_then_a_clean_end(running: Running) -> None:
    assert running.ready_line.startswith(
        f"Card agent ready at {running.origin} with EMULATED cards: aoki, ishida, ueno"
    )
    own = {**NAVIGATION, "Sec-Fetch-Site": "same-origin", "Origin": running.origin}
    with httpx.Client(base_url=running.origin, trust_env=False) as client:
        asked = client.post("/v1/authenticate", headers={**NAVIGATION, "Origin": SITE}, data=CHALLENGE)
        page = Page(client.get(asked.headers["location"], headers=NAVIGATION))
        fields = {**page.forms[0].hidden, "card": "aoki", "pin": PIN}
        signed = client.post(page.forms[0].action, headers=own, data=fields)
        delivery = Page(client.get(signed.headers["location"], headers=NAVIGATION))

    token = card_token.decode(delivery.forms[0].hidden["token"])
    card_token.verify_signature(token, origin=SITE, nonce=NONCE, statement=STATEMENT)
    environment = Path(f"/proc/{running.process.pid}/environ")
    if os.access(environment, os.R_OK):
        assert f"={PIN}\0".encode() not in environment.read_bytes()
    running.process.send_signal(signal.SIGTERM)
    output, _ = running.process.communicate(timeout=15)
    assert running.process.returncode == 0
    assert output == "", "nothing is said about what was signed"


def test_the_agent_is_reached_from_this_machine_only(running: Running) -> None:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    addresses = {line.split()[1] for line in listening if line.split()[3] == "0A"}

    assert f"0100007F:{running.port:04X}" in addresses
    assert f"00000000:{running.port:04X}" not in addresses


def test_a_second_agent_on_the_port_says_so_and_ends(running: Running, own_city: Path) -> None:
    second = subprocess.run(command(own_city, running.port), capture_output=True, text=True, check=False, timeout=30)

    assert second.returncode == 1
    assert f"port {running.port} on 127.0.0.1 is taken" in second.stderr


def test_a_folder_without_cards_says_how_to_make_them(tmp_path: Path) -> None:
    done = subprocess.run(command(tmp_path, free_port()), capture_output=True, text=True, check=False, timeout=30)

    assert done.returncode == 1
    assert "mynapoint card issue" in done.stderr


def test_the_memory_in_which_a_pin_was_typed_is_in_no_core_file_and_open_to_no_other_program(running: Running) -> None:
    (limits,) = re.findall(r"Max core file size +(\S+) +(\S+)", Path(f"/proc/{running.process.pid}/limits").read_text())
    asked = "import ctypes; from mynapoint.card.agent.server import stay_out_of_dumps as s; s(); "
    done = subprocess.run(
        [sys.executable, "-c", asked + "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert limits == ("0", "0")
    assert done.stdout == "0\n", "PR_GET_DUMPABLE"
