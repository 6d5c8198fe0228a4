"""As of which instant an application is judged: now, or when a person who came in time had come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mynapoint.hub.applications.permission import incentive_on
from mynapoint.hub.waiting.last_days import leave
from mynapoint.hub.waiting.tickets import Ticket
from mynapoint.programme.values import IncentiveId, tokyo_day


@dataclass(frozen=True, slots=True)
class Judged:
    """The instant that decides about days: periods, participation, ways to apply.

    ``as_of``  now, or the arrival of whoever came in time; when somebody really applied is recorded beside it
    ``grace``  by what right it is not now: the exception's name in the programme file, or ``operator``; empty: it is
    """

    as_of: datetime
    grace: str = ""

    @property
    def day(self) -> date:
        """The day in Tokyo under which the application is judged."""
        return tokyo_day(self.as_of)

    @property
    def details(self) -> dict[str, str]:
        """What the audit record says of it, beside the true instant."""
        return {"judged_as_of": self.as_of.isoformat(), "grace": self.grace} if self.grace else {}


def judged(incentive: IncentiveId, ticket: Ticket | None, *, now: datetime) -> Judged:
    """Return as of when an application for an incentive is judged, given what its person holds.

    The ticket's arrival, where it was on the incentive's last day, that day is past, and the law or the operator
    serves those who came in time until an instant that has not come yet, by the ticket and by the setting of today.
    """
    if ticket is None or tokyo_day(now) <= tokyo_day(ticket.arrived_at) or not now < ticket.until:
        return Judged(now)
    try:
        law = incentive_on(incentive, tokyo_day(ticket.arrived_at)).incentive
    except KeyError:
        return Judged(now)
    allowed = leave(law)
    in_time = law.applications_until.final_day == tokyo_day(ticket.arrived_at)
    if not in_time or allowed is None or not now < allowed.until:
        return Judged(now)
    return Judged(ticket.arrived_at, allowed.grace)
