"""What a provider's store says of points to be claimed, by month, round and incentive; claims kept; lines to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from mynapoint.exchange.codec import decode
from mynapoint.exchange.messages import EvidenceRequest, SettlementClaim
from mynapoint.programme.rounds import ROUND_IDS, load_round
from mynapoint.programme.values import IncentiveId, Points
from mynapoint.provider.claims_due import Brought, Series
from mynapoint.provider.not_due import NotDue
from mynapoint.provider.store import instant, only, store_id


class NotInBooks(Exception):
    """not_due.csv tells of points that these books do not have: which application, and what to do."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line that was drawn, as these books have it; None everywhere but in the first two: they have no such line.

    ``account_id`` never leaves this house; ``uses`` are explained by `mynapoint provider explain ACCOUNT`.
    """

    claim_id: str
    line_id: str
    application_id: str | None = None
    account_id: str | None = None
    incentive: str | None = None
    points: Points | None = None
    posted_on: date | None = None
    credited_at: datetime | None = None


def monthly(connection: duckdb.DuckDBPyConnection, not_due: Sequence[NotDue]) -> dict[Series, dict[str, Brought]]:
    """Return what each month brought, of lines the hub has recorded. Raises NotInBooks."""
    _make_accepted(connection)
    _make_not_due(connection, not_due)
    rows = connection.execute(
        """SELECT round_id, incentive, month, sum(awarded)::BIGINT, sum(expired)::BIGINT FROM (
               SELECT application_id, strftime(posted_on, '%Y-%m') AS month, points AS awarded, 0 AS expired
               FROM accepted_lines
               UNION ALL
               SELECT application_id, strftime(lapsed_on, '%Y-%m'),
                   if(why = 'corrected', -points, 0), if(why = 'expired', points, 0) FROM not_due)
           JOIN application_rounds USING (application_id) GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    books: dict[Series, dict[str, Brought]] = {}
    for round_id, incentive, month, awarded, expired in rows:
        of = books.setdefault(Series(round_id, IncentiveId(incentive)), {})
        of[month] = Brought(Points(awarded), Points(expired))
    return books


def next_claim_id(connection: duckdb.DuckDBPyConnection, *, known: int) -> str:
    """Return an id that was never used; ``known``: how many claims the hub has, should this store be an older copy."""
    _prepare(connection)
    own = only(connection, "SELECT coalesce(max(number), 0) FROM claims")
    assert isinstance(own, int)
    return f"{store_id(connection)}-c{max(own, known) + 1}"


def keep_claim(connection: duckdb.DuckDBPyConnection, claim: SettlementClaim, body: bytes, *, now: datetime) -> None:
    """Keep a claim as the bytes that will be sent, before they are."""
    number = int(claim.claim_id.rpartition("-c")[2])
    connection.execute("INSERT INTO claims VALUES (?, ?, ?, ?)", (number, claim.claim_id, body, now))


def keep_answer(connection: duckdb.DuckDBPyConnection, claim_id: str, refused: str | None, *, now: datetime) -> None:
    """Keep that the hub has taken a claim, or why it has not."""
    connection.execute("INSERT INTO claim_answers VALUES (?, ?, ?)", (claim_id, refused, now))


def unanswered(connection: duckdb.DuckDBPyConnection) -> list[tuple[SettlementClaim, bytes]]:
    """Return the claims that were kept and have no answer, in order, each with its bytes."""
    _prepare(connection)
    rows = connection.execute(
        "SELECT body FROM claims ANTI JOIN claim_answers USING (claim_id) ORDER BY number"
    ).fetchall()
    return [(decode(bytes(body), SettlementClaim), bytes(body)) for (body,) in rows]


def evidence(connection: duckdb.DuckDBPyConnection, asked: Sequence[EvidenceRequest]) -> list[Evidence]:
    """Return what is to be shown for each line that was drawn, in the order asked."""
    rows = connection.execute(
        """SELECT line_id, application_id, account_id, line.incentive, points, posted.posted_on,
               epoch_us(credited.done_at)
           FROM award_lines AS line JOIN linked USING (application_id)
           LEFT JOIN (FROM line_steps WHERE step = 'posted') AS posted USING (line_id)
           LEFT JOIN (FROM line_steps WHERE step = 'credited') AS credited USING (line_id)
           WHERE line_id IN (SELECT unnest(?::TEXT[]))""",
        ([one.line_id for one in asked],),
    ).fetchall()
    known = {row[0]: row[1:] for row in rows}
    return [_evidence(one, known.get(one.line_id)) for one in asked]


