"""A connection is lent to whoever is let in, so that forty threads do not keep forty connections."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, connections, transaction

from hub.at_once import all_at_once
from mynapoint.hub.audit.postgresql import lending
from mynapoint.hub.audit.postgresql.lending import close_lent, lent_connection

ONLY_ON = "postgresql"
pytestmark = pytest.mark.usefixtures("file_database")


@pytest.fixture(autouse=True)
def _none_is_left() -> Iterator[None]:
    yield
    close_lent()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def lent_backend() -> int:
    with lent_connection():
        return backend()


def test_threads_one_after_the_other_use_one_connection_and_keep_their_own() -> None:
    own = backend()

    lent = {one for _ in range(5) for one in all_at_once(lent_backend)}

    assert len(lent) == 1
    assert own not in lent
    assert backend() == own
    assert all(not one.in_atomic_block for one in connections.all(initialized_only=True))


def test_those_inside_at_once_have_one_each() -> None:
    with lent_connection():
        first = backend()
        [second] = all_at_once(lent_backend)

        assert second != first


def test_an_open_transaction_goes_on_where_it_is() -> None:
    with transaction.atomic():
        own = backend()

        assert lent_backend() == own


def test_a_connection_that_broke_is_not_lent_again_as_it_is() -> None:
    first = lent_backend()
    [broken] = lending._free
    broken.connection.pgconn.finish()
    with pytest.raises(OperationalError):
        lent_backend()

    assert lent_backend() != first
