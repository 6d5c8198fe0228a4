"""As what an application is judged: by which way it came; as of now, or of when a person who came in time had come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest

from mynapoint.hub.applications.permission import incentive_on
from mynapoint.hub.payment_services.models import ChannelKind
from mynapoint.hub.staff.access import this_terminal
from mynapoint.hub.waiting.last_days import leave
from mynapoint.hub.waiting.tickets import Ticket
from mynapoint.programme.values import IncentiveId, tokyo_day


@dataclass(frozen=True, slots=True)
class Judged:
    """The instant that decides about days: periods, participation, ways to apply.

    ``as_of``  now, or the arrival of whoever came in time; when somebody really applied is recorded beside it
    ``grace``  by what right it is not now: the exception's name in the programme file, or ``operator``; empty: it is
    ``channel``  by which way it came, which its service must offer on that day
    """

    as_of: datetime
    grace: str = ""
    channel: ChannelKind = ChannelKind.WEB

    @property
    def day(self) -> date:
        """The day in Tokyo under which the application is judged."""
        return tokyo_day(self.as_of)

    @property
    def details(self) -> dict[str, str]:
        """What the audit record says of it, beside the true instant; of pages at home nothing."""
        about = {"judged_as_of": self.as_of.isoformat(), "grace": self.grace} if self.grace else {}
        return about if self.channel is ChannelKind.WEB else about | {"channel": self.channel.value}


def way_of(request: HttpRequest) -> ChannelKind:
    """Return by which way a page's application comes: a registered terminal of the staff is a support counter."""
    return ChannelKind.COUNTER if this_terminal(request) else ChannelKind.WEB


def judged(
    incentive: IncentiveId, ticket: Ticket | None, *, now: datetime, channel: ChannelKind = ChannelKind.WEB
) -> Judged:
    """Return as what an application for an incentive is judged, given what its person holds and by which way they come.

    The ticket's arrival, where it was on the incentive's last day, that day is past, and the law or the operator
    serves those who came in time until an instant that has not come yet, by the ticket and by the setting of today.
    """
    if ticket is None or tokyo_day(now) <= tokyo_day(ticket.arrived_at) or not now < ticket.until:
        return Judged(now, channel=channel)
    try:
        law = incentive_on(incentive, tokyo_day(ticket.arrived_at)).incentive
    except KeyError:
        return Judged(now, channel=channel)
    allowed = leave(law)
    in_time = law.applications_until.final_day == tokyo_day(ticket.arrived_at)
    if not in_time or allowed is None or not now < allowed.until:
        return Judged(now, channel=channel)
    return Judged(ticket.arrived_at, allowed.grace, channel)