def _evidence(asked: EvidenceRequest, row: tuple[str, str, str, int, date | None, int | None] | None) -> Evidence:
    if row is None:
        return Evidence(asked.claim_id, asked.line_id)
    application_id, account_id, incentive, points, posted_on, credited_us = row
    credited_at = None if credited_us is None else instant(credited_us)
    told = (application_id, account_id, incentive, Points(points), posted_on, credited_at)
    return Evidence(asked.claim_id, asked.line_id, *told)


def _make_accepted(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``accepted_lines``, and ``application_rounds``: of rounds with an incentive, the latest that had begun."""
    begins = [
        (round_id, str(law.id), period.starts_on)
        for round_id in ROUND_IDS
        for law in load_round(round_id).incentives.values()
        if (period := law.application_period) is not None
    ]
    connection.execute("CREATE OR REPLACE TEMP TABLE begins (round_id TEXT, incentive TEXT, starts_on DATE)")
    connection.executemany("INSERT INTO begins VALUES (?, ?, ?)", begins)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE application_rounds AS
           SELECT application_id, begins.round_id, applications.incentive FROM applications ASOF JOIN begins
           ON applications.incentive = begins.incentive AND applications.applied_at::DATE >= begins.starts_on"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP VIEW accepted_lines AS
           SELECT line_id, application_id, points, posted.posted_on FROM award_lines
           JOIN (FROM line_steps WHERE step = 'posted') AS posted USING (line_id)
           SEMI JOIN (FROM line_steps WHERE step = 'reported') USING (line_id)
           ANTI JOIN refused_lines USING (line_id)"""
    )


def _make_not_due(connection: duckdb.DuckDBPyConnection, rows: Sequence[NotDue]) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE not_due (application_id TEXT, why TEXT, points INTEGER, lapsed_on DATE)"
    )
    if rows:
        connection.execute(
            "INSERT INTO not_due SELECT unnest(?::TEXT[]), unnest(?::TEXT[]), unnest(?::INTEGER[]), unnest(?::DATE[])",
            (
                [one.application_id for one in rows],
                [one.why.value for one in rows],
                [one.points for one in rows],
                [one.on for one in rows],
            ),
        )
    unknown = only(connection, "SELECT application_id FROM not_due ANTI JOIN application_rounds USING (application_id)")
    if unknown is not None:
        raise NotInBooks(f"not_due: {unknown}: these books have no such application; leave it out")
    wrong = connection.execute(
        """SELECT application_id, expired, coalesce(awarded, 0) - corrected FROM (
               SELECT application_id, sum(if(why = 'expired', points, 0)) AS expired,
                   sum(if(why = 'corrected', points, 0)) AS corrected FROM not_due GROUP BY 1)
           LEFT JOIN (SELECT application_id, sum(points) AS awarded FROM accepted_lines GROUP BY 1) AS had
           USING (application_id) WHERE expired > coalesce(awarded, 0) - corrected ORDER BY 1 LIMIT 1"""
    ).fetchall()
    for application_id, expired, awarded in wrong:
        raise NotInBooks(f"not_due: {application_id}: {expired} points expired of {awarded} that were awarded; mend it")


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of claims with the first of them: a store that never claimed has none."""
    connection.execute(
        """CREATE TABLE IF NOT EXISTS claims (
               number INTEGER PRIMARY KEY, claim_id TEXT UNIQUE NOT NULL, body BLOB NOT NULL,
               made_at TIMESTAMPTZ NOT NULL)"""
    )
    connection.execute(
        """CREATE TABLE IF NOT EXISTS claim_answers (
               claim_id TEXT PRIMARY KEY, refused TEXT, answered_at TIMESTAMPTZ NOT NULL)"""
    )
