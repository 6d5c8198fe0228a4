"""What every test of the hub may use: the city's trust, the programme's clock, and three visitors."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.utils import translation
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker, Settings

from conftest import DATABASES
from hub import clock
from hub.chromium import chromium
from hub.sample_pay import REGISTER, SamplePay, serve
from hub.stage import Stage, on_stage
from hub.visitor import Visitor
from mynapoint.hub.audit.databases import database as hub_database
from mynapoint.hub.audit.grants import grants
from mynapoint.hub.payment_services.actions import import_register
from private_postgresql import Cluster, binaries, running

TESTS, TEMPLATE, OWN = "hub_tests", "hub_with_register", "one"
ROLE = "hub"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium beside a hub served in this process."""
    # Playwright's loop runs in this thread; Django takes it for an asynchronous program and would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with chromium() as started:
        yield started
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def stage(browser: Browser, file_database: None, settings: Settings) -> Iterator[Stage]:
    """The hub with its municipalities, an office that pays, and a browser that may be anybody."""
    with on_stage(browser, settings) as one:
        yield one


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


@pytest.fixture(scope="module", autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """On which database a test runs, ``sqlite`` or ``postgresql``; most run on both, one after the other."""
    chosen = getattr(request, "param", "sqlite")
    if chosen == "sqlite":
        yield chosen
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    with connected_to(cluster.url(TESTS, user=ROLE)):
        yield chosen


@pytest.fixture(scope="session")
def postgresql(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cluster]:
    """A private PostgreSQL with two databases of the hub: an empty one, and one with the register to make copies of.

    Tests are there as the role that serves, which may change nothing that was recorded for good (hub/audit/grants.py).
    """
    if binaries() is None and not os.environ.get("CI"):
        pytest.skip("NO POSTGRESQL: THE HUB IS TRIED ON SQLITE ALONE; on Debian: apt-get install postgresql")
    with running(in_memory=True) as cluster, cluster.connect() as administrator, django_db_blocker.unblock():
        administrator.execute(f"CREATE DATABASE {TESTS}")
        administrator.execute(f"CREATE ROLE {ROLE} LOGIN")
        with connected_to(cluster.url(TESTS)):
            call_command("migrate", verbosity=0)
            with connection.cursor() as cursor:
                for statement in grants(ROLE):
                    cursor.execute(statement)
        administrator.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {TESTS}")
        with connected_to(cluster.url(TEMPLATE)):
            import_register(REGISTER)
        yield cluster


@pytest.fixture(scope="session")
def file_with_register(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A database file of the hub with the register, to make copies of."""
    path = tmp_path_factory.mktemp("database") / "hub.sqlite3"
    with django_db_blocker.unblock(), connected_to("", state=path.parent):
        call_command("migrate", verbosity=0)
        import_register(REGISTER)
    return path


@pytest.fixture
def file_database(
    database: str, request: pytest.FixtureRequest, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database of its own with the register, open to every thread, durable as shipped: a file, or on PostgreSQL."""
    if database == "sqlite":
        shutil.copy(request.getfixturevalue("file_with_register"), tmp_path / "hub.sqlite3")
        with django_db_blocker.unblock(), connected_to("", state=tmp_path):
            yield
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    with cluster.connect() as administrator, django_db_blocker.unblock():
        administrator.execute(f"CREATE DATABASE {OWN} TEMPLATE {TEMPLATE}")
        with connected_to(cluster.url(OWN, user=ROLE)):
            yield
        administrator.execute(f"DROP DATABASE {OWN} WITH (FORCE)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for a database on each one that was chosen."""
    if not {"db", "file_database"} & set(metafunc.fixturenames):
        return
    chosen = metafunc.config.getoption("database")
    on = [chosen] if chosen != "both" else list(DATABASES)
    if metafunc.definition.get_closest_marker("browser"):
        on = ["sqlite"]
    on = [one for one in on if one == getattr(metafunc.module, "ONLY_ON", one)]
    metafunc.parametrize("database", on, indirect=True, scope="module")


@contextmanager
def connected_to(url: str, *, state: Path = Path()) -> Iterator[None]:
    """Let this thread, and every one that starts now, have another database (hub/audit/databases.py)."""
    before, settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = connections.configure_settings({"default": hub_database(url, state=state)})[
        "default"
    ]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = settings
        connections["default"] = before


@contextmanager
def as_owner() -> Iterator[None]:
    """Be the role that owns the tables, in a test on ``file_database``: only it may drop triggers and constraints."""
    settings = connections.settings["default"]
    if connection.vendor == "sqlite":
        yield
        return
    with connected_to(f"postgresql://postgres@/{settings['NAME']}?host={settings['HOST']}"):
        yield
