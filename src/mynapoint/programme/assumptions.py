"""Assumptions: what a simulation takes for granted of people: how many apply, when, and how much they spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path

from mynapoint.programme.periods import Period
from mynapoint.programme.rounds import Incentive, PremiumRule, Round
from mynapoint.programme.rule_file import RuleTable, read_toml
from mynapoint.programme.values import IncentiveId
from mynapoint.programme.words import Words

WHOLE = 10_000
"""Shares are whole numbers of 10,000: 8,126 means 81.26 %."""

_WEEKS = range(1, 521)
_SHIPPED = resources.files("mynapoint.programme") / "data" / "assumptions"
_DEFAULT_BASIS = Words(
    ja="既定の仮定:対象者の4割から8割(最もありそうなのは6割)が申し込む。申込の期間の最初の1割で2割、最後の1割で3割が"
    "申し込む。申し込んだ人の9割が上限まで使い、ポイントは8週以内に付与される。",
    en="Defaults: 40 % to 80 % of the people apply, most likely 60 %; a fifth of them in the first tenth of the "
    "application period and three tenths in its last; nine in ten fill the cap; points come within eight weeks.",
)


@dataclass(frozen=True, slots=True)
class TakeUp:
    """The share of all applicants, of 10,000, who have applied by the end of a day."""

    by: date
    share_per_10000: int


@dataclass(frozen=True, slots=True)
class IncentiveAssumptions:
    """What is assumed of one incentive.

    ``low``, ``likely``, ``high``  how many of 10,000 people apply
    ``take_up``              when: from none before the first day to all on the last, straight in between
    ``fills_cap_per_10000``  premium only: of 10,000 applicants, how many spend enough to reach the cap; the others
                             spend anything less, evenly spread
    ``weeks_to_points``      points come within so many weeks, evenly spread: after the application and, for premium
                             incentives, not before use earns
    """

    low: int
    likely: int
    high: int
    take_up: tuple[TakeUp, ...]
    fills_cap_per_10000: int
    weeks_to_points: int


@dataclass(frozen=True, slots=True)
class Assumptions:
    """All that is assumed of one programme, and in words what it is based on."""

    basis: Words
    incentives: Mapping[IncentiveId, IncentiveAssumptions]


def default_assumptions(law: Round) -> Assumptions:
    """Return the stated defaults for every incentive of a programme."""
    return Assumptions(_DEFAULT_BASIS, {incentive.id: _default(incentive) for incentive in law.incentives.values()})


def shipped_assumptions(law: Round) -> Assumptions | None:
    """Return the assumptions that ship for a round, None where there are none. Raises RuleFileError."""
    path = _SHIPPED / f"{law.id}.toml"
    return read_assumptions(path, law) if path.is_file() else None


def read_assumptions(path: Path | Traversable, law: Round) -> Assumptions:
    """Return the assumptions of a file, which names every incentive of the programme. Raises RuleFileError."""
    with read_toml(path) as file:
        if (named := file.text("programme")) != law.id:
            raise file.error("programme", f"is {named!r}; these are to be the assumptions for {law.id!r}")
        incentives: dict[IncentiveId, IncentiveAssumptions] = {}
        for id_, table in file.tables("incentive"):
            incentive = law.incentives.get(IncentiveId(id_))
            if incentive is None:
                raise table.error("", f"{law.id} has no such incentive")
            incentives[incentive.id] = _parse(table, incentive)
        for id_ in (one for one in law.incentives if one not in incentives):
            raise file.error(f"incentive.{id_}", "is missing; write what you expect of it")
        return Assumptions(file.words("basis"), incentives)


def application_period(incentive: Incentive) -> Period:
    """Return the period of applications. Raises ValueError while one of its days is open."""
    period = incentive.application_period
    if period is None:
        raise ValueError(f"{incentive.id}: a day of its application period is not announced yet; nothing to simulate")
    return period


def _default(incentive: Incentive) -> IncentiveAssumptions:
    period = application_period(incentive)
    days = (period.ends_on - period.starts_on).days + 1
    points = ((1, 2_000), (9, 7_000), (10, WHOLE))  # tenths of the period, share of applicants by then
    take_up: dict[date, TakeUp] = {}
    for tenths, share in points:  # in a period of a few days, two of the tenths may end on one day
        by = period.starts_on + timedelta(days=max(0, days * tenths // 10 - 1))
        take_up[by] = TakeUp(by, share)
    return IncentiveAssumptions(
        4_000, 6_000, 8_000, tuple(take_up.values()), fills_cap_per_10000=9_000, weeks_to_points=8
    )


def _parse(table: RuleTable, incentive: Incentive) -> IncentiveAssumptions:
    with table:
        with table.table("applied_per_10000") as applied:
            low, likely, high = (_share(applied, key) for key in ("low", "likely", "high"))
            if not low <= likely <= high:
                raise applied.error("likely", f"must lie between low and high; got {low}, {likely}, {high}")
        fills = WHOLE
        if isinstance(incentive.rule, PremiumRule):
            fills = _share(table, "fills_cap_per_10000")
        weeks = table.integer("weeks_to_points")
        if weeks not in _WEEKS:
            raise table.error("weeks_to_points", f"must be from {_WEEKS[0]} to {_WEEKS[-1]}; got {weeks}")
        return IncentiveAssumptions(low, likely, high, _take_up(table, incentive), fills, weeks)


def _take_up(table: RuleTable, incentive: Incentive) -> tuple[TakeUp, ...]:
    period, curve = application_period(incentive), []
    for row in table.rows("take_up"):
        with row:
            curve.append(TakeUp(row.day("by"), _share(row, "share_per_10000")))
            if not period.covers(curve[-1].by):
                raise row.error("by", f"must lie in the application period, {period.starts_on} until {period.ends_on}")
    for earlier, later in pairwise(curve):
        if later.by <= earlier.by:
            raise table.error("take_up", f"must be in order; {later.by} cannot follow {earlier.by}")
        if later.share_per_10000 < earlier.share_per_10000:
            fall = f"{earlier.share_per_10000} by {earlier.by}, but {later.share_per_10000} by {later.by}"
            raise table.error("take_up", f"cannot fall: {fall}; a share is of all who have applied by then")
    if not curve or curve[-1] != TakeUp(period.ends_on, WHOLE):
        raise table.error("take_up", f"must end with {WHOLE} on the last day of applications, {period.ends_on}")
    return tuple(curve)


def _share(table: RuleTable, key: str) -> int:
    share = table.integer(key)
    if not 0 <= share <= WHOLE:
        raise table.error(key, f"must be how many of {WHOLE:,} people, from 0 to {WHOLE:,}; got {share}")
    return share
