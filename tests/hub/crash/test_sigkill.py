"""SIGKILL under load: nothing that was acknowledged is lost, nothing is doubled, nothing is half done."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from hub.applications.machines import CARDS, proved_choice
from hub.conftest import connected_to
from hub.crash.applicants import Applicants, halves
from hub.crash.applicants import lost as applicant_lost
from hub.crash.reporting import Reporters, contradictions, lost
from hub.crash.served_hub import ServedHub
from hub.sample_pay import REGISTER
from mynapoint.hub.payment_services.actions import import_register
from private_postgresql import Cluster, running

KILLS = 4
KILLS_NIGHTLY = 30
ANSWERS = 10
"""Before each kill, at least."""
BATCHED_APPLICANTS = 400


@pytest.fixture
def on_a_file(
    tmp_path: Path, city: Path, file_with_register: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[ServedHub]:
    (tmp_path / "hub.sqlite3").write_bytes(file_with_register.read_bytes())
    hub = ServedHub(tmp_path, city / "trust")
    with django_db_blocker.unblock(), connected_to("", state=tmp_path):
        yield hub
    hub.kill()


@pytest.fixture
def cluster(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cluster]:
    """A PostgreSQL that nobody else uses, because it is killed, with the hub's tables and register."""
    with running() as cluster, django_db_blocker.unblock():
        with cluster.connect() as administrator:
            administrator.execute("CREATE DATABASE hub")
        with connected_to(cluster.url("hub")):
            call_command("migrate", verbosity=0)
            import_register(REGISTER)
            yield cluster


def under_load(hub: ServedHub, ledger: Path, *, kills: int, cluster: Cluster | None = None) -> Reporters:
    """Report without end while the hub is killed and started; with a ``cluster``, by turns that one too."""
    reporters = Reporters(hub, ledger)
    hub.start()
    reporters.start()
    try:
        for turn in range(kills):
            reporters.wait_for(ANSWERS)
            time.sleep(random.uniform(0, 0.1))
            if cluster is not None and turn % 2:
                cluster.kill()
                cluster.start()
            else:
                hub.kill()
                hub.start()
        reporters.wait_for(ANSWERS)
    finally:
        reporters.stop()
    hub.kill()
    return reporters


def test_sigkill_under_load_loses_and_doubles_nothing(on_a_file: ServedHub, tmp_path: Path) -> None:
    reporters = under_load(on_a_file, tmp_path / "acknowledged", kills=KILLS)

    assert reporters.errors == []
    assert len(reporters.acknowledged) > ANSWERS * KILLS, on_a_file.log
    assert lost((tmp_path / "acknowledged").read_text().split()) == set()
    assert contradictions() == []


@pytest.mark.nightly
def test_many_sigkills_under_load_lose_and_double_nothing(on_a_file: ServedHub, tmp_path: Path) -> None:
    reporters = under_load(on_a_file, tmp_path / "acknowledged", kills=KILLS_NIGHTLY)

    assert reporters.errors == []
    assert lost(reporters.acknowledged) == set()
    assert contradictions() == []


@pytest.mark.nightly
def test_killing_hub_and_postgresql_by_turns_loses_and_doubles_nothing(
    cluster: Cluster, city: Path, tmp_path: Path
) -> None:
    hub = ServedHub(tmp_path, city / "trust", database=cluster.url("hub"))
    try:
        reporters = under_load(hub, tmp_path / "acknowledged", kills=KILLS_NIGHTLY, cluster=cluster)
    finally:
        hub.kill()

    with connected_to(cluster.url("hub")):
        assert reporters.errors == []
        assert len(reporters.acknowledged) > ANSWERS * KILLS_NIGHTLY, hub.log
        assert lost(reporters.acknowledged) == set()
        assert contradictions() == []


@pytest.mark.nightly
def test_killing_a_hub_that_writes_in_batches_loses_no_acknowledged_application(
    cluster: Cluster, city: Path, tmp_path: Path
) -> None:
    choices = [proved_choice(f"person-{number}") for number in range(BATCHED_APPLICANTS)]
    settings = {"MYNAPOINT_BATCH_WRITES": "yes", "MYNAPOINT_CARD_VERIFIER": CARDS["card"]}
    hub = ServedHub(tmp_path, city / "trust", database=cluster.url("hub"), more=settings)
    applicants = Applicants(hub, tmp_path / "acknowledged", choices)
    hub.start()
    applicants.start()
    try:
        for turn in range(KILLS):
            applicants.wait_for(BATCHED_APPLICANTS // (KILLS + 2))
            time.sleep(random.uniform(0, 0.05))
            hub.kill()
            if turn % 2:
                cluster.kill()
                cluster.start()
            hub.start()
        applicants.join()
    finally:
        hub.kill()

    with connected_to(cluster.url("hub")):
        assert applicants.errors == []
        assert len(applicants.acknowledged) == BATCHED_APPLICANTS, hub.log
        assert applicant_lost((tmp_path / "acknowledged").read_text().splitlines()) == set()
        assert halves() == []
