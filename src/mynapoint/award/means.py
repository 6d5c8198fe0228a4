"""The means of an application: service, channel and certificate, each as values, and every reason why one will not do.

Nothing here asks a database or reads a certificate: whoever knows passes in what is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mynapoint.award.refusals import Reason, Refusal
from mynapoint.programme.incentives import Incentive
from mynapoint.programme.parameters import Unit
from mynapoint.programme.values import tokyo_day, tokyo_midnight
from mynapoint.programme.words import Words, minute_words


@dataclass(frozen=True, slots=True)
class Days:
    """Days in Tokyo, both ends included; without a last day until further notice."""

    first: date
    last: date | None = None

    def cover(self, day: date) -> bool:
        """Say whether a day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


class ServiceState(StrEnum):
    """How an entry of the register stands."""

    REGISTERED = "registered"
    SUSPENDED = "suspended"
    """takes no new applications for now; those made go on"""
    WITHDRAWN = "withdrawn"
    """has left for good"""
    NOT_REGISTERED = "not_registered"
    """not registered yet"""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to apply, such as ``web``, on some days; ``label`` as people read it, printing itself."""

    kind: str
    label: object
    days: Days


@dataclass(frozen=True, slots=True)
class Service:
    """A payment service as it bears on one incentive.

    ``label``       its name as people read it, printing itself
    ``takes_part``  the days of its participations in the incentive, of any round
    """

    label: object
    state: ServiceState
    takes_part: Sequence[Days]
    channels: Sequence[Channel]

    def open_channels(self, on: date) -> list[Channel]:
        """Return the ways to apply that are open on a day."""
        return [channel for channel in self.channels if channel.days.cover(on)]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A user-authentication certificate (利用者証明用電子証明書).

    ``valid_from``, ``valid_until``  both instants included, as certificates count
    ``revoked``                      None: cannot be found out at present
    ``renewed_at``                   when it replaced an older one; None for a first one, and where that is not known
    """

    valid_from: datetime
    valid_until: datetime
    revoked: bool | None = False
    renewed_at: datetime | None = None


def service_refusals(service: Service, *, on: date) -> Iterator[Reason]:
    """Yield every reason why nobody can apply to a service for the incentive on a day, by any channel."""
    label = {"service": service.label}
    if service.state is ServiceState.SUSPENDED:
        yield Reason(Refusal.SERVICE_SUSPENDED, label)
    elif service.state is ServiceState.WITHDRAWN:
        yield Reason(Refusal.SERVICE_WITHDRAWN, label)
    never = not service.takes_part or not service.channels
    if service.state is ServiceState.NOT_REGISTERED or never:
        yield Reason(Refusal.SERVICE_NOT_OPEN, label)
        return
    if any(days.cover(on) for days in service.takes_part):
        return
    to_come = [days.first for days in service.takes_part if on < days.first]
    if to_come:
        yield Reason(Refusal.SERVICE_NOT_JOINED_YET, label | {"joined_on": min(to_come)})
    else:
        left_on = max(days.last for days in service.takes_part if days.last is not None)
        yield Reason(Refusal.SERVICE_NO_LONGER_TAKES_PART, label | {"left_on": left_on})


def has_left(service: Service, *, on: date) -> bool:
    """Say whether a service has left the incentive by a day: for good, or its last day is over and none is to come.

    A suspended service has not: applications made with it go on.
    """
    if service.state is ServiceState.WITHDRAWN:
        return True
    return bool(service.takes_part) and all(days.last is not None and days.last < on for days in service.takes_part)


def channel_refusals(service: Service, *, channel: str, on: date) -> Iterator[Reason]:
    """Yield every reason why a service cannot be applied for by one channel on a day."""
    ours = [one for one in service.channels if one.kind == channel]
    if any(one.days.cover(on) for one in ours) or not service.channels:
        return
    figures = {"service": service.label}
    to_come = sorted((one for one in ours if on < one.days.first), key=lambda one: one.days.first)
    if to_come:
        first = to_come[0]
        yield Reason(Refusal.CHANNEL_NOT_OPEN_YET, figures | {"channel": first.label, "first_day": first.days.first})
    elif ours:
        latest = max(ours, key=lambda one: one.days.last or date.min)
        assert latest.days.last is not None, "a channel that neither covers the day nor comes has a last day"
        yield Reason(Refusal.CHANNEL_CLOSED, figures | {"channel": latest.label, "last_day": latest.days.last})
    if others := service.open_channels(on):
        yield Reason(Refusal.CHANNEL_NOT_OFFERED, figures | {"channels": tuple(one.label for one in others)})
    elif not ours:
        yield Reason(Refusal.SERVICE_NOT_OPEN, figures)


def certificate_refusals(
    certificate: Certificate, *, now: datetime, incentive: Incentive | None = None
) -> list[Reason]:
    """Return every reason why a certificate cannot be applied with at an instant.

    ``incentive``  whose programme may ask to wait after a renewal (``certificate_usable_after``); None: not asked
    """
    reasons = [*_validity(certificate, now)]
    if certificate.revoked:
        reasons.append(Reason(Refusal.CERTIFICATE_REVOKED))
    elif certificate.revoked is None:
        reasons.append(Reason(Refusal.REVOCATION_UNKNOWN))
    usable_from = certificate_usable_from(incentive, certificate) if incentive else None
    if usable_from is not None and now < usable_from:
        reasons.append(Reason(Refusal.CERTIFICATE_NOT_USABLE_YET, {"usable_from": _to_the_minute(usable_from)}))
    return reasons


def certificate_usable_from(incentive: Incentive, certificate: Certificate) -> datetime | None:
    """Return from when a renewed certificate can be applied with; None where it need not wait.

    Hours run from the renewal; days are days in Tokyo, so three days after is 00:00 of the third day after it.
    Source  wako: 1 hour for the card and for health insurance, 3 days for the account
    """
    after, renewed_at = incentive.certificate_usable_after, certificate.renewed_at
    if after is None or renewed_at is None:
        return None
    if after.unit is Unit.HOURS:
        return renewed_at + timedelta(hours=after.final_number)
    return tokyo_midnight(tokyo_day(renewed_at) + timedelta(days=after.final_number))


def _validity(certificate: Certificate, now: datetime) -> Iterator[Reason]:
    if now < certificate.valid_from:
        yield Reason(Refusal.CERTIFICATE_NOT_YET_VALID, {"valid_from": tokyo_day(certificate.valid_from)})
    if certificate.valid_until < now:
        yield Reason(Refusal.CERTIFICATE_EXPIRED, {"expired_on": tokyo_day(certificate.valid_until)})


def _to_the_minute(instant: datetime) -> Words:
    """Return an instant in words, rounded up to the minute: whoever comes then does not come too early."""
    whole = instant.replace(second=0, microsecond=0)
    whole += timedelta(minutes=1) if whole < instant else timedelta()
    return minute_words(whole)
