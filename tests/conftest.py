"""What every test may use: a city of emulated cards, made once a session."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

CITY_DAY = date(2022, 7, 15)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the test roots and the cards of 青木, 石田 and 上野, all untouched."""
    from mynapoint.card.emulator.issue import issue_city

    folder = tmp_path_factory.mktemp("city")
    issue_city(folder, on=CITY_DAY)
    return folder
