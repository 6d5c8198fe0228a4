"""What every test of the hub may use: the city's trust, the programme's clock, and three visitors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from hub import clock
from hub.sample_pay import SamplePay, serve
from hub.visitor import Visitor


@pytest.fixture
def own_city(city: Path, tmp_path: Path) -> Path:
    """A copy of the city whose cards and lists a test may change."""
    return Path(shutil.copytree(city, tmp_path / "city"))


@pytest.fixture(autouse=True)
def _programme_of_the_city(city: Path, settings: Settings) -> Iterator[None]:
    settings.TRUST = city / "trust"
    settings.CLOCK = "hub.clock.now"
    clock.reset()
    yield
    clock.reset()


@pytest.fixture
def sample_pay(db: None, tmp_path: Path) -> Iterator[SamplePay]:
    """サンプルPay in the register and on the network."""
    pay = SamplePay()
    stop = serve(pay, tmp_path)
    yield pay
    stop()


@pytest.fixture
def aoki(db: None, city: Path) -> Visitor:
    """青木: all in order."""
    return Visitor(city, "aoki")


@pytest.fixture
def ishida(db: None, city: Path) -> Visitor:
    """石田: the certificate has expired."""
    return Visitor(city, "ishida")


@pytest.fixture
def ueno(db: None, city: Path) -> Visitor:
    """上野: another resident."""
    return Visitor(city, "ueno")
