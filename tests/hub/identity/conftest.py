"""What tests of validation share: one corpus of good and bad certificates a session, and who trusts what of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.identity.judged import World
from mynapoint.card.emulator.corpus import make_corpus


@pytest.fixture(scope="session")
def world() -> World:
    """The corpus and a trust store with its roots and lists."""
    return World.of(make_corpus(now=datetime(2022, 7, 15, 3, 0, tzinfo=UTC)))
