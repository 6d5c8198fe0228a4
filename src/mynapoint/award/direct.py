"""直接付与方式: a fixed sum of points once an application and a proven registration are both there, in either order."""

from __future__ import annotations

from datetime import date

from mynapoint.award.refusals import Reason, Refusal
from mynapoint.programme.incentives import DirectRule, Incentive
from mynapoint.programme.values import Points


def due_on(*, applied_on: date | None, registered_on: date | None) -> date | None:
    """Return the first Tokyo day on which the fixed sum is due; None while either of the two is missing.

    ``applied_on``     the day of the application, which eligibility has judged
    ``registered_on``  the day of the proven registration; days before the incentive's start count as well
    """
    if applied_on is None or registered_on is None:
        return None
    return max(applied_on, registered_on)


def registration_refusal(incentive: Incentive, *, registered_on: date) -> Reason | None:
    """Return why a registration proven for a Tokyo day gives nothing: it was completed after its last day."""
    registered_by = incentive.registered_by.final_day if incentive.registered_by else None
    if registered_by is None or registered_on <= registered_by:
        return None
    return Reason(Refusal.REGISTERED_TOO_LATE, {"registered_on": registered_on, "registered_by": registered_by})


def direct_points(
    incentive: Incentive, *, on: date, applied_on: date | None, registered_on: date | None, posted: Points
) -> Points:
    """Return the points to post on a Tokyo day for one person and one direct incentive.

    ``posted``  points posted before for this person and incentive, 0 or the fixed sum
    Returns     points; 0 while not due, when posted already, and when the registration came after the last day
                that the programme file allows (``registered_by``). Never negative: this way has no refunds.
    Raises      TypeError for a premium incentive
    Source      nishitokyo-2022-01-24: 7,500 each for incentives 2 and 3; people registered before are included
    """
    if not isinstance(incentive.rule, DirectRule):
        raise TypeError(f"{incentive.id} is not a direct incentive")
    due = due_on(applied_on=applied_on, registered_on=registered_on)
    if due is None or registered_on is None or on < due:
        return Points(0)
    if registration_refusal(incentive, registered_on=registered_on) is not None:
        return Points(0)
    return Points(max(0, incentive.rule.points - posted))
