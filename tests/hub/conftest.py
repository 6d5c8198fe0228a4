"""What every test of the hub may use: the city's trust, the programme's clock, and three visitors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import translation
from pytest_django import DjangoDbBlocker, Settings

from hub import clock
from hub.sample_pay import REGISTER, SamplePay, serve
from hub.visitor import Visitor
from mynapoint.hub.payment_services.actions import import_register


@pytest.fixture
def own_city(city: Path, tmp_path: Path) -> Path:
    """A copy of the city whose cards and lists a test may change."""
    return Path(shutil.copytree(city, tmp_path / "city"))


@pytest.fixture(autouse=True)
def _programme_of_the_city(city: Path, settings: Settings) -> Iterator[None]:
    settings.TRUST = city / "trust"
    settings.CLOCK = "hub.clock.now"
    translation.activate(settings.LANGUAGE_CODE)
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


@pytest.fixture
def file_database(tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database file of its own, open to every thread, with WAL, FULL and IMMEDIATE as shipped."""
    with django_db_blocker.unblock():
        memory, settings = connections["default"], connections.settings["default"]
        connections.settings["default"] = deepcopy(settings) | {"NAME": str(tmp_path / "hub.sqlite3")}
        connections["default"] = connections.create_connection("default")
        call_command("migrate", verbosity=0)
        import_register(REGISTER)
        yield
        connections["default"].close()
        connections.settings["default"] = settings
        connections["default"] = memory
