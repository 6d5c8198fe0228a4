"""Incentive and its rule: what points are given for, how many, and until when, by figures that name their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mynapoint.programme.ages import Birthdays, birthdays
from mynapoint.programme.areas import Municipality
from mynapoint.programme.parameters import OnServiceLeft, Parameter, Unit, Value, also_in, named_source, note
from mynapoint.programme.periods import Period
from mynapoint.programme.rule_file import RuleTable
from mynapoint.programme.sources import Confidence, Source
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
class Grace:
    """特例: an authorised exception to a last day, for those whom a counter or the office finds within its reach.

    ``until``  the last day it allows instead; None where it names no day
    """

    id: str
    parameter: Parameter
    announced_on: date
    until: date | None
    reach: Words
    reason: Words
    authority: Words
    source: Source
    confidence: Confidence
    note: Words | None = None
    also_in: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Incentive:
    """施策: one thing points are given for. ``rule`` holds final figures; the parameters hold their history.

    ``number``         the number people know it by within the round: ①②③
    ``registered_by``  direct only: the last day on which the registration may be completed, where one is known
    ``yen_to_fill``    premium only: the spending that reaches the cap, as announced; agrees with the rule
    ``area``           the municipalities whose residents it is for, None for all
    ``age_…``          the youngest and the oldest age, and the day on which they are judged
    ``budget``         points there are for all people together; incentives that name one figure share it
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
    area: Parameter | None = None
    age_from: Parameter | None = None
    age_until: Parameter | None = None
    age_on: Parameter | None = None
    budget: Parameter | None = None
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
            "area": self.area,
            "age_from": self.age_from,
            "age_until": self.age_until,
            "age_on": self.age_on,
            "budget": self.budget,
        }
        return {part: parameter for part, parameter in parts.items() if parameter is not None}


def parse_grace(
    id_: str, table: RuleTable, parameters: Mapping[str, Parameter], sources: Mapping[str, Source]
) -> Grace:
    """Return the exception of one ``[grace.…]`` table. Raises RuleFileError."""
    with table:
        parameter = _named(table, "parameter", parameters, Unit.LAST_DAY)
        until = table.day("until") if table.has("until") else None
        if until is not None and parameter.final_day is not None and until <= parameter.final_day:
            raise table.error("until", f"{until} allows no day after {parameter.final_day}")
        return Grace(
            id=id_,
            parameter=parameter,
            announced_on=table.day("announced_on"),
            until=until,
            reach=table.words("reach"),
            reason=table.words("reason"),
            authority=table.words("authority"),
            source=named_source(table, sources),
            confidence=table.choice("confidence", Confidence),
            note=note(table),
            also_in=also_in(table, sources),
        )


def parse_incentive(
    id_: str, table: RuleTable, parameters: Mapping[str, Parameter], graces: Mapping[str, Grace]
) -> Incentive:
    """Return the incentive of one ``[incentive.…]`` table. Raises RuleFileError."""
    with table:
        named = {
            part: _named(table, part, parameters, unit)
            for part, unit in _PARTS[table.choice("rule", RuleKind)].items()
            if part not in _OPTIONAL or table.has(part)
        }
        for first, last in (("applications_from", "applications_until"), ("earning_from", "earning_until")):
            if first in named:
                _refuse_reversed(table, named[first], named[last])
        if "earning_until" in named:  # else nobody who applies could earn anything
            _refuse_reversed(table, named["applications_from"], named["earning_until"])
        ours = {parameter.key for parameter in named.values()}
        incentive = Incentive(
            id=IncentiveId(id_),
            number=table.integer("number"),
            label=table.words("label"),
            rule=_final_rule(table, named),
            graces=tuple(grace for grace in graces.values() if grace.parameter.key in ours),
            **named,
        )
        _refuse_wrong_spending(table, incentive)
        _refuse_idle_conditions(table, named)
        return incentive


