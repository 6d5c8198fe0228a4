"""A commit that no standby confirmed: PostgreSQL calls it a success, the hub says that nobody knows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from hub import clock
from hub.audit.test_storage import server_set
from hub.sample_pay import NUMBER
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.audit.unknown_outcome import UnknownOutcome
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.problems import Problem, ProblemCode
from private_postgresql import Cluster

ONLY_ON = "postgresql"
WAITING = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@contextmanager
def a_standby_that_never_answers(cluster: Cluster) -> Iterator[None]:
    """Let commits wait for a standby that is not there, and cancel each wait, as an impatient operator would."""
    over = threading.Event()

    def cancel() -> None:
        with cluster.connect() as operator:
            while not over.wait(0.05):
                operator.execute(WAITING)

    with server_set(cluster, "synchronous_standby_names", "nobody"):
        thread = threading.Thread(target=cancel)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@transaction.atomic
def act() -> None:
    record(Act.RESERVED, who="resident:x", now=clock.START)


@pytest.mark.usefixtures("file_database")
def test_a_commit_that_no_standby_confirmed_is_no_success(postgresql: Cluster) -> None:
    before = AuditRecord.objects.count()
    with a_standby_that_never_answers(postgresql), pytest.raises(OperationalError, match="synchronous replication"):
        act()

    assert AuditRecord.objects.count() == before + 1, "it is here, and may be gone after a failover"
    act()
    assert AuditRecord.objects.count() == before + 2, "the next one is a success again"


@pytest.mark.usefixtures("file_database")
def test_a_single_statement_outside_a_transaction_is_no_success_either(postgresql: Cluster) -> None:
    act()
    with a_standby_that_never_answers(postgresql), pytest.raises(OperationalError, match="synchronous replication"):
        PaymentService.objects.filter(number=NUMBER).update(name="新しい名前")


@pytest.mark.usefixtures("file_database")
@pytest.mark.parametrize("path", ["/apply/", "/api/provider/v1/award-reports"])
def test_people_and_machines_are_told_that_it_is_not_known(postgresql: Cluster, path: str) -> None:
    answer = through(lambda: doing(postgresql), path)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    body = answer.content.decode()
    assert ("urn:mynapoint:problem:outcome_unknown" in body) == path.startswith("/api/")
    assert ("確認できませんでした" in body) == (not path.startswith("/api/"))


@pytest.mark.usefixtures("file_database")
def test_a_door_that_calls_it_busy_does_not_hide_it(postgresql: Cluster) -> None:
    def busy() -> None:
        try:
            doing(postgresql)
        except OperationalError as error:
            raise Problem(ProblemCode.BUSY) from error

    assert "outcome_unknown" in through(busy, "/api/provider/v1/award-reports").content.decode()


def doing(cluster: Cluster) -> None:
    with a_standby_that_never_answers(cluster):
        act()


def through(view: Callable[[], None], path: str) -> HttpResponse:
    request: HttpRequest = RequestFactory().post(path)
    request.session = {}  # type: ignore[assignment]
    try:
        view()
    except (OperationalError, Problem) as error:
        return UnknownOutcome(lambda _: HttpResponse()).process_exception(request, error) or HttpResponse("let through")
    return HttpResponse("a success")
