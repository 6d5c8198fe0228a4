"""プレミアム方式 from cells: what an application's uses of a month are worth, kept; a run reads months, not uses.

A cell is the sum over the eligible uses of an application in one month of Tokyo of what tables.py sums over all of
them: net yen, or points where the rule rounds each use. Cells add up: what new uses bring and what new refunds take
off are cells too. What has matured at an instant is every cell of the months before the cutoff's month, and the uses
of that month before the cutoff themselves. Keys are only compared, so a store may number applications and accounts.
"""

from __future__ import annotations

from datetime import datetime

import ibis
from ibis import Table, _

from mynapoint.award import tables
from mynapoint.programme.service_rules import Rounding, ServiceRule
from mynapoint.programme.values import TOKYO

TERMS = ibis.table(
    {
        "application_id": "string",
        "account_id": "string",
        "counts": "string",
        "starts_at": "timestamp(6)",
        "fill_yen": "int64",
    },
    name="cell_terms",
)
"""What holds for each application, once for each of its accounts: a re-issued card has more than one."""

USES = ibis.table(
    {"account_id": "string", "kind": "string", "amount_yen": "int64", "occurred_at": "timestamp(6)"},
    name="cell_uses",
)
REFUNDED = ibis.table(
    {
        **USES.schema(),
        "application_id": "string",
        "before_yen": "int64",
        "after_yen": "int64",
    },
    name="cell_refunded",
)
"""Uses that refunds name: yen refunded as the cells have it (0 for a use that is new to them), and as it is now."""


def cells_rule(rule: ServiceRule) -> str:
    """Return all of a rule that cells depend on; when this text changes, they are made anew. The schedule is not in it.

    Where the total is rounded, cells hold yen, and neither rate nor cap matters to them.
    """
    parts = [rule.effective, rule.minimum_yen, rule.rounding, rule.earning_from, rule.earning_until]
    if rule.rounding is Rounding.EACH:
        parts += [rule.premium_rate, rule.points_max]
    return " ".join(str(part) for part in parts)


def cutoff(rule: ServiceRule, as_of: datetime) -> datetime:
    """Return, in Tokyo's wall time, the instant before which exactly the eligible uses have matured at ``as_of``."""
    return wall_time(min(rule.earning_ends_before, rule.schedule.matured_before(as_of)))


def wall_time(instant: datetime) -> datetime:
    """Return an instant as Tokyo's wall time, without a zone, as the tables hold it."""
    return instant.astimezone(TOKYO).replace(tzinfo=None)


def month_number(wall: datetime) -> int:
    """Return the month of a wall time, in months since year 0."""
    return wall.year * 12 + wall.month - 1


def month_start(wall: datetime) -> datetime:
    """Return the first instant of the month of a wall time."""
    return wall.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def gross(rule: ServiceRule) -> Table:
    """What uses bring before refunds: application_id · month · worth."""
    worth = _worth(_.amount_yen, rule).sum()
    return _by_month(_eligible(USES, rule)).agg(worth=worth)


def corrections(rule: ServiceRule) -> Table:
    """What refunds change, as cells below 0: application_id · month · worth."""
    uses = _eligible(REFUNDED, rule)
    now, then = (
        _worth(ibis.greatest(uses.amount_yen - refunded, 0), rule) for refunded in (uses.after_yen, uses.before_yen)
    )
    return _by_month(uses.mutate(change=now - then)).agg(worth=_.change.sum())


def _eligible(rows: Table, rule: ServiceRule) -> Table:
    """Uses that count, with what holds for their application."""
    counted = rows.filter(_.amount_yen >= rule.minimum_yen, _.occurred_at < _tokyo(rule.earning_ends_before))
    same = [counted.account_id == TERMS.account_id, counted.kind == TERMS.counts]
    if "application_id" in rows.columns:
        same.append(counted.application_id == TERMS.application_id)
    joined = counted.join(TERMS, [*same, counted.occurred_at >= TERMS.starts_at])
    extra = [name for name in ("before_yen", "after_yen") if name in rows.columns]
    return joined.select(
        TERMS.application_id,
        TERMS.fill_yen,
        counted.amount_yen,
        counted.occurred_at,
        *(counted[name] for name in extra),
    )


def _by_month(uses: Table) -> ibis.expr.types.GroupedTable:
    month = uses.occurred_at.year().cast("int32") * 12 + uses.occurred_at.month().cast("int32") - 1
    return uses.group_by(application_id=uses.application_id, month=month.cast("int16"))


def _worth(yen: ibis.Value, rule: ServiceRule) -> ibis.Value:
    return tables.points(ibis.least(yen, _.fill_yen), rule) if rule.rounding is Rounding.EACH else yen


def _tokyo(instant: datetime) -> ibis.Value:
    return ibis.literal(wall_time(instant), type="timestamp(6)")
