"""The database back end of the hub on PostgreSQL (the module's name is Django's)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg.errors import Diagnostic

from mynapoint.hub.spans import Kind, span


class CommitUnknown(OperationalError):
    """It is committed here, but no standby has confirmed it: a failover may lose it. Only asking again tells."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Hears what PostgreSQL says beside a COMMIT.

    When the wait for a synchronous standby is cancelled, PostgreSQL reports success and says in a warning alone that
    the standby may not have it. The warning is known by the function it comes from: its text is in the server's tongue.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unconfirmed = ""
        self.prepared: dict[str, bytes] = {}  # by their text, the names of what was prepared past Django
        self.execute_wrappers.append(self._execute_confirmed)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._unconfirmed = ""
        self.prepared = {}
        connection.add_notice_handler(self._hear)
        return connection

    def _hear(self, said: Diagnostic) -> None:
        if said.source_function == "SyncRepWaitForLSN":
            self._unconfirmed = said.message_primary or "not replicated"

    def _commit(self) -> None:
        self._unconfirmed = ""  # what went past Django was judged where it went
        with span("COMMIT", kind=Kind.ASKS):
            super()._commit()  # type: ignore[misc]
        self._raise_if_unconfirmed()

    @contextmanager
    def confirmed(self) -> Iterator[None]:
        """Raise CommitUnknown after statements that were sent past Django, where they committed and are unconfirmed."""
        self._unconfirmed = ""
        yield
        self._raise_if_unconfirmed()

    def _execute_confirmed(self, execute: Callable[..., Any], *statement: Any) -> Any:
        with self.confirmed():  # outside a transaction each statement is one, and waits for the standby itself
            return execute(*statement)

    def _raise_if_unconfirmed(self) -> None:
        if self._unconfirmed:
            said, self._unconfirmed = self._unconfirmed, ""
            raise CommitUnknown(said)
