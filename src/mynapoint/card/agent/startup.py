"""Lets the agent start with a user's session on Linux: by a systemd user unit, or else by an XDG autostart entry."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mynapoint.card.agent.app import HOST
from mynapoint.card.agent.server import require_free

NAME = "mynapoint-card-agent"

_STARTS_WITHIN_SECONDS = 30
_ENDS_WITHIN_SECONDS = 10

_UNIT = """\
[Unit]
Description=Mynapoint card agent

[Service]
ExecStart={command}
Restart=on-failure
RestartSec=2
UMask=0077
LimitCORE=0
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""

_ENTRY = """\
[Desktop Entry]
Type=Application
Name=Mynapoint card agent
Name[ja]=マイナポイント カードエージェント
Exec={command}
Terminal=false
NoDisplay=true
"""


class NotStarted(Exception):
    """The agent was installed and does not answer: where to read why."""


@dataclass(frozen=True, slots=True)
class Startup:
    """One user's places for what starts by itself; they are made when needed.

    ``config``  ``$XDG_CONFIG_HOME`` or ``~/.config``
    ``state``   ``$XDG_STATE_HOME`` or ``~/.local/state``, and our folder in it: log and process id
    """

    config: Path
    state: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Startup:
        """Return the places that a user's environment names."""
        home = Path(environment.get("HOME") or Path.home())
        config = environment.get("XDG_CONFIG_HOME") or home / ".config"
        state = environment.get("XDG_STATE_HOME") or home / ".local" / "state"
        return cls(Path(config), Path(state) / "mynapoint")

    @property
    def unit(self) -> Path:
        return self.config / "systemd" / "user" / f"{NAME}.service"

    @property
    def entry(self) -> Path:
        return self.config / "autostart" / f"{NAME}.desktop"

    @property
    def log(self) -> Path:
        return self.state / "card-agent.log"

    @property
    def process_id(self) -> Path:
        return self.state / "card-agent.pid"


def install(startup: Startup, command: Sequence[str], *, port: int) -> Iterator[str]:
    """Write what starts the agent at log-in, start it now, and say each thing done. Raises NotStarted, PortTaken.

    What an earlier install left is taken away first, so that another port or folder takes effect at once.
    """
    yield from uninstall(startup)
    require_free(port)
    if _systemctl("show-environment"):
        _write(startup.unit, unit_text(command))
        yield f"Wrote {startup.unit}"
        if not (_systemctl("daemon-reload") and _systemctl("enable", "--now", NAME)):
            raise NotStarted(f"systemd did not start it: systemctl --user status {NAME}")
        why = f"journalctl --user -u {NAME}"
    else:
        _write(startup.entry, _ENTRY.format(command=" ".join(map(_in_entry, command))))
        yield f"Wrote {startup.entry} (systemd does not run for this user)"
        _start(startup, command)
        why = str(startup.log)
    if not _answers(port):
        raise NotStarted(f"the agent does not answer on port {port}; see {why}")
    yield f"Started: http://{HOST}:{port}/ answers now, and after every log-in"


def uninstall(startup: Startup) -> Iterator[str]:
    """Stop the agent, take away what starts it, and say each thing done; nothing there is nothing done."""
    if startup.unit.exists():
        _systemctl("disable", "--now", NAME)
        startup.unit.unlink()
        _systemctl("daemon-reload")
        yield f"Stopped the agent and removed {startup.unit}"
    if _stop(startup):
        yield "Stopped the agent"
    if startup.entry.exists():
        startup.entry.unlink()
        yield f"Removed {startup.entry}"
    startup.log.unlink(missing_ok=True)


def unit_text(command: Sequence[str]) -> str:
    """Return the systemd unit that runs a command."""
    return _UNIT.format(command=" ".join(map(_in_unit, command)))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _systemctl(*arguments: str) -> bool:
    try:
        command = ["systemctl", "--user", *arguments]
        done = subprocess.run(command, capture_output=True, check=False, timeout=30)  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _start(startup: Startup, command: Sequence[str]) -> None:
    startup.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with startup.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=Path("/")
        )
    _write(startup.process_id, f"{process.pid}\n{_started_at(process.pid)}\n")


def _stop(startup: Startup) -> bool:
    """End the agent that ``_start`` started, and no other process that has its number by now."""
    with suppress(FileNotFoundError, ValueError):
        number, started_at = startup.process_id.read_text().splitlines()
        startup.process_id.unlink()
        process_id = int(number)
        if started_at and started_at == _started_at(process_id):
            os.kill(process_id, signal.SIGTERM)
            until = time.monotonic() + _ENDS_WITHIN_SECONDS
            while _started_at(process_id) == started_at and time.monotonic() < until:
                time.sleep(0.05)
            return True
    return False


def _started_at(process_id: int) -> str:
    """Return when a process started, in the kernel's ticks; empty when there is none or it has ended."""
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in {"Z", "X"} else fields[19]


def _answers(port: int) -> bool:
    until = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return True
        time.sleep(0.1)
    return False


def _in_unit(word: str) -> str:
    """Quote one word of a command for systemd, which reads %, $, quotes and backslashes."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _in_entry(word: str) -> str:
    """Quote one word of a command for a desktop entry, which reads %, $, backticks, quotes and backslashes twice."""
    once = "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in word).replace("%", "%%")
    escaped = once.replace("\\", "\\\\")
    return f'"{escaped}"'
