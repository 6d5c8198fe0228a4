"""プレミアム方式 over all accounts: the rule of premium.py said again as Ibis expressions, one a stage.

Ibis is used as a compiler only (docs/decisions/0007-award-semantics.md): an engine turns each stage into a table of
its own SQL, in order, and no stage is computed twice. Instants are Tokyo wall time without a zone, ``timestamp(6)``,
so no session time zone can move a day. A schedule needs no date per row: what has matured is what happened before
one instant, and as nets are never negative, a threshold is filled exactly when the uses before that instant fill it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import ibis
from ibis import Table, _

from mynapoint.award.schemas import TEXT_MOST
from mynapoint.programme.schedules import Threshold
from mynapoint.programme.service_rules import Effective, Rounding, ServiceRule
from mynapoint.programme.values import TOKYO

ENROLMENTS = ibis.table(
    {
        "application_id": "string",
        "account_id": "string",
        "counts": "string",
        "applied_at": "timestamp(6)",
        "points_elsewhere": "int64",
    },
    name="award_enrolments",
)
TRANSACTIONS = ibis.table(
    {
        "transaction_id": "string",
        "account_id": "string",
        "kind": "string",
        "refunds": "string",
        "amount_yen": "int64",
        "occurred_at": "timestamp(6)",
    },
    name="award_transactions",
)
ALL_ROWS = {"account_id": "string", "kind": "string", "amount_yen": "int64", "occurred_us": "int64"}
"""Columns of rows of which some do not stand; ``occurred_us`` is in microseconds since 1970 (UTC)."""

POSTED = ibis.table({"application_id": "string", "points": "int64"}, name="award_posted")

RESULT = "award_result"

_TOKYO_AHEAD = timedelta(hours=9)

_TERMS = {
    "application_id": "string",
    "account_id": "string",
    "counts": "string",
    "starts_at": "timestamp(6)",
    "room": "int64",
    "fill_yen": "int64",
}


def stages(rule: ServiceRule, as_of: datetime, *, unique: bool) -> Iterator[tuple[str, Table]]:
    """Yield ``(name of the table to make, its expression)`` in the order to make them; the last is ``award_result``.

    Reads ``award_enrolments`` (one row an application and an account), ``award_transactions``, ``award_posted``.
    ``unique`` says that no transaction id comes twice, as after intake; otherwise repeated rows are dropped here.
    ``award_result``: application_id · points int ≠ 0 (negative is a claw-back).
    """
    rows = TRANSACTIONS
    if not unique:
        yield "award_doubled", TRANSACTIONS.group_by("transaction_id").having(_.count() > 1).agg()
        doubled = _made("award_doubled", {"transaction_id": "string"})
        yield "award_rows", one_of_each_id(TRANSACTIONS, doubled)
        rows = _made("award_rows", dict(TRANSACTIONS.schema()))
    yield "award_terms", terms(rule)
    of_account = _made("award_terms", _TERMS)
    yield "award_refunded", refunded(rows)
    refunds = _made("award_refunded", {"transaction_id": "string", "account_id": "string", "refunded_yen": "int64"})
    uses = matured_uses(rows, of_account, rule, as_of)
    yield "award_gross", gross(uses, rule)
    yield "award_taken_off", taken_off(uses, refunds, rule)
    sums = {"application_id": "string", "matured": "int64"}
    yield RESULT, awards(of_account, _made("award_gross", sums), _made("award_taken_off", sums), rule, as_of)


def stages_over_all_rows(rule: ServiceRule, as_of: datetime) -> Iterator[tuple[str, Table]]:
    """Yield what ``stages`` does for ``award_transactions`` of which some rows do not stand, without leaving them out.

    Sums are linear: every row is added up, and what rows that do not stand gave is taken off again. So the many plain
    rows are joined and summed once, and no row's id is read (docs/decisions/0012-award-speed.md).
    Reads ``award_all_rows`` and ``award_dropped`` (the rows that do not stand), both with the columns ``ALL_ROWS``, and
    ``award_noticed``: of those that stand at least every refund and everything a refund names.
    """
    yield "award_terms", terms(rule).mutate(starts_us=_microseconds(_.starts_at))
    of_account = _made("award_terms", _TERMS | {"starts_us": "int64"})
    rows = {name: _made(f"award_{name}", ALL_ROWS) for name in ("all_rows", "dropped")}
    noticed = _made("award_noticed", dict(TRANSACTIONS.schema()))
    yield "award_gross", gross_of_all_rows(rows["all_rows"], of_account, rule, as_of)
    yield "award_gross_dropped", gross_of_all_rows(rows["dropped"], of_account, rule, as_of)
    yield "award_refunded", refunded(noticed)
    refunds = _made("award_refunded", {"transaction_id": "string", "account_id": "string", "refunded_yen": "int64"})
    yield "award_taken_off", taken_off(matured_uses(noticed, of_account, rule, as_of), refunds, rule)
    sums = {"application_id": "string", "matured": "int64"}
    dropped = _made("award_gross_dropped", sums | {"nameless": "int64"}).select(*sums)
    lost = _made("award_taken_off", sums).union(dropped)
    yield RESULT, awards(of_account, _made("award_gross", sums), lost, rule, as_of)


def one_of_each_id(rows: Table, doubled: Table) -> Table:
    """Keep one row of each transaction id: the earliest, of those the smallest amount, then by its other columns."""
    order = ibis.window(
        group_by="transaction_id",
        order_by=[_.occurred_at, _.amount_yen, _.kind, _.account_id, _.refunds.fill_null("")],
    )
    numbered = rows.semi_join(doubled, "transaction_id").mutate(place=ibis.row_number().over(order))
    return rows.anti_join(doubled, "transaction_id").union(numbered.filter(_.place == 0).drop("place"))


def terms(rule: ServiceRule) -> Table:
    """What holds for each application: application_id · account_id · counts · starts_at · room · fill_yen."""
    next_day = _.applied_at.truncate("D") + ibis.interval(days=1)
    effective = {
        Effective.AT_ONCE: _.applied_at,
        Effective.NEXT_DAY: next_day,
        Effective.NEXT_DAY_0800: next_day + ibis.interval(hours=8),
    }[rule.effective]
    room = ibis.greatest(rule.points_max - _.points_elsewhere, 0)
    return ENROLMENTS.select(
        "application_id",
        "account_id",
        "counts",
        starts_at=ibis.greatest(effective, _tokyo(rule.earning_starts_at)),
        room=room,
        fill_yen=(room * 100 + (rule.premium_rate - 1)) // rule.premium_rate,
    )


def refunded(rows: Table) -> Table:
    """Yen refunded of each original: transaction_id · account_id · refunded_yen; only its own account refunds it."""
    refunds = rows.filter((_.kind == "refund") & _.refunds.notnull())
    return refunds.group_by(transaction_id=_.refunds, account_id=_.account_id).agg(refunded_yen=_.amount_yen.sum())


def matured_uses(rows: Table, of_account: Table, rule: ServiceRule, as_of: datetime) -> Table:
    """Uses that count and have matured: application_id · fill_yen · transaction_id · account_id · amount_yen."""
    counted = rows.filter(_.kind != "refund", _may_count(rule, as_of))
    uses = counted.join(
        of_account,
        ["account_id", counted.kind == of_account.counts, counted.occurred_at >= of_account.starts_at],
    )
    return uses.select("application_id", "fill_yen", "transaction_id", "account_id", "amount_yen")


def gross(uses: Table, rule: ServiceRule) -> Table:
    """What the uses come to before refunds: application_id · matured (yen, or points where each use is rounded)."""
    return uses.group_by("application_id").agg(matured=_worth(_.amount_yen, rule).sum())


def gross_of_all_rows(rows: Table, of_account: Table, rule: ServiceRule, as_of: datetime) -> Table:
    """``gross`` of the uses among the rows, which need not stand: application_id · matured · nameless.

    The row without an application counts the rows of accounts that have none, and of them those that name no account as
    a row must: so whoever looks for bad rows need not read their accounts. A row that counts for nothing is left out
    before it is summed: the sums of many applications lie far apart in memory.
    """
    before = (_matures_before(rule, as_of) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    counts = (_.kind == _.counts) & (_.occurred_us >= _.starts_us)
    counts &= (_.amount_yen >= rule.minimum_yen) & (_.occurred_us < before)
    has_none = _.application_id.isnull()
    named = _.account_id.length().between(1, TEXT_MOST).fill_null(False)
    nameless = ibis.ifelse(has_none, ibis.ifelse(named, None, 1), None)  # so letters are counted for these rows alone
    return (
        rows.left_join(of_account, "account_id")
        .filter(has_none | counts)
        .group_by("application_id")
        .agg(matured=ibis.ifelse(has_none, 1, _worth(_.amount_yen, rule)).sum(), nameless=nameless.count())
    )


def taken_off(uses: Table, refunds: Table, rule: ServiceRule) -> Table:
    """What refunds take off, in the unit of ``gross``, never more than the use itself. Refunded uses are few."""
    netted = uses.join(refunds, ["transaction_id", "account_id"])
    net_yen = ibis.greatest(_.amount_yen - _.refunded_yen, 0)
    lost = _worth(_.amount_yen, rule) - _worth(net_yen, rule)
    return netted.group_by("application_id").agg(matured=lost.sum())


def awards(of_account: Table, gross: Table, taken_off: Table, rule: ServiceRule, as_of: datetime) -> Table:
    """Points to post now, for every application where there is something to post.

    ``gross`` has at most one row an application; what was taken off and what was posted may have several.
    """
    lines = of_account.select("application_id", "room", "fill_yen")
    sums = {"taken_off": taken_off, "posted": POSTED.rename(matured="points")}
    summed = {name: table.group_by("application_id").agg(matured=_.matured.sum()) for name, table in sums.items()}
    for name, table in {"gross": gross, **summed}.items():
        lines = lines.left_join(table, "application_id").select(*lines.columns, **{name: _.matured.fill_null(0)})
    matured = _.gross - _.taken_off
    if rule.rounding is Rounding.EACH:
        due = ibis.least(matured, _.room)
    else:
        due = ibis.least(points(ibis.least(matured, _.fill_yen), rule), _.room)
    if isinstance(rule.schedule, Threshold) and as_of < rule.schedule.matures_unreached_at(rule.earning_until):
        due = ibis.ifelse(matured >= _.fill_yen, _.room, 0)
    return lines.select("application_id", points=due - _.posted).filter(_.points != 0)


def _may_count(rule: ServiceRule, as_of: datetime) -> ibis.Value:
    return (_.amount_yen >= rule.minimum_yen) & (_.occurred_at < _tokyo(_matures_before(rule, as_of)))


def _matures_before(rule: ServiceRule, as_of: datetime) -> datetime:
    return min(rule.earning_ends_before, rule.schedule.matured_before(as_of))


def _microseconds(wall: ibis.Value) -> ibis.Value:
    """Tokyo's wall time in microseconds since 1970 (UTC), without a floating-point number on the way."""
    tokyo = _TOKYO_AHEAD // timedelta(microseconds=1)
    return wall.truncate("s").epoch_seconds().cast("int64") * 1_000_000 + wall.microsecond() - tokyo


def _worth(yen: ibis.Value, rule: ServiceRule) -> ibis.Value:
    return points(ibis.least(yen, _.fill_yen), rule) if rule.rounding is Rounding.EACH else yen


def points(net_yen: ibis.Value, rule: ServiceRule) -> ibis.Value:
    """Whole points of yen that are at least 0 and at most what fills the cap: engines divide small figures exactly."""
    return (net_yen * rule.premium_rate) // 100


def _made(name: str, columns: dict[str, str]) -> Table:
    return ibis.table(columns, name=name)


def _tokyo(instant: datetime) -> ibis.Value:
    return ibis.literal(instant.astimezone(TOKYO).replace(tzinfo=None), type="timestamp(6)")
