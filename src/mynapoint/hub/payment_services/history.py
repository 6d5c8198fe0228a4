"""The register's history read: every change of one entry, and the register as it stood on any past day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from mynapoint.hub.payment_services.documents import Document, nested
from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.life import State
from mynapoint.programme.values import tokyo_midnight

PROVIDER = "provider:"
"""What the subject of a provider's change begins with; a payment service's is its number."""


@dataclass(frozen=True, slots=True)
class Register:
    """The register at the end of a day in Tokyo: documents of its providers and services, by name and number."""

    providers: list[Document]
    payment_services: list[Document]


def changes_of(subject: str) -> list[RegisterChange]:
    """Return every change of one entry, oldest first."""
    return list(RegisterChange.objects.filter(subject=subject).order_by("revision"))


def register_as_of(day: date) -> Register:
    """Return the register as it stood at the end of a day in Tokyo, entries of every state."""
    changes = RegisterChange.objects.filter(made_at__lt=until(day)).order_by("subject", "revision")
    standing: dict[str, list[RegisterChange]] = {}
    for change in changes:
        standing.setdefault(change.subject, []).append(change)
    documents = {subject: replayed(made) for subject, made in standing.items()}
    return Register(
        providers=[documents[subject] for subject in sorted(documents) if subject.startswith(PROVIDER)],
        payment_services=[documents[subject] for subject in sorted(documents) if not subject.startswith(PROVIDER)],
    )


def until(day: date) -> datetime:
    """Return the instant at which a day in Tokyo has ended."""
    return tokyo_midnight(day + timedelta(days=1))


def replayed(changes: Iterable[RegisterChange]) -> Document:
    """Return the document that an entry's changes add up to, in the order of its fields."""
    fields: dict[str, Any] = {}
    state = ""
    for change in changes:
        state = change.state_after
        for field, (before, after) in change.fields.items():
            assert fields.get(field) == before, f"{change} does not follow what was before it"
            fields[field] = after
    stated = {field: value for field, value in fields.items() if value is not None}
    document = nested(stated)
    return document | {"state": state} if state in State.values else document
