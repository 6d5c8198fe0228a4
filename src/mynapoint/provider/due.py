"""What each application is due now, from cells; only those are computed whose matured sum can have changed."""

# ruff: noqa: S608 (tables, columns and numbers of ours; nothing of a file's content is put into SQL)

from __future__ import annotations

from datetime import datetime

import duckdb
import ibis
import pyarrow as pa

from mynapoint.award import cells, tables
from mynapoint.programme.schedules import Threshold
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.provider import engines
from mynapoint.provider.cells import ALL_FILES, compiled, make_refunded, make_terms, show_uses
from mynapoint.provider.numbering import TOKYO_MICROSECONDS
from mynapoint.provider.store import only

Row = tuple[str, datetime, datetime, int, int]


def premium_due(
    connection: duckdb.DuckDBPyConnection, rule: ServiceRule, as_of: datetime, *, everything: bool = False
) -> None:
    """Add to ``due`` (application_no · points) what a rule gives as of an instant; the cells must be up to date.

    Pending lines count as posted, for they will be. Stopped applications are left out, and so is one whose account
    another, earlier application of the incentive turned out to have before its card was re-issued.
    Notes in ``awarded`` how far this award went: the next one starts there, unless ``everything`` is to be computed.
    """
    make_terms(connection, rule)
    cutoff = cells.cutoff(rule, as_of)
    last = _awarded(connection, rule)
    _choose(connection, rule, None if everything else last, as_of, cutoff)
    with engines.summing_in_place(connection):
        is_whole = _sum_matured(connection, rule, cutoff)
    connection.execute(
        """CREATE OR REPLACE TEMP VIEW award_posted AS
           SELECT application_no AS application_id, points::BIGINT AS points FROM pending_lines"""
    )
    of_account = ibis.table(tables._TERMS, name="chosen_terms")
    sums = {"application_id": "string", "matured": "int64"}
    matured = ibis.table(sums, name="matured")
    if not is_whole:
        matured = matured.group_by("application_id").agg(matured=ibis._.matured.sum())
    nothing = ibis.table(sums, name="nothing_taken_off")
    query = ibis.to_sql(tables.awards(of_account, matured, nothing, rule, as_of), "duckdb")
    connection.execute(f"INSERT INTO due SELECT application_id, points FROM ({query})")
    batch = only(connection, "SELECT coalesce(max(batch), 0) FROM cell_batches")
    notices = only(connection, "SELECT coalesce(max(cursor), 0) FROM notices")
    now = (repr(rule), cells.wall_time(as_of), cutoff, batch, notices)
    if now != last:
        connection.execute("INSERT INTO awarded VALUES (?, ?, ?, ?, ?, ?)", (rule.incentive, *now))


def check_against_transactions(connection: duckdb.DuckDBPyConnection, rule: ServiceRule, as_of: datetime) -> int:
    """Compute what ``premium_due`` computed from all transactions instead of cells; return how many lines differ.

    Call it right after ``premium_due`` with ``everything``, when all before is committed: the engine has a connection
    of its own. Where they differ, ``due`` gets what the transactions give.
    """
    with connection.cursor() as other:
        lines = _due_from_transactions(other, rule, as_of)
        connection.register("lines_of_transactions", lines)
        connection.execute(
            """CREATE OR REPLACE TEMP TABLE right_due AS SELECT application_no, points
               FROM lines_of_transactions JOIN applications USING (application_id)"""
        )
        connection.unregister("lines_of_transactions")
    differing = only(
        connection,
        """SELECT count(*) FROM (FROM due SEMI JOIN chosen USING (application_no)) AS found
           FULL JOIN right_due USING (application_no) WHERE found.points IS DISTINCT FROM right_due.points""",
    )
    assert isinstance(differing, int)
    if differing:
        connection.execute("DELETE FROM due WHERE application_no IN (SELECT application_no FROM chosen)")
        connection.execute("INSERT INTO due FROM right_due")
    return differing


def _due_from_transactions(connection: duckdb.DuckDBPyConnection, rule: ServiceRule, as_of: datetime) -> pa.Table:
    """Return application_id · points; an application's cards are one account to the engine, named after it."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE all_applications AS FROM applications
            SEMI JOIN counted_accounts USING (application_no) ANTI JOIN stopped USING (application_id)
            WHERE incentive = '{rule.incentive}'"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW all_enrolments AS
            SELECT application_id, application_id AS account_id, if(counts_purchases, 'purchase', 'top_up') AS counts,
                make_timestamptz(epoch_us(applied_at) - {TOKYO_MICROSECONDS}) AS applied_at,
                greatest({int(rule.points_max)} - room, 0)::BIGINT AS points_elsewhere
            FROM all_applications"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP VIEW all_transactions AS
           SELECT transaction_id, application_id AS account_id, kind, refunds, amount_yen, occurred_at
           FROM transactions JOIN accounts USING (account_id) JOIN counted_accounts USING (account_no)
           JOIN all_applications USING (application_no)"""
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE posted_lines AS SELECT application_id, points FROM award_lines")
    result = engines.run_duckdb(
        connection,
        rule,
        as_of,
        enrolments="temp.all_enrolments",
        transactions="temp.all_transactions",
        posted="temp.posted_lines",
        unique=True,
    )
    return connection.sql(f"SELECT application_id, points FROM {result}").to_arrow_table()


