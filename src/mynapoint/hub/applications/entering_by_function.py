"""Writes one application on PostgreSQL in one round trip, by the function of ``apply.sql``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from django.db import connection, transaction

from mynapoint.hub.applications.entries import Entry
from mynapoint.hub.applications.round_trips import query

COLUMNS = {
    "key": "text",
    "asked": "text",
    "answer": "text",
    "question": "text",
    "application": "uuid",
    "draft": "uuid",
    "resident": "uuid",
    "reservation": "bigint",
    "certificate": "bigint",
    "subject": "bigint",
    "statement": "text",
    "origin": "text",
    "nonce": "text",
    "signature": "bytea",
    "room": "integer",
    "fixed_points": "integer",
    "details": "jsonb",
    "applied_at": "timestamptz",
}
"""The parameters in their order, with their types; ``apply.sql`` says what each is."""

_ONE = f"SELECT mynapoint_apply({', '.join(f'${at}::{kind}' for at, kind in enumerate(COLUMNS.values(), 1))})"

_MANY = "SELECT mynapoint_apply_many($1::json)"


def enter(entry: Entry) -> None:
    """Do as ``entering.enter``."""
    with transaction.atomic() if connection.in_atomic_block else nullcontext():
        told = values(entry)
        query(_ONE, [told[name] for name in COLUMNS])


def enter_many(entries: Sequence[Entry]) -> None:
    """Write entries that share nothing, all or none, in one statement. Raises IntegrityError."""
    texts = [{name: _text(value) for name, value in values(entry).items()} for entry in entries]
    query(_MANY, [json.dumps(texts, ensure_ascii=False)])


def values(entry: Entry) -> dict[str, Any]:
    """Return what the function takes."""
    keeps = entry.keeps
    return {
        "key": keeps.key if keeps else None,
        "asked": keeps.asked if keeps else None,
        "answer": keeps.answer if keeps else None,
        "question": entry.nonce if entry.takes else None,
        "application": entry.application,
        "draft": entry.draft,
        "resident": entry.resident,
        "reservation": entry.reservation,
        "certificate": entry.certificate,
        "subject": entry.subject,
        "statement": entry.statement,
        "origin": entry.origin,
        "nonce": entry.nonce,
        "signature": entry.signature,
        "room": entry.room,
        "fixed_points": entry.fixed_points,
        "details": json.dumps(dict(entry.details)),
        "applied_at": entry.applied_at,
    }


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, int) else str(value)
