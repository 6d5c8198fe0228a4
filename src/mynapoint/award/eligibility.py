"""May this person apply for this incentive on this day? Every reason for no, not just the first.

Three clocks decide, all in Tokyo's calendar: the day the card was requested, the day of the application, and the
instant of each use. The cap belongs to person and incentive, through all rounds and services. Service, channel and
certificate are judged in ``means``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from mynapoint.award.means import Certificate, Service, certificate_refusals, channel_refusals, service_refusals
from mynapoint.award.refusals import Reason, Refusal
from mynapoint.programme.areas import area_names
from mynapoint.programme.graces import Grace
from mynapoint.programme.incentives import Incentive, PremiumRule
from mynapoint.programme.parameters import OnServiceLeft
from mynapoint.programme.values import Points, tokyo_day
from mynapoint.programme.words import minute_words

NO_POINTS = Points(0)


@dataclass(frozen=True, slots=True)
class EarlierApplication:
    """The person's application for the same incentive, in this round or an earlier one.

    ``applied_on``  the day in Tokyo          ``service``  the payment service's name, as people read it
    ``takes_part``  whether that service takes part in the round that is asked about
    """

    applied_on: date
    service: str
    takes_part: bool


@dataclass(frozen=True, slots=True)
class Applicant:
    """What is known of the person who wants to apply.

    ``card_requested_on``  the day in Tokyo on which the card was requested; None where it is not known, and then
                           this clock is left to whoever knows it (a municipality)
    ``points_recorded``    points recorded for this person and incentive so far, in all rounds and at all services
    ``earlier``            the application for this incentive that stands, None for a first one
    ``grace``              an exception within whose reach the person was found
    ``municipality``       the code of the municipality of residence, verified by whoever asks; None: not asked
    ``born_on``            the day of birth, likewise; None: not asked
    """

    card_requested_on: date | None = None
    points_recorded: Points = NO_POINTS
    earlier: EarlierApplication | None = None
    grace: Grace | None = None
    municipality: str | None = None
    born_on: date | None = None


class CarryOver(Enum):
    """What an earlier application means in a later round."""

    CONTINUES = "continues"
    """Earning goes on at the same service, up to the same cap; there is nothing to apply for."""
    REAPPLY = "reapply"
    """The service left; the rest of the cap may be applied for at another one."""
    ENDED = "ended"
    """The service left, and the rest of the cap with it."""
    COMPLETE = "complete"
    """The cap was reached; nothing is left."""


def refusals(
    incentive: Incentive,
    applicant: Applicant,
    *,
    on: date,
    points_promised: Points | None = None,
    service: Service | None = None,
    channel: str | None = None,
) -> list[Reason]:
    """Return every reason why the person may not apply on a Tokyo day; none means yes.

    Judged by the final figures. What a reason tells the person is what had been announced by ``on``.
    ``points_promised``  the most that all applications made so far can take from the incentive's budget; None: not
                         asked. Whoever could not get all they may earn is refused, so a budget is never overspent.
    ``service``          the payment service that is asked for; None: any
    ``channel``          by which of its ways, such as ``web``; None: any
    """
    return [
        *_application_day(incentive, on),
        *_card_request(incentive, applicant),
        *_cap(incentive, applicant),
        *_earlier_application(incentive, applicant),
        *_area(incentive, applicant),
        *_age(incentive, applicant),
        *_budget(incentive, applicant, points_promised),
        *(service_refusals(service, on=on) if service else ()),
        *(channel_refusals(service, channel=channel, on=on) if service and channel else ()),
    ]


def refusals_at(
    incentive: Incentive,
    applicant: Applicant,
    *,
    now: datetime,
    points_promised: Points | None = None,
    service: Service | None = None,
    channel: str | None = None,
    certificate: Certificate | None = None,
) -> list[Reason]:
    """Return ``refusals`` on Tokyo's day at an aware instant, and those of the certificate; None: not asked.

    Raises ValueError for a naive instant.
    """
    on = tokyo_day(now)
    reasons = refusals(incentive, applicant, on=on, points_promised=points_promised, service=service, channel=channel)
    if certificate is not None:
        reasons += certificate_refusals(certificate, now=now, incentive=incentive)
    return reasons


def use_refusals(incentive: Incentive, *, used_at: datetime, effective_from: datetime) -> list[Reason]:
    """Return every reason why a top-up or purchase at an aware instant does not count: the third clock.

    ``effective_from``  when the application took effect at the service (programme.service_rules.Effective)
    Returns             nothing for a direct incentive: it asks for no use
    """
    used_on, reasons = tokyo_day(used_at), list[Reason]()
    starts_on, ends_on = (day.final_day if day else None for day in (incentive.earning_from, incentive.earning_until))
    if not isinstance(incentive.rule, PremiumRule):
        return reasons
    if starts_on is not None and used_on < starts_on:
        reasons.append(Reason(Refusal.USE_BEFORE_EARNING, {"used_on": used_on, "earning_from": starts_on}))
    if ends_on is not None and used_on > ends_on:
        reasons.append(Reason(Refusal.USE_AFTER_EARNING, {"used_on": used_on, "earning_until": ends_on}))
    if used_at < effective_from:
        words = {"used_at": minute_words(used_at), "effective_from": minute_words(effective_from)}
        reasons.append(Reason(Refusal.USE_BEFORE_APPLICATION, words))
    return reasons


def points_max(incentive: Incentive) -> Points:
    """Return the most that one person can get for the incentive: the cap, or the fixed sum."""
    return incentive.rule.points_max if isinstance(incentive.rule, PremiumRule) else incentive.rule.points


def room(incentive: Incentive, *, points_recorded: Points) -> Points:
    """Return what is left of the cap, never below 0, given the points recorded in all rounds and at all services."""
    return Points(max(0, points_max(incentive) - points_recorded))


def carry_over(incentive: Incentive, *, points_recorded: Points, takes_part: bool) -> CarryOver:
    """Say what an application made in an earlier round means in the incentive's round.

    ``takes_part``  whether the service chosen then takes part now
    Source          nishitokyo-2022-01-24: who applied to round 1 and has not reached the cap goes on earning. What
                    happens when the service left was not found: ``on_service_left`` in the programme file decides.
    """
    if room(incentive, points_recorded=points_recorded) == 0:
        return CarryOver.COMPLETE
    if takes_part:
        return CarryOver.CONTINUES
    reapply = incentive.rest_when_service_left is OnServiceLeft.REAPPLY
    return CarryOver.REAPPLY if reapply else CarryOver.ENDED


def _application_day(incentive: Incentive, on: date) -> Iterator[Reason]:
    starts_on, ends_on = incentive.applications_from.final_day, incentive.applications_until.final_day
    if starts_on is None or on < starts_on:
        announced = incentive.applications_from.as_of(on)
        if announced is None or announced.value is None or starts_on is None:
            yield Reason(Refusal.START_NOT_ANNOUNCED)
        else:
            yield Reason(Refusal.BEFORE_APPLICATION_PERIOD, {"starts_on": announced.value})
    elif ends_on is not None and on > ends_on:
        yield Reason(Refusal.AFTER_APPLICATION_PERIOD, {"ended_on": ends_on})


def _card_request(incentive: Incentive, applicant: Applicant) -> Iterator[Reason]:
    requested_on, requested_by = applicant.card_requested_on, incentive.card_requested_by.final_day
    if requested_on is None or requested_by is None or requested_on <= requested_by:
        return
    grace = applicant.grace
    within = grace is not None and grace in incentive.graces and grace.parameter == incentive.card_requested_by
    if grace is not None and within and (grace.until is None or requested_on <= grace.until):
        return
    yield Reason(Refusal.CARD_REQUESTED_TOO_LATE, {"requested_by": requested_by, "requested_on": requested_on})
    if grace is not None and within:
        yield Reason(Refusal.GRACE_MISSED, {"until": grace.until, "requested_on": requested_on})


def _cap(incentive: Incentive, applicant: Applicant) -> Iterator[Reason]:
    if room(incentive, points_recorded=applicant.points_recorded) == 0:
        yield Reason(Refusal.CAP_REACHED, {"points_max": points_max(incentive)})


def _earlier_application(incentive: Incentive, applicant: Applicant) -> Iterator[Reason]:
    earlier = applicant.earlier
    if earlier is None:
        return
    figures = {"applied_on": earlier.applied_on, "service": earlier.service}
    match carry_over(incentive, points_recorded=applicant.points_recorded, takes_part=earlier.takes_part):
        case CarryOver.CONTINUES | CarryOver.COMPLETE:
            yield Reason(Refusal.ALREADY_APPLIED, figures)
        case CarryOver.ENDED:
            yield Reason(Refusal.SERVICE_LEFT, figures)
        case CarryOver.REAPPLY:
            return


def _area(incentive: Incentive, applicant: Applicant) -> Iterator[Reason]:
    area = incentive.municipalities
    if area and applicant.municipality is not None and applicant.municipality not in {one.code for one in area}:
        yield Reason(Refusal.NOT_IN_AREA, {"area": area_names(area)})


def _age(incentive: Incentive, applicant: Applicant) -> Iterator[Reason]:
    born, born_on = incentive.birthdays, applicant.born_on
    if born is None or born_on is None or born.cover(born_on):
        return
    if born_on > born.last:
        yield Reason(Refusal.TOO_YOUNG, {"born_until": born.last, "born_on": born_on})
    else:
        yield Reason(Refusal.TOO_OLD, {"born_from": born.first, "born_on": born_on})


def _budget(incentive: Incentive, applicant: Applicant, points_promised: Points | None) -> Iterator[Reason]:
    if incentive.budget is None or points_promised is None:
        return
    budget = incentive.budget.final_number
    if points_promised + room(incentive, points_recorded=applicant.points_recorded) > budget:
        yield Reason(Refusal.BUDGET_SPENT, {"budget": budget})
