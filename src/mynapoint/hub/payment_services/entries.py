"""The register's file read strictly: every provider and payment service checked before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mynapoint.hub.payment_services.models import ChannelKind, Kind, PaymentService, State
from mynapoint.hub.words import NO_WORDS, PageWords
from mynapoint.programme.rounds import ROUND_IDS, load_round
from mynapoint.programme.rule_file import RuleTable, read_toml
from mynapoint.programme.schedules import MalformedSchedule, Threshold, parse_schedule
from mynapoint.programme.service_rules import Effective, Rounding


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """One ``[[provider]]`` of the file."""

    slug: str
    name: PageWords
    account_api_url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``[[payment_service]]``: columns of PaymentService, and the rows that hang off it."""

    number: str
    provider: str
    names: tuple[str, ...]
    columns: dict[str, Any]
    security_codes: list[dict[str, Any]]
    channels: list[dict[str, Any]]
    participations: list[dict[str, Any]]
    table: RuleTable


def read_register(path: Path) -> tuple[list[ProviderEntry], list[Entry]]:
    """Return a file's providers and payment services. Raises RuleFileError naming the entry and key at fault."""
    with read_toml(path) as file:
        providers = [_provider(row) for row in file.rows("provider")]
        entries = [_entry(row) for row in file.rows("payment_service")]
        _require_once(file, "provider", (one.slug for one in providers))
        _require_once(file, "payment_service", (one.number for one in entries))
        known = {one.slug for one in providers}
        for entry in entries:
            if entry.provider not in known:
                raise entry.table.error("provider", f"{entry.provider!r} is no provider of this file")
    return providers, entries


def _provider(row: RuleTable) -> ProviderEntry:
    with row:
        url = row.text("account_api_url") if row.has("account_api_url") else ""
        return ProviderEntry(row.text("id"), _words(row, "name"), url)


def _entry(row: RuleTable) -> Entry:
    with row:
        names = (row.text("name"), row.text("kana"), row.text("name_en"))
        return Entry(
            number=row.text("number"),
            provider=row.text("provider"),
            names=names,
            columns={
                **dict(zip(("name", "kana", "name_en"), names, strict=True)),
                "state": _one_of(row, "state", State.values),
                "kind": _one_of(row, "kind", Kind.values),
                "summary": _words(row, "summary"),
                **_award_columns(row),
                **_account_columns(row.table("account")),
                **_points_columns(row.table("points")),
                "prior_registration": _words(row, "prior_registration", may_be_empty=True),
                "extra": _words(row, "extra", may_be_empty=True),
                "notes": _words(row, "notes", may_be_empty=True),
                "link": row.text("link"),
                "as_of": row.day("as_of"),
            },
            security_codes=_security_codes(row),
            channels=[_channel(one) for one in row.rows("channel")],
            participations=[_participation(one) for one in row.rows("participation")],
            table=row,
        )


def _award_columns(row: RuleTable) -> dict[str, Any]:
    try:
        schedule = parse_schedule(row.value("schedule"))
    except MalformedSchedule as error:
        raise row.error(error.key, error.why) from error
    rounding = _one_of(row, "rounding", list(Rounding))
    if isinstance(schedule, Threshold) and rounding == Rounding.EACH:
        raise row.error("rounding", 'cannot be "each" with a threshold schedule')
    return {
        "counts": _one_of(row, "counts", [value for value, _ in PaymentService.COUNTS]),
        "effective": _one_of(row, "effective", list(Effective)),
        "minimum_yen": row.integer("minimum_yen"),
        "rounding": rounding,
        "schedule": schedule.as_table(),
    }


def _account_columns(table: RuleTable) -> dict[str, Any]:
    with table:
        pattern = _pattern(table)
        example = table.text("example") if table.has("example") else ""
        if example and not re.fullmatch(pattern, example):
            raise table.error("example", f"{example!r} does not fit the pattern {pattern!r}")
        return {
            "account_label": _words(table, "label"),
            "account_help": _words(table, "help"),
            "account_pattern": pattern,
            "account_example": example,
        }


def _points_columns(table: RuleTable) -> dict[str, Any]:
    with table:
        return {
            "points_name": _words(table, "name"),
            "points_used": _one_of(table, "used", [value for value, _ in PaymentService.USE]),
            "points_use": _words(table, "use"),
            "points_expiry": _words(table, "expiry"),
        }


def _security_codes(row: RuleTable) -> list[dict[str, Any]]:
    codes = []
    for position, table in enumerate(row.rows("security_code"), start=1):
        if position > 3:
            raise row.error("security_code", "has more than three codes")
        with table:
            label, help_ = _words(table, "label"), _words(table, "help")
            codes.append({"position": position, "label": label, "help": help_, "pattern": _pattern(table)})
    return codes


def _channel(row: RuleTable) -> dict[str, Any]:
    with row:
        first, last = _days(row, "first_day", "last_day")
        return {"kind": _one_of(row, "kind", ChannelKind.values), "first_day": first, "last_day": last}


def _participation(row: RuleTable) -> dict[str, Any]:
    with row:
        joined, left = _days(row, "joined_on", "left_on")
        round_id = _one_of(row, "round", ROUND_IDS)
        incentive = _one_of(row, "incentive", sorted(load_round(round_id).incentives))
        return {"round_id": round_id, "incentive": incentive, "joined_on": joined, "left_on": left}


def _days(row: RuleTable, first: str, last: str) -> tuple[date, date | None]:
    begins = row.day(first)
    ends = row.day(last) if row.has(last) else None
    if ends is not None and ends < begins:
        raise row.error(last, f"{ends} is before {begins}")
    return begins, ends


def _pattern(table: RuleTable) -> str:
    pattern = table.text("pattern")
    try:
        re.compile(pattern)
    except re.error as error:
        raise table.error("pattern", f"is not a regular expression: {error}") from error
    return pattern


def _words(table: RuleTable, key: str, *, may_be_empty: bool = False) -> PageWords:
    return NO_WORDS if may_be_empty and not table.has(key) else PageWords.of(table.words(key))


def _one_of(table: RuleTable, key: str, choices: Iterable[str]) -> str:
    text, known = table.text(key), [str(choice) for choice in choices]
    if text not in known:
        raise table.error(key, f"must be one of {', '.join(known)}; got {text!r}")
    return text


def _require_once(file: RuleTable, key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise file.error(key, f"names {name!r} twice")
        seen.add(name)
