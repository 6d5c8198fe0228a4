"""Posted lines → award reports: made once, kept as bytes, sent until the hub's receipt is kept; only points leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber
from mynapoint.provider.hub_client import HubAnswerMalformed, HubClient, Receipt
from mynapoint.provider.store import Store, Working, instant, only, store_id

LINES_MAX = 10_000
NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)
"""``reported_up_to`` of a part that comes before the first complete report: no award fell due before it."""


def make_reports(connection: duckdb.DuckDBPyConnection, service_number: ServiceNumber, *, now: datetime) -> int:
    """Write down what is to be reported, and return how many reports wait to be sent.

    The last of them says up to when everything is reported; so when there is no line to tell but time has passed,
    one report without lines is made. Call it when every pending line has been posted.
    """
    rows = connection.execute(
        """SELECT line_id, application_id, incentive, points, posted_on
           FROM award_lines JOIN line_steps USING (line_id)
           WHERE step = 'posted' AND line_id NOT IN (SELECT line_id FROM report_lines) ORDER BY run, line_id"""
    ).fetchall()
    lines = [AwardLine(row[0], row[1], IncentiveId(row[2]), Points(row[3]), row[4]) for row in rows]
    up_to = _instant_or(connection, "SELECT epoch_us(max(as_of)) FROM runs")
    told = _instant_or(connection, "SELECT epoch_us(max(reported_up_to)) FROM reports")
    if lines or up_to > told:
        parts = [lines[start : start + LINES_MAX] for start in range(0, max(len(lines), 1), LINES_MAX)]
        for part in parts:
            _make_report(connection, service_number, part, up_to if part is parts[-1] else told, now)
    waiting = only(connection, "SELECT count(*) FROM reports WHERE report_id NOT IN (SELECT report_id FROM receipts)")
    assert isinstance(waiting, int)
    return waiting


def send_reports(store: Store, hub: HubClient, *, now: datetime, working: Working = lambda *_: None) -> tuple[int, int]:
    """Send every report that has no receipt, in order; return how many the hub took and the lines it refused.

    Raises HubError; what was not taken waits for the next run, as the same bytes under the same id.
    """
    with store.step() as connection:
        waiting = connection.execute(
            """SELECT report_id, body FROM reports WHERE report_id NOT IN (SELECT report_id FROM receipts)
               ORDER BY number"""
        ).fetchall()
    refused = 0
    for place, (report_id, body) in enumerate(waiting):
        working("report", place, len(waiting))
        receipt = hub.send_report(report_id=report_id, body=bytes(body))
        with store.step() as connection:
            _note_receipt(connection, receipt, now)
        refused += len(receipt.refused)
    return len(waiting), refused


def _make_report(
    connection: duckdb.DuckDBPyConnection,
    service_number: ServiceNumber,
    lines: Sequence[AwardLine],
    up_to: datetime,
    now: datetime,
) -> None:
    number = only(connection, "SELECT coalesce(max(number), 0) + 1 FROM reports")
    header = AwardReportHeader(
        report_id=f"{store_id(connection)}-r{number}",
        service_number=service_number,
        reported_up_to=up_to,
        line_count=len(lines),
        points_total=Points(sum(line.points for line in lines)),
    )
    body = encode_lines([header, *lines])
    connection.execute("INSERT INTO reports VALUES (?, ?, ?, ?, ?)", (number, header.report_id, up_to, body, now))
    if lines:
        connection.execute(
            "INSERT INTO report_lines SELECT unnest(?::TEXT[]), ?, unnest(?::INTEGER[])",
            ([line.line_id for line in lines], header.report_id, list(range(2, len(lines) + 2))),
        )


def _note_receipt(connection: duckdb.DuckDBPyConnection, receipt: Receipt, now: datetime) -> None:
    header = receipt.header
    row = (header.report_id, header.accepted, header.repeated, header.refused, header.points_accepted, now)
    connection.execute("INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.execute(
        "INSERT INTO line_steps SELECT line_id, 'reported', ?, NULL FROM report_lines WHERE report_id = ?",
        (now, header.report_id),
    )
    for line in receipt.refused:
        query = "SELECT line_id FROM report_lines WHERE report_id = ? AND line = ?"
        if only(connection, query, header.report_id, line.line) != line.line_id:
            raise HubAnswerMalformed(f"report {header.report_id}: the hub refused line {line.line}, which is not in it")
        refused = (line.line_id, header.report_id, line.reason.value)
        connection.execute("INSERT INTO refused_lines VALUES (?, ?, ?)", refused)


def _instant_or(connection: duckdb.DuckDBPyConnection, query: str) -> datetime:
    microseconds = only(connection, query)
    return instant(microseconds) if isinstance(microseconds, int) else NOTHING_YET
