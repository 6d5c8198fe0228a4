"""Who of the staff acts, and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from mynapoint.hub.staff.models import Role, StaffAccount, StaffSession, Terminal

NO_SECOND_FOR = timedelta(days=7)
"""How long nobody counts as second person beside somebody whose account they added or had enrolled anew."""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody of the staff, signed in at a terminal."""

    account: StaffAccount
    terminal: Terminal
    session: StaffSession

    @property
    def role(self) -> Role:
        """What they may do."""
        return Role(self.account.role)

    @property
    def municipality(self) -> str:
        """Slug of the municipality they work for; empty: the programme office, or a provider."""
        return self.account.municipality

    @property
    def provider(self) -> str:
        """Slug of the payment provider they work for; empty for everybody else."""
        return self.account.provider

    @property
    def is_office(self) -> bool:
        """Whether they work for the programme office."""
        return self.role is Role.OFFICE

    def may_see(self, municipality: str) -> bool:
        """Say whether what belongs to a municipality is theirs to see: their own; for the office, every one's."""
        return self.is_office or (self.municipality == municipality and not self.provider)

    def __str__(self) -> str:
        return str(self.account)


def are_two(first: StaffAccount, second: StaffAccount) -> bool:
    """Say whether four eyes are at work: two accounts, of which neither was in the other's hand a few days ago.

    Otherwise a supervisor could make an account, enrol it and be their own second person.
    """
    since = timezone.now() - NO_SECOND_FOR
    in_hand = any(
        one.vouched_by_id == other.pk and one.vouched_at > since for one, other in ((first, second), (second, first))
    )
    return first.pk != second.pk and not in_hand
