"""The service file: how one service applies the law (from when and how many yen uses count, when awarded)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from mynapoint.programme.parameters import Parameter
from mynapoint.programme.rounds import ROUND_IDS, Incentive, PremiumRule, Round, load_round
from mynapoint.programme.schedules import AwardSchedule, MalformedSchedule, Threshold, parse_schedule
from mynapoint.programme.values import (
    IncentiveId,
    MalformedValue,
    Points,
    ServiceNumber,
    Yen,
    tokyo_day,
    tokyo_midnight,
)

NATIONAL_ROUNDS = ("round1", "round2")
MINIMUM_YEN_MOST = 1_000_000


class ServiceFileError(ValueError):
    """A service file that cannot be used: which file, which key, and what to do."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}: {key}: {why}")
        self.file = file
        self.key = key
        self.why = why


class Effective(StrEnum):
    """When an application takes effect at a service: the first instant from which uses count."""

    AT_ONCE = "at_once"
    NEXT_DAY = "next_day"
    NEXT_DAY_0800 = "next_day_08:00"

    def starts_at(self, applied_at: datetime) -> datetime:
        """Return the first instant that counts for an application made at ``applied_at``."""
        if self is Effective.AT_ONCE:
            return applied_at
        next_day = tokyo_midnight(tokyo_day(applied_at) + timedelta(days=1))
        return next_day + timedelta(hours=8) if self is Effective.NEXT_DAY_0800 else next_day


class Rounding(StrEnum):
    """Where fractions of a point are dropped: once from the total, or from each use."""

    TOTAL = "total"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """Everything an award is judged by at one service.

    ``earning_from``, ``earning_until``  the earning period, days in Tokyo, both inclusive
    ``minimum_yen``                      the least amount, before refunds, that counts
    ``premium_rate``                     percent; ``points_max`` the cap per person and incentive
    """

    service_number: ServiceNumber
    incentive: IncentiveId
    effective: Effective
    minimum_yen: Yen
    rounding: Rounding
    schedule: AwardSchedule
    earning_from: date
    earning_until: date
    premium_rate: int
    points_max: Points

    @property
    def earning_starts_at(self) -> datetime:
        """The first instant of the earning period."""
        return tokyo_midnight(self.earning_from)

    @property
    def earning_ends_before(self) -> datetime:
        """The first instant after the earning period."""
        return tokyo_midnight(self.earning_until + timedelta(days=1))


def load_service_rule(path: Path) -> ServiceRule:
    """Read a service file. Raises ServiceFileError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ServiceFileError(str(path), "file", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ServiceFileError(str(path), "file", "cannot be read: it is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ServiceFileError(str(path), "file", f"is not TOML: {error}") from error
    return parse_service_rule(table, file=str(path))


def parse_service_rule(table: Mapping[str, object], *, file: str = "service file") -> ServiceRule:
    """Read a service table; rate, cap and period are the programme's final figures. Raises ServiceFileError.

    Without ``round`` the earning period runs from the first national round's start to the last one's end.
    ``earning_until`` is for a service that set a last day of its own (round 2: smbc-card-2023), earlier or later.
    """
    known = {
        "service_number",
        "incentive",
        "round",
        "effective",
        "minimum_yen",
        "rounding",
        "schedule",
        "earning_until",
    }
    if unknown := sorted(set(table) - known):
        raise ServiceFileError(file, unknown[0], f"is not a key of a service file; it takes {', '.join(sorted(known))}")
    reader = _Reader(file, table)
    names = [reader.choice("round", ROUND_IDS)] if "round" in table else NATIONAL_ROUNDS
    rounds = [load_round(name) for name in names]
    incentive = reader.choice("incentive", sorted({str(name) for one in rounds for name in one.incentives}))
    premium, earning_from, earning_until = _figures(reader, rounds, IncentiveId(incentive))
    rule = ServiceRule(
        service_number=reader.service_number(),
        incentive=IncentiveId(incentive),
        effective=Effective(reader.choice("effective", [str(one) for one in Effective])),
        minimum_yen=Yen(reader.whole("minimum_yen", 1, MINIMUM_YEN_MOST)),
        rounding=Rounding(reader.choice("rounding", [str(one) for one in Rounding])),
        schedule=reader.schedule(),
        earning_from=earning_from,
        earning_until=reader.day("earning_until") if "earning_until" in table else earning_until,
        premium_rate=premium.premium_rate,
        points_max=premium.points_max,
    )
    if isinstance(rule.schedule, Threshold) and rule.rounding is Rounding.EACH:
        why = 'cannot be "each" with a threshold schedule: what fills the cap is judged by the total; use "total"'
        raise ServiceFileError(file, "rounding", why)
    if rule.earning_until < rule.earning_from:
        why = f"{rule.earning_until} is before earning starts on {rule.earning_from}; give a later day, or leave it out"
        raise ServiceFileError(file, "earning_until", why)
    return rule


def _figures(reader: _Reader, rounds: list[Round], name: IncentiveId) -> tuple[PremiumRule, date, date]:
    found: list[Incentive] = [one.incentives[name] for one in rounds if name in one.incentives]
    rule = found[-1].rule
    if not isinstance(rule, PremiumRule):
        why = f"{name} is a fixed sum; only an incentive with a premium rate is awarded from transactions"
        raise ServiceFileError(reader.file, "incentive", why)
    return rule, reader.final_day(found[0].earning_from), reader.final_day(found[-1].earning_until)


class _Reader:
    """Takes one key after another out of a service table, or says what is wrong with it."""

    def __init__(self, file: str, table: Mapping[str, object]) -> None:
        self.file = file
        self._table = table

    def choice(self, key: str, choices: list[str] | tuple[str, ...]) -> str:
        value = self._value(key)
        if not isinstance(value, str) or value not in choices:
            raise ServiceFileError(self.file, key, f"must be one of {', '.join(choices)}; got {value!r}")
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ServiceFileError(self.file, key, f"must be a whole number from {least} to {most}; got {value!r}")
        return value

    def day(self, key: str) -> date:
        value = self._value(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise ServiceFileError(self.file, key, f"must be a day such as 2023-03-31, without quotes; got {value!r}")
        return value

    def service_number(self) -> ServiceNumber:
        try:
            return ServiceNumber(str(self._value("service_number")))
        except MalformedValue as error:
            raise ServiceFileError(self.file, "service_number", str(error)) from error

    def schedule(self) -> AwardSchedule:
        try:
            return parse_schedule(self._value("schedule"))
        except MalformedSchedule as error:
            raise ServiceFileError(self.file, error.key, error.why) from error

    def final_day(self, parameter: Parameter | None) -> date:
        value = parameter.final if parameter is not None else None
        if not isinstance(value, date):
            raise ServiceFileError(self.file, "round", "the programme has not announced this earning period yet")
        return value

    def _value(self, key: str) -> object:
        if key not in self._table:
            raise ServiceFileError(self.file, key, "is missing")
        return self._table[key]
