"""An incentive's table of a programme file, read strictly: every fault of it at once, or the incentive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from datetime import date

from mynapoint.programme.graces import Grace
from mynapoint.programme.incentives import DirectRule, Incentive, PremiumRule, RuleKind
from mynapoint.programme.parameters import Parameter, Unit, Value, WhenSpent, named_parameter
from mynapoint.programme.rule_file import RuleFileError, RuleTable, faults_into, raise_all
from mynapoint.programme.values import IncentiveId, Points
from mynapoint.programme.words import Words

Named = Mapping[str, Parameter]


def parse_incentive(
    id_: str,
    table: RuleTable,
    parameters: Mapping[str, Parameter],
    graces: Mapping[str, Grace],
    unread: Set[str] = frozenset(),
) -> Incentive | None:
    """Return the incentive of one ``[incentive.…]`` table; None where it names a figure that could not be read.

    ``unread``  the figures that stand in the file but could not be read; their own faults are told already
    Raises RuleFileError, of the first fault with the others of this table.
    """
    faults: list[RuleFileError] = []
    named, passed_over = _read_parts(table, parameters, unread, faults)
    number, label = 0, Words("", "")
    with faults_into(faults):
        number = table.integer("number")
        if number < 1:
            raise table.error("number", f"must be 1 or more; got {number}")
    with faults_into(faults):
        label = table.words("label")
    faults += table.unknown_keys()
    for judge in _JUDGES:
        with faults_into(faults):
            judge(table, named)
    raise_all(faults)
    if passed_over:
        return None
    ours = {parameter.key for parameter in named.values()}
    return Incentive(
        id=IncentiveId(id_),
        number=number,
        label=label,
        rule=_final_rule(named),
        graces=tuple(grace for grace in graces.values() if grace.parameter.key in ours),
        **named,
    )


_COMMON: dict[str, tuple[Unit, ...]] = {
    "points": (Unit.POINTS,),
    "card_requested_by": (Unit.LAST_DAY,),
    "applications_from": (Unit.FIRST_DAY,),
    "applications_until": (Unit.LAST_DAY,),
    "certificate_usable_after": (Unit.HOURS, Unit.DAYS),
    "area": (Unit.AREA,),
    "age_from": (Unit.AGE_FROM,),
    "age_until": (Unit.AGE_UNTIL,),
    "age_on": (Unit.AGE_DAY,),
    "budget": (Unit.POINTS,),
    "when_spent": (Unit.WHEN_SPENT,),
    "offer_stands": (Unit.DAYS_LONG,),
}
_PARTS = {
    RuleKind.PREMIUM: _COMMON
    | {
        "premium_rate": (Unit.PERCENT,),
        "yen_to_fill": (Unit.YEN,),
        "earning_from": (Unit.FIRST_DAY,),
        "earning_until": (Unit.LAST_DAY,),
        "on_service_left": (Unit.ON_SERVICE_LEFT,),
    },
    RuleKind.DIRECT: _COMMON | {"registered_by": (Unit.LAST_DAY,)},
}
_CONDITIONS = ("area", "age_from", "age_until", "age_on", "budget", "when_spent", "offer_stands")
_OPTIONAL = frozenset({"registered_by", "on_service_left", "certificate_usable_after", *_CONDITIONS})


def _read_parts(
    table: RuleTable, parameters: Mapping[str, Parameter], unread: Set[str], faults: list[RuleFileError]
) -> tuple[dict[str, Parameter], bool]:
    """Return the figures that an incentive names, by part, and whether one was passed over as unread."""
    named: dict[str, Parameter] = {}
    passed_over = False
    for part, units in _PARTS[table.choice("rule", RuleKind)].items():
        if part in _OPTIONAL and not table.has(part):
            continue
        with faults_into(faults):
            if table.text(part) in unread:
                passed_over = True
            else:
                named[part] = named_parameter(table, part, parameters, *units)
    return named, passed_over


def _final_rule(named: Named) -> PremiumRule | DirectRule:
    points = Points(named["points"].final_number)
    if "premium_rate" not in named:
        return DirectRule(points)
    return PremiumRule(named["premium_rate"].final_number, points)


def _refuse_open_ends(table: RuleTable, named: Named) -> None:
    """Refuse a figure that an award needs and that has no final value, and a cap or sum of nothing."""
    for part in ("points", "premium_rate", "certificate_usable_after", *_CONDITIONS):
        if part in named and named[part].final is None:
            raise table.error(
                part,
                "has no final figure, so no award could be judged by it; add an announcement with a value to "
                f"[{named[part].key}]",
            )
    if "points" in named and named["points"].final_number == 0:
        raise table.error("points", f"0 points: nobody would get anything; correct [{named['points'].key}]")


def _refuse_wrong_spending(table: RuleTable, named: Named) -> None:
    figures = [named[part].final for part in ("premium_rate", "points", "yen_to_fill") if part in named]
    if len(figures) < 3 or None in figures:
        return
    rate, cap, announced = (named[part].final_number for part in ("premium_rate", "points", "yen_to_fill"))
    if announced != (needed := PremiumRule(rate, Points(cap)).yen_to_fill):
        raise table.error(
            "yen_to_fill",
            f"{announced} yen are announced, but {rate} % reach {cap} points at {needed} yen; correct one of the three",
        )


def _refuse_ages(table: RuleTable, named: Named) -> None:
    """Refuse ages without a day, a day without ages, and ages that nobody has."""
    ages = [part for part in ("age_from", "age_until") if table.has(part)]
    if bool(ages) != table.has("age_on"):
        raise table.error("age_on", "is needed with age_from or age_until, and only with them")
    if "age_from" in named and "age_until" in named:
        youngest, oldest = named["age_from"].final, named["age_until"].final
        if isinstance(youngest, int) and isinstance(oldest, int) and oldest < youngest:
            raise table.error("age_until", f"{oldest} is below age_from, {youngest}; exchange or correct them")


def _refuse_small_budget(table: RuleTable, named: Named) -> None:
    if "budget" not in named or "points" not in named:
        return
    budget, points = named["budget"].final, named["points"].final
    if isinstance(budget, int) and isinstance(points, int) and budget < points:
        raise table.error("budget", f"{budget} points cannot pay one person's {points}; raise it, or lower the points")


def _refuse_waiting_without_end(table: RuleTable, named: Named) -> None:
    """Refuse a waiting list without the days an offer stands, and such days without a list."""
    if table.has("when_spent") and not table.has("budget"):
        raise table.error("when_spent", "is needed only with a budget; write budget, or leave when_spent out")
    if "when_spent" not in named:
        if table.has("offer_stands") and not table.has("when_spent"):
            raise table.error("offer_stands", "is needed with when_spent, and only with a waiting list")
        return
    waits = WhenSpent.WAITING_LIST in [one.value for one in named["when_spent"].announcements]
    if waits != table.has("offer_stands"):
        raise table.error(
            "offer_stands", "is needed where when_spent is a waiting list, and only there: the days to apply in turn"
        )
    if "offer_stands" in named and named["offer_stands"].final == 0:
        raise table.error("offer_stands", f"0 days: nobody could apply in turn; correct [{named['offer_stands'].key}]")


def _refuse_reversed_applications(table: RuleTable, named: Named) -> None:
    _refuse_reversed(table, named, "applications_from", "applications_until")


def _refuse_reversed_earning(table: RuleTable, named: Named) -> None:
    _refuse_reversed(table, named, "earning_from", "earning_until")


def _refuse_earning_before_applications(table: RuleTable, named: Named) -> None:
    """Refuse an end of earning before anybody can apply: nobody could earn anything."""
    _refuse_reversed(table, named, "applications_from", "earning_until")


def _refuse_reversed(table: RuleTable, named: Named, first_part: str, last_part: str) -> None:
    """Refuse a period that ends before it starts on any day of its history."""
    if first_part not in named or last_part not in named:
        return
    first, last = named[first_part], named[last_part]
    for day in sorted({a.announced_on for a in (*first.announcements, *last.announcements)}):
        starts, ends = _day_as_of(first, day), _day_as_of(last, day)
        if starts and ends and ends < starts:
            raise table.error(
                last_part,
                f"[{last.key}] ends on {ends}, before [{first.key}] starts on {starts} (as announced by {day}); "
                "correct one of the two days",
            )


def _day_as_of(parameter: Parameter, day: date) -> date | None:
    announcement = parameter.as_of(day)
    value: Value | None = announcement.value if announcement else None
    return value if isinstance(value, date) else None


_JUDGES: tuple[Callable[[RuleTable, Named], None], ...] = (
    _refuse_reversed_applications,
    _refuse_reversed_earning,
    _refuse_earning_before_applications,
    _refuse_open_ends,
    _refuse_wrong_spending,
    _refuse_ages,
    _refuse_small_budget,
    _refuse_waiting_without_end,
)
