"""How often a name or a terminal may be tried: counted by the database before a try is judged."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.utils import timezone

from mynapoint.hub.staff.models import StaffAccount, Terminal

TRIES = 5
"""Wrong tries until an account is locked; after that, each further wrong one locks it again."""
TRIES_AT_TERMINAL = 15
LOCKED_FOR = timedelta(minutes=15)


def may_try(row: StaffAccount | Terminal) -> bool:
    """Count a try; say whether it may be judged at all. Many at once are counted one by one: a hundred are not five.

    Not within a transaction: a try stays counted whatever becomes of it.
    """
    at = timezone.now()
    tries = TRIES if isinstance(row, StaffAccount) else TRIES_AT_TERMINAL
    locked = When(failures__gte=tries - 1, then=Value(at + LOCKED_FOR, output_field=DateTimeField()))
    free = type(row)._default_manager.filter(Q(locked_until=None) | Q(locked_until__lte=at), pk=row.pk)
    return free.update(failures=F("failures") + 1, locked_until=Case(locked, default=None)) == 1


def was_right(row: StaffAccount | Terminal) -> None:
    """Forget the tries before a right one."""
    type(row)._default_manager.filter(pk=row.pk).update(failures=0, locked_until=None)


def is_locked(row: StaffAccount | Terminal) -> bool:
    """Say whether nobody is let in here now."""
    return row.locked_until is not None and row.locked_until > timezone.now()
