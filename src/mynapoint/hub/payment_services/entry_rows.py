"""The rows of one payment service in the register's file: security codes, channels, participations, each checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from mynapoint.hub.payment_services.models import ChannelKind
from mynapoint.hub.words import PageWords
from mynapoint.programme.rounds import ROUND_IDS, load_round
from mynapoint.programme.rule_file import RuleTable

CODES_MAX = 3


def security_codes(row: RuleTable) -> list[dict[str, Any]]:
    """Return the codes a resident enters beside the account, at most three."""
    codes = []
    for position, table in enumerate(row.rows("security_code"), start=1):
        if position > CODES_MAX:
            raise row.error("security_code", "has more than three codes")
        with table:
            label, help_ = PageWords.of(table.words("label")), PageWords.of(table.words("help"))
            codes.append({"position": position, "label": label, "help": help_, "pattern": pattern(table)})
    return codes


def channels(row: RuleTable) -> list[dict[str, Any]]:
    """Return the ways to apply with their days, none of them twice."""
    found = [_channel(one) for one in row.rows("channel")]
    require_once(row, "channel", (f"{one['kind']} from {one['first_day'] or 'a day not stated'}" for one in found))
    return found


def participations(row: RuleTable) -> list[dict[str, Any]]:
    """Return the incentives of rounds it takes part in with their days, none of them twice."""
    found = [_participation(one) for one in row.rows("participation")]
    require_once(row, "participation", (f"{one['round_id']}/{one['incentive']}" for one in found))
    return found


def pattern(table: RuleTable) -> str:
    """Return a regular expression that an account or a code fits."""
    written = table.text("pattern")
    try:
        re.compile(written)
    except re.error as error:
        raise table.error("pattern", f"is not a regular expression: {error}") from error
    return written


def one_of(table: RuleTable, key: str, choices: Iterable[str]) -> str:
    """Return one of a closed list."""
    text, known = table.text(key), [str(choice) for choice in choices]
    if text not in known:
        raise table.error(key, f"must be one of {', '.join(known)}; got {text!r}")
    return text


def require_once(file: RuleTable, key: str, names: Iterable[str]) -> None:
    """Refuse a name that comes twice. Raises RuleFileError."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise file.error(key, f"names {name!r} twice")
        seen.add(name)


def _channel(row: RuleTable) -> dict[str, Any]:
    with row:
        first, last = _days(row, "first_day", "last_day")
        return {"kind": one_of(row, "kind", ChannelKind.values), "first_day": first, "last_day": last}


def _participation(row: RuleTable) -> dict[str, Any]:
    with row:
        joined, left = _days(row, "joined_on", "left_on")
        round_id = one_of(row, "round", ROUND_IDS)
        incentive = one_of(row, "incentive", sorted(load_round(round_id).incentives))
        return {"round_id": round_id, "incentive": incentive, "joined_on": joined, "left_on": left}


def _days(row: RuleTable, first: str, last: str) -> tuple[date | None, date | None]:
    begins = row.day(first) if row.has(first) else None
    ends = row.day(last) if row.has(last) else None
    if begins is not None and ends is not None and ends < begins:
        raise row.error(last, f"{ends} is before {begins}")
    return begins, ends
