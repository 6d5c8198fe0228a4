"""The invented city: its folder, its addresses, its people, and the servers that make it run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mynapoint.demo.processes import DemoStopped, Running, Server, python, running

OPENS_AT = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)
"""The city's clock starts at 10:00 in Tokyo on 15 July 2022: round 2 runs, all three incentives are open."""


@dataclass(frozen=True, slots=True)
class Person:
    """One resident of the city, with everything that is needed to play them; all of it invented."""

    card: str
    name: str
    account_id: str
    security_code: str
    note_ja: str
    note_en: str


PIN = "1234"
PEOPLE = (
    Person("aoki", "青木", "SP00001234", "482913", "すべて準備ができています", "all in order"),
    Person("ishida", "石田", "SP00002345", "530172", "電子証明書の有効期限が切れています", "certificate expired"),
    Person("ueno", "上野", "SP00003456", "617284", "二人目の利用者です", "a second resident"),
)


@dataclass(frozen=True, slots=True)
class City:
    """Where one demo lives: a state folder and three ports on this machine; a fourth for the played phone, if any."""

    state: Path
    hub_port: int
    pay_port: int
    agent_port: int
    phone_port: int | None = None

    @property
    def hub(self) -> str:
        """The hub's address as people type it."""
        return f"http://localhost:{self.hub_port}"

    @property
    def pay(self) -> str:
        """The address of サンプルPay."""
        return f"http://localhost:{self.pay_port}"

    @property
    def agent(self) -> str:
        """The card agent's address."""
        return f"http://127.0.0.1:{self.agent_port}"

    @property
    def phone(self) -> str:
        """The played phone's address; by number, as the hub itself asks it."""
        return f"http://127.0.0.1:{self.phone_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the servers read from their environment."""
        return {
            "DJANGO_SETTINGS_MODULE": "mynapoint.demo.settings",
            "MYNAPOINT_STATE": str(self.state),
            "MYNAPOINT_DEMO_STATE": str(self.state),
            "MYNAPOINT_DEMO_HUB": self.hub,
            "MYNAPOINT_DEMO_SAMPLE_PAY": self.pay,
            "MYNAPOINT_ORIGINS": f"{self.hub},http://127.0.0.1:{self.hub_port}",
            "MYNAPOINT_TRUST": str(self.state / "trust"),
            "MYNAPOINT_CARD_AGENT": self.agent,
            "MYNAPOINT_LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
            **(self._phone_environment() if self.phone_port else {}),
        }

    @property
    def servers(self) -> tuple[Server, ...]:
        """The servers, in the order in which they start."""
        asgi = python("granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--port")
        phone = [*asgi, str(self.phone_port), "mynapoint.demo.phone.setup:create_demo_app"]
        phones = [Server("phone", phone, _ready(self.phone_port))] if self.phone_port else []
        return (
            *phones,
            Server(
                "hub",
                python("mynapoint", "hub", "serve", "--port", str(self.hub_port)),
                _ready(self.hub_port, "healthz"),
            ),
            Server(
                "sample-pay",
                [*asgi, str(self.pay_port), "mynapoint.demo.sample_pay.app:create_app"],
                _ready(self.pay_port),
            ),
            Server(
                "card-agent",
                python("mynapoint", "card", "agent", "--emulated", str(self.state), "--port", str(self.agent_port)),
                _ready(self.agent_port),
            ),
        )

    def _phone_environment(self) -> dict[str, str]:
        from mynapoint.demo.phone.setup import hub_environment  # which knows this module's people

        return hub_environment(self.state, self.phone)

    def prepare(self) -> None:
        """Fill the state folder: clock, cards, keys, databases, register, municipal pages. Idempotent.

        Runs in a process of its own, so that the caller's process stays free of the hub's settings.
        Raises DemoStopped with the last lines of its output.
        """
        done = subprocess.run(  # noqa: S603 - this installation's own module
            python("mynapoint.demo.prepare"),
            env={**os.environ, **self.environment},
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            tail = "\n".join(done.stderr.decode(errors="replace").splitlines()[-15:])
            raise DemoStopped(f"The city could not be prepared in {self.state}:\n{tail}")

    @contextmanager
    def serve(self) -> Iterator[list[Running]]:
        """Keep the servers of a prepared city running for the block. Raises DemoStopped."""
        with running(self.servers, environment=self.environment, logs=self.state / "logs") as started:
            yield started


def _ready(port: int, path: str = "") -> str:
    """Return the address that tells whether a server is up; by number, as not every machine can look up a name."""
    return f"http://127.0.0.1:{port}/{path}"