_COMMON = {
    "points": Unit.POINTS,
    "card_requested_by": Unit.LAST_DAY,
    "applications_from": Unit.FIRST_DAY,
    "applications_until": Unit.LAST_DAY,
    "area": Unit.AREA,
    "age_from": Unit.AGE_FROM,
    "age_until": Unit.AGE_UNTIL,
    "age_on": Unit.AGE_DAY,
    "budget": Unit.POINTS,
}
_PARTS = {
    RuleKind.PREMIUM: _COMMON
    | {
        "premium_rate": Unit.PERCENT,
        "yen_to_fill": Unit.YEN,
        "earning_from": Unit.FIRST_DAY,
        "earning_until": Unit.LAST_DAY,
        "on_service_left": Unit.ON_SERVICE_LEFT,
    },
    RuleKind.DIRECT: _COMMON | {"registered_by": Unit.LAST_DAY},
}
_CONDITIONS = ("area", "age_from", "age_until", "age_on", "budget")
_OPTIONAL = frozenset({"registered_by", "on_service_left", *_CONDITIONS})


def _period(first: Parameter, last: Parameter) -> Period | None:
    if first.final_day is None or last.final_day is None:
        return None
    return Period(first.final_day, last.final_day)


def _named(table: RuleTable, part: str, parameters: Mapping[str, Parameter], unit: Unit) -> Parameter:
    name = table.text(part)
    if name not in parameters:
        raise table.error(part, f"names no figure of this file: {name!r}")
    if parameters[name].unit is not unit:
        raise table.error(part, f"must be in “{unit}”; {name} is in “{parameters[name].unit}”")
    return parameters[name]


def _final_rule(table: RuleTable, named: Mapping[str, Parameter]) -> PremiumRule | DirectRule:
    for part in ("points", "premium_rate", *_CONDITIONS):
        if part in named and named[part].final is None:
            raise table.error(part, "has no final figure, so no award could be judged by it")
    points = Points(named["points"].final_number)
    if "premium_rate" not in named:
        return DirectRule(points)
    return PremiumRule(named["premium_rate"].final_number, points)


def _refuse_wrong_spending(table: RuleTable, incentive: Incentive) -> None:
    rule, announced = incentive.rule, incentive.yen_to_fill
    if isinstance(rule, PremiumRule) and announced is not None and announced.final != rule.yen_to_fill:
        raise table.error("yen_to_fill", f"{announced.final} yen are announced; rate and cap give {rule.yen_to_fill}")


def _refuse_idle_conditions(table: RuleTable, named: Mapping[str, Parameter]) -> None:
    """Refuse ages without a day, ages that nobody has, and a budget that cannot pay one person."""
    ages = [part for part in ("age_from", "age_until") if part in named]
    if bool(ages) != ("age_on" in named):
        raise table.error("age_on", "is needed with age_from or age_until, and only with them")
    if len(ages) == 2 and named["age_until"].final_number < named["age_from"].final_number:
        youngest = named["age_from"].final_number
        raise table.error("age_until", f"{named['age_until'].final_number} is below age_from, {youngest}")
    if "budget" in named and named["budget"].final_number < named["points"].final_number:
        points = named["points"].final_number
        raise table.error("budget", f"{named['budget'].final_number} points cannot pay one person's {points}")


def _refuse_reversed(table: RuleTable, first: Parameter, last: Parameter) -> None:
    """Refuse a period that ends before it starts on any day of its history."""
    for day in sorted({a.announced_on for a in (*first.announcements, *last.announcements)}):
        starts, ends = _day_as_of(first, day), _day_as_of(last, day)
        if starts and ends and ends < starts:
            raise table.error(last.key, f"ends on {ends}, before {first.key} starts on {starts} (as of {day})")


def _day_as_of(parameter: Parameter, day: date) -> date | None:
    announcement = parameter.as_of(day)
    value: Value | None = announcement.value if announcement else None
    return value if isinstance(value, date) else None
