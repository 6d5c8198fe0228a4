"""The menu of staff: each feature adds its own pages, and everybody sees those of their role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from mynapoint.hub.staff.models import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu.

    ``address``  the name of its address, without parameters
    ``what``     what it is called, and ``why``, when one goes there
    """

    address: str
    what: str | Promise
    why: str | Promise
    roles: frozenset[Role]

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.address)


_entries: dict[str, Entry] = {}


def add(address: str, what: str | Promise, why: str | Promise, *roles: Role) -> None:
    """Put a page into the menu of some roles; a feature does so where its addresses are (``urls.py``)."""
    _entries[address] = Entry(address, what, why, frozenset(roles))


def entries(role: Role) -> Sequence[Entry]:
    """Return what somebody of a role sees, in the order it was added."""
    return [one for one in _entries.values() if role in one.roles]