def _awarded(connection: duckdb.DuckDBPyConnection, rule: ServiceRule) -> Row | None:
    """Return how far the incentive has been awarded, and by which rule."""
    row = connection.execute(
        """SELECT rule, awarded_as_of, cutoff, batch, notices_up_to FROM awarded WHERE incentive = ?
           ORDER BY awarded_as_of DESC, batch DESC, notices_up_to DESC, rowid DESC LIMIT 1""",
        (rule.incentive,),
    ).fetchone()
    return row


def _choose(
    connection: duckdb.DuckDBPyConnection, rule: ServiceRule, last: Row | None, as_of: datetime, cutoff: datetime
) -> None:
    """Make ``chosen`` and ``chosen_terms``: the applications to compute, and what holds for each."""
    standing = """SELECT application_id AS application_no FROM award_terms SEMI JOIN counted_accounts
        ON application_no = application_id"""
    stopped = "(FROM stopped JOIN applications USING (application_id))"
    changed = ""
    if last is not None and not _all_change(rule, last, as_of):
        changed = f"SEMI JOIN ({_changed(last, cutoff)}) USING (application_no)"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE chosen AS
            FROM ({standing}) ANTI JOIN {stopped} USING (application_no) {changed}"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP VIEW chosen_terms AS
           SELECT award_terms.* FROM award_terms SEMI JOIN chosen ON application_no = application_id"""
    )


def _all_change(rule: ServiceRule, last: Row, as_of: datetime) -> bool:
    """Say whether every application is to be computed: the rule is another, or a threshold's last day has come."""
    if last[0] != repr(rule):
        return True
    if not isinstance(rule.schedule, Threshold):
        return False
    return last[1] < cells.wall_time(rule.schedule.matures_unreached_at(rule.earning_until)) <= cells.wall_time(as_of)


def _changed(last: Row, cutoff: datetime) -> str:
    """Return the SQL of the applications whose matured sum can be another than it was: what is in the cells since
    then, what has matured since then, and what was resumed since then."""
    _, _, cutoff_then, batch, notices = last
    month_then, month = cells.month_number(cutoff_then), cells.month_number(cutoff)
    matured_from = max(cutoff_then, cells.month_start(cutoff))
    return f"""
        SELECT application_no FROM cells
        WHERE (batch > {batch} AND month <= {month}) OR (month >= {month_then} AND month < {month})
        UNION
        SELECT application_no FROM uses JOIN counted_accounts USING (account_no)
        WHERE occurred_at >= TIMESTAMP '{matured_from}' AND occurred_at < TIMESTAMP '{cutoff}'
        UNION
        SELECT application_no FROM notices JOIN applications USING (application_id)
        WHERE cursor > {notices} AND kind = 'resume'"""


def _sum_matured(connection: duckdb.DuckDBPyConnection, rule: ServiceRule, cutoff: datetime) -> bool:
    """Make ``matured``: months before the cutoff's month from cells, what lies in that month from the uses.

    Also of applications that are not chosen: to add all up in place costs less than to look up which are.
    Say whether no application has more than one row in it: at the turn of a month cells alone are enough.
    """
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE matured AS
            SELECT application_no AS application_id, sum(worth)::BIGINT AS matured
            FROM cells WHERE month < {cells.month_number(cutoff)} GROUP BY 1"""
    )
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW nothing_taken_off AS SELECT 0 AS application_id, 0::BIGINT AS matured WHERE false"
    )
    since = cells.month_start(cutoff)
    if since == cutoff:
        return True
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE cell_terms AS
           SELECT application_id, account_no AS account_id, counts, starts_at, fill_yen
           FROM chosen_terms JOIN counted_accounts ON application_id = application_no"""
    )
    within = f"occurred_at >= TIMESTAMP '{since}' AND occurred_at < TIMESTAMP '{cutoff}'"
    show_uses(connection, within)
    make_refunded(connection, after_file=ALL_FILES, uses=within)
    for query in compiled(rule):
        connection.execute(f"INSERT INTO matured SELECT application_id, worth FROM ({query})")
    return False
