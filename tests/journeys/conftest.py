"""A running city for journeys: three real servers on free ports, with a recorder in front of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from journeys.recorder import Recorder, recording
from mynapoint.demo.city import City
from mynapoint.demo.processes import free_port, running


@dataclass(frozen=True)
class RunningCity:
    """A city whose servers run, and everything that was said to its hub."""

    city: City
    recorder: Recorder

    @property
    def logs(self) -> bytes:
        """The output of all three servers."""
        return b"".join(path.read_bytes() for path in sorted((self.city.state / "logs").iterdir()))

    @property
    def hub_database(self) -> bytes:
        """The bytes of the hub's database, its write-ahead log included."""
        return b"".join(path.read_bytes() for path in sorted(self.city.state.glob("hub.sqlite3*")))


@pytest.fixture(scope="module")
def running_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    """Return a city whose hub is reached through the recorder only."""
    city = City(tmp_path_factory.mktemp("city"), hub_port=free_port(), pay_port=free_port(), agent_port=free_port())
    city.prepare()
    behind = replace(city, hub_port=free_port())
    servers = [behind.servers[0], *city.servers[1:]]
    with (
        recording(city.hub_port, behind.hub_port) as recorder,
        running(servers, environment=city.environment, logs=city.state / "logs"),
    ):
        yield RunningCity(city, recorder)


@pytest.fixture
def pictures() -> Path:
    """Return the folder for screenshots that a person may look at after a run."""
    folder = Path(__file__).parents[2] / "out" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
