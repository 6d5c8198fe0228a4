"""One command installs the agent for a user and starts it; another takes it away; both in a home of their own."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from card.agent.running import free_port, running_agent
from mynapoint.card.agent import startup
from mynapoint.cli import app

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="--install knows Linux only")

Done = subprocess.CompletedProcess[str]
Card = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def card(home: Path, tmp_path: Path) -> Iterator[Card]:
    """`mynapoint card agent …` of a user whose systemd is a script that notes what it is told."""

    def run(*arguments: str, systemd: bool = False) -> Done:
        programs = tmp_path / "bin"
        programs.mkdir(exist_ok=True)
        told = programs / "systemctl"
        told.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/told\nexit {0 if systemd else 1}\n')
        told.chmod(0o755)
        return subprocess.run(
            [sys.executable, "-m", "mynapoint", "card", "agent", *arguments],
            env={
                "HOME": str(home),
                "PATH": f"{programs}:/usr/bin:/bin",
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    yield run
    run("--uninstall", "--also-as-root")


def is_there(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            return "カードエージェント" in answer.read().decode()
    except urllib.error.URLError:
        return False


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def test_without_systemd_it_starts_now_and_with_the_desktop_and_goes_as_it_came(
    home: Path, card: Card, own_city: Path
) -> None:
    port = free_port()
    arguments = ("--emulated", str(own_city), "--port", str(port), "--also-as-root")

    installed = card("--install", *arguments)
    assert installed.returncode == 0, installed.stderr
    entry = home / ".config" / "autostart" / "mynapoint-card-agent.desktop"
    assert f"Wrote {entry}" in installed.stdout
    assert f"Started: http://127.0.0.1:{port}/" in installed.stdout
    assert is_there(port)
    (command,) = [line.removeprefix("Exec=") for line in entry.read_text().splitlines() if line.startswith("Exec=")]
    assert shlex.split(command)[:5] == [sys.executable, "-m", "mynapoint", "card", "agent"]

    again = card("--install", *arguments)
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith("Stopped the agent\n")
    assert is_there(port)

    removed = card("--uninstall", "--also-as-root")
    assert removed.returncode == 0
    assert not is_there(port)
    assert files(home) == set()
    assert card("--uninstall", "--also-as-root").stdout == ""


def test_with_systemd_a_unit_of_the_users_own_starts_it(home: Path, card: Card, own_city: Path, tmp_path: Path) -> None:
    with running_agent(own_city) as elsewhere:
        taken = card(
            "--install", "--port", str(elsewhere.port), "--emulated", str(own_city), "--also-as-root", systemd=True
        )
    assert taken.returncode == 1
    assert "is taken" in taken.stderr
    unit = home / ".config" / "systemd" / "user" / "mynapoint-card-agent.service"

    startup_steps = startup.install(
        startup.Startup(home / ".config", home / ".local"), ["/opt/my agent/python", '50% "x" $y \\z'], port=free_port()
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
        assert next(startup_steps) == f"Wrote {unit}"
    del startup_steps

    text = unit.read_text()
    assert 'ExecStart="/opt/my agent/python" "50%% \\"x\\" $$y \\\\z"\n' in text
    assert "LimitCORE=0" in text
    removed = card("--uninstall", "--also-as-root", systemd=True)
    assert removed.stdout == f"Stopped the agent and removed {unit}\n"
    assert "--user disable --now mynapoint-card-agent" in (tmp_path / "told").read_text()
    assert files(home) == set()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd to judge the unit")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "mynapoint-card-agent.service"
    command = [sys.executable, "-m", "mynapoint", "card", "agent"]
    unit.write_text(startup.unit_text(command))

    judged = subprocess.run(
        ["systemd-analyze", "--man=no", "verify", str(unit)], capture_output=True, text=True, check=False, timeout=60
    )

    assert "mynapoint" not in judged.stderr, judged.stderr


def test_root_does_not_install_it_by_mistake(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    refused = CliRunner(env={"HOME": str(home)}).invoke(app, ["card", "agent", "--install"])

    assert refused.exit_code == 1
    assert "run this as that user, without sudo" in refused.output
    assert files(home) == set()


def test_another_process_that_has_the_number_now_is_not_ended(tmp_path: Path) -> None:
    places = startup.Startup(tmp_path / "config", tmp_path / "state")
    places.process_id.parent.mkdir(parents=True)
    places.process_id.write_text(f"{os.getpid()}\n1\n")

    assert list(startup.uninstall(places)) == []
