"""Incentive and its rule: what points are given for, how many, and until when, by figures that name their sources."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mynapoint.programme.ages import Birthdays, birthdays
from mynapoint.programme.areas import Municipality
from mynapoint.programme.graces import Grace
from mynapoint.programme.parameters import OnServiceLeft, Parameter, WhenSpent
from mynapoint.programme.periods import Period
from mynapoint.programme.values import IncentiveId, Points, Yen
from mynapoint.programme.words import Words


@dataclass(frozen=True, slots=True)
class PremiumRule:
    """プレミアム方式: a whole percentage of eligible use, up to a cap per person.

    ``premium_rate``  percent, above 0         ``points_max``  points per person and incentive, 0 or more
    """

    premium_rate: int
    points_max: Points

    def __post_init__(self) -> None:
        if self.premium_rate < 1 or self.points_max < 0:
            raise ValueError(f"a rate of {self.premium_rate} % up to {self.points_max} points is no rule")

    @property
    def yen_to_fill(self) -> Yen:
        """The least yen of eligible use that reach the cap."""
        return Yen(-(-self.points_max * 100 // self.premium_rate))


@dataclass(frozen=True, slots=True)
class DirectRule:
    """直接付与方式: a fixed sum of points, 0 or more, once a registration is proven; no spending needed."""

    points: Points

    def __post_init__(self) -> None:
        if self.points < 0:
            raise ValueError(f"a fixed sum of {self.points} points is no rule")


class RuleKind(StrEnum):
    """The two ways of awarding; a third is a decision."""

    PREMIUM = "premium"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Incentive:
    """施策: one thing points are given for. ``rule`` holds final figures; the parameters hold their history.

    ``number``         the number people know it by within the round: ①②③
    ``registered_by``  direct only: the last day on which the registration may be completed, where one is known
    ``yen_to_fill``    premium only: the spending that reaches the cap, as announced; agrees with the rule
    ``certificate_usable_after``  how long after its renewal a certificate can be applied with, in hours or in days
    ``area``           the municipalities whose residents it is for, None for all
    ``age_…``          the youngest and the oldest age, and the day on which they are judged
    ``budget``         points there are for all people together; incentives that name one figure share it
    ``when_spent``     what happens to those who come when it is spent; ``offer_stands``, for a waiting list, how many
                       days somebody has to apply once their turn has come
    """

    id: IncentiveId
    number: int
    label: Words
    rule: PremiumRule | DirectRule
    points: Parameter
    applications_from: Parameter
    applications_until: Parameter
    card_requested_by: Parameter
    premium_rate: Parameter | None = None
    yen_to_fill: Parameter | None = None
    earning_from: Parameter | None = None
    earning_until: Parameter | None = None
    registered_by: Parameter | None = None
    on_service_left: Parameter | None = None
    certificate_usable_after: Parameter | None = None
    area: Parameter | None = None
    age_from: Parameter | None = None
    age_until: Parameter | None = None
    age_on: Parameter | None = None
    budget: Parameter | None = None
    when_spent: Parameter | None = None
    offer_stands: Parameter | None = None
    graces: tuple[Grace, ...] = ()

    @property
    def application_period(self) -> Period | None:
        """When people may apply, by the final figures; None while a border is open."""
        return _period(self.applications_from, self.applications_until)

    @property
    def earning_period(self) -> Period | None:
        """When use earns, by the final figures; None for direct incentives and while a border is open."""
        if self.earning_from is None or self.earning_until is None:
            return None
        return _period(self.earning_from, self.earning_until)

    @property
    def rest_when_service_left(self) -> OnServiceLeft:
        """What happens to the rest of the cap when the chosen service did not join; it ends where no file says."""
        return OnServiceLeft(str(self.on_service_left.final)) if self.on_service_left else OnServiceLeft.ENDS

    @property
    def has_waiting_list(self) -> bool:
        """Whether people who come when the budget is spent wait in order; refused where no file says."""
        return self.when_spent is not None and self.when_spent.final is WhenSpent.WAITING_LIST

    @property
    def municipalities(self) -> tuple[Municipality, ...]:
        """The municipalities whose residents it is for, by the final figure; empty where it is for all."""
        return self.area.final_area if self.area else ()

    @property
    def birthdays(self) -> Birthdays | None:
        """The days of birth that the ages come to, by the final figures; None where age does not matter."""
        if self.age_on is None or self.age_on.final_day is None:
            return None
        youngest, oldest = (age.final_number if age else None for age in (self.age_from, self.age_until))
        return birthdays(age_from=youngest, age_until=oldest, on=self.age_on.final_day)

    def parts(self) -> dict[str, Parameter]:
        """Return the incentive's parameters by their part in it, in the order people ask for them."""
        parts = {
            "points": self.points,
            "premium_rate": self.premium_rate,
            "yen_to_fill": self.yen_to_fill,
            "card_requested_by": self.card_requested_by,
            "applications_from": self.applications_from,
            "applications_until": self.applications_until,
            "earning_from": self.earning_from,
            "earning_until": self.earning_until,
            "registered_by": self.registered_by,
            "on_service_left": self.on_service_left,
            "certificate_usable_after": self.certificate_usable_after,
            "area": self.area,
            "age_from": self.age_from,
            "age_until": self.age_until,
            "age_on": self.age_on,
            "budget": self.budget,
            "when_spent": self.when_spent,
            "offer_stands": self.offer_stands,
        }
        return {part: parameter for part, parameter in parts.items() if parameter is not None}


def _period(first: Parameter, last: Parameter) -> Period | None:
    if first.final_day is None or last.final_day is None:
        return None
    return Period(first.final_day, last.final_day)
