"""The database that MYNAPOINT_DATABASE names, as Django wants it told: SQLite in the state folder, or PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

WAIT_SECONDS = 20
"""How long a writer waits for another before it gives up, on SQLite; and for PostgreSQL to accept a connection."""


def database(url: str, *, state: Path) -> dict[str, Any]:
    """Return the settings of the database at ``url``; empty: SQLite in the state folder. Raises ImproperlyConfigured.

    ``url``  as libpq writes it, such as ``postgresql://hub@db.example/hub?sslmode=verify-full``; a socket's folder is
             given as ``host`` behind the question mark, like every other parameter of libpq
    """
    return _postgresql(url) if url else _sqlite(state)


def _sqlite(state: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": state / "hub.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": WAIT_SECONDS,
            # Not trusted_schema=OFF: SQLite then refuses the JSON_VALID check that Django puts on JSON columns.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
        "TEST": {"NAME": None},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            f"MYNAPOINT_DATABASE must begin with postgresql:// (or be empty, for SQLite); got {parts.scheme!r}"
        )
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "mynapoint.hub.audit.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", str(parts.port or "")),
        # A connection for each request costs more than the request (docs/decisions/0022-two-databases.md).
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "mynapoint-hub",
            "connect_timeout": str(WAIT_SECONDS),
            # Many small statements: compiling one takes half a second, running it some milliseconds.
            "options": "-c jit=off",
        }
        | options,
    }
