"""What every test may use: a city of emulated cards, made once a process; which tests run by night."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from order_of_files import longest_first
from property_examples import NIGHTLY

CITY_DAY = date(2022, 7, 15)
DATABASES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--nightly", action="store_true", help="run the tests marked nightly too, and properties on 2,000 examples"
    )
    parser.addoption(
        "--database",
        choices=[*DATABASES, "both"],
        default="both",
        help="on which database the hub's tests run (default: both; pages in a browser on SQLite alone)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("nightly"):
        settings.load_profile(NIGHTLY)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers begin with the longest files, then those of most tests; leave nightly tests out unless asked for."""
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items)
    if config.getoption("nightly") or NIGHTLY in config.getoption("markexpr"):
        return
    nightly = [item for item in items if item.get_closest_marker(NIGHTLY)]
    if nightly:
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if not item.get_closest_marker(NIGHTLY)]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the test roots and the cards of 青木, 石田 and 上野, all untouched."""
    from mynapoint.card.emulator.issue import issue_city

    folder = tmp_path_factory.mktemp("city")
    issue_city(folder, on=CITY_DAY)
    return folder
