"""Writes one application with all that belongs to it, or nothing: one statement on PostgreSQL, the ORM elsewhere."""

from __future__ import annotations

import atexit
from functools import cache

from django.conf import settings
from django.db import IntegrityError, connection

from mynapoint.hub.applications import entering_by_function, entering_by_orm
from mynapoint.hub.applications.batches import Writer
from mynapoint.hub.applications.entries import Entry
from mynapoint.hub.applications.held import frees_account, frees_person
from mynapoint.hub.applications.left import left_behind
from mynapoint.hub.applications.models import Draft
from mynapoint.programme.values import tokyo_day


def enter(entry: Entry) -> None:
    """Write answer to keep, application, standing, consent, notice and audit record; take question and draft.

    Committed when it returns, unless a transaction is open. Raises IntegrityError, with nothing written, when
    something was there already or is there no more; the database decides, and why is asked afterwards.
    Hardly anybody was ever freed, by a confirmed mislink or because their service left: asked where it refuses alone.
    """
    try:
        _enter(entry)
    except IntegrityError:
        draft = Draft.objects.filter(pk=entry.draft).first()
        if connection.vendor != "postgresql" or draft is None or not _is_freed(draft, entry):
            raise
        entering_by_orm.enter(entry)


def _is_freed(draft: Draft, entry: Entry) -> bool:
    if frees_person(draft) or frees_account(draft):
        return True
    return left_behind(draft, on=tokyo_day(entry.applied_at)) is not None


def _enter(entry: Entry) -> None:
    if connection.vendor != "postgresql":
        entering_by_orm.enter(entry)
    elif settings.BATCH_WRITES and not connection.in_atomic_block:
        _writer().write(entry)
    else:
        entering_by_function.enter(entry)


@cache
def _writer() -> Writer:
    """Return this process's writer; what waits when the process ends is written first."""
    writer = Writer(entering_by_function.enter_many, entering_by_function.enter)
    atexit.register(writer.end)
    return writer
