"""By what right somebody who came in time is served after the last day: an exception of the law, or the operator's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.conf import settings

from mynapoint.hub.payment_services.open_incentives import incentives_on
from mynapoint.programme.incentives import Incentive
from mynapoint.programme.values import tokyo_midnight

OPERATOR = "operator"
"""Named in the record where no programme file says anything: the office that runs the hub, by its own setting."""


@dataclass(frozen=True, slots=True)
class Leave:
    """That people who came on the last day are served until an instant after it.

    ``grace``  the exception's name in the programme file, or ``OPERATOR``
    ``until``  from this instant on nobody is
    """

    grace: str
    until: datetime


def leave(incentive: Incentive) -> Leave | None:
    """Return the leave for an incentive's last day of applications; None: whoever is late is late.

    An exception (特例) to the last day in the programme file comes first: with a day, until that day has ended;
    without one, for the operator's minutes. Where the law is silent, as both national rounds are, the operator's
    minutes decide, and without them (the default) nobody is served late.
    """
    last_day = incentive.applications_until.final_day
    if last_day is None:
        return None
    midnight = tokyo_midnight(last_day + timedelta(days=1))
    minutes = timedelta(minutes=settings.LAST_DAY_GRACE_MINUTES)
    for grace in incentive.graces:
        if grace.parameter == incentive.applications_until and grace.announced_on <= last_day:
            ends = tokyo_midnight(grace.until + timedelta(days=1)) if grace.until else midnight + minutes
            return Leave(grace.id, ends) if ends > midnight else None
    return Leave(OPERATOR, midnight + minutes) if minutes else None


def longest_leave(day: date) -> Leave | None:
    """Return the longest leave of all incentives whose last day of applications is ``day``; None: there is none."""
    return _longest_leave(day, settings.LAST_DAY_GRACE_MINUTES)


@lru_cache(maxsize=16)
def _longest_leave(day: date, _minutes: int) -> Leave | None:
    ending = [one.incentive for one in incentives_on(day) if one.incentive.applications_until.final_day == day]
    leaves = [found for one in ending if (found := leave(one)) is not None]
    return max(leaves, key=lambda one: one.until, default=None)
