"""A holder with the city's emulated cards: one agent each test, in this process or in its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from card.agent.holder import Holder
from card.agent.running import Running, running_agent
from mynapoint.card.agent.readers import EmulatedReaders


@pytest.fixture
def holder(own_city: Path) -> Holder:
    return Holder(EmulatedReaders(own_city))


@pytest.fixture
def running(own_city: Path) -> Iterator[Running]:
    with running_agent(own_city) as agent:
        yield agent
