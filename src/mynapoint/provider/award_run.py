"""One award run: intake → cells → award → pending → credit → posted → report; the same run twice changes nothing."""

# ruff: noqa: S608 (the SQL is ours; nothing of a file's content is put into it)

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

import duckdb

from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import AccountId, IncentiveId, Points, ServiceNumber
from mynapoint.provider import inbox, reporting
from mynapoint.provider.cells import bring_up_to_date, make_anew
from mynapoint.provider.due import check_against_transactions, premium_due
from mynapoint.provider.hub_client import HubClient
from mynapoint.provider.inbox import FileTaken
from mynapoint.provider.points_gateway import Credit, PointsGateway
from mynapoint.provider.store import Store, Working, instant, only, store_id


class Step(StrEnum):
    """What a run has just finished and kept; a run that ends after any of them is repaired by the next."""

    TAKEN_IN = "taken_in"
    CELLS_KEPT = "cells_kept"
    PENDING = "pending"
    CREDITED = "credited"
    POSTED = "posted"
    REPORT_MADE = "report_made"
    REPORTED = "reported"


CREDITS_MAX = 50_000
"""Lines in one call of the gateway, and so in one file of credits: a run keeps no more of them in memory."""

Progress = Callable[[Step, str], None]
"""Told of each step, with a sentence for people; whatever it raises ends the run there."""


class RunRefused(Exception):
    """A run that would be wrong: which instant, and what to do. Nothing was changed."""


class AwardTwice(Exception):
    """An application would have two lines of one run. That must never be, and nothing was changed."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Everything a run needs: the store, the rules, the inbox of transaction files, the two doors out."""

    store: Store
    service_number: ServiceNumber
    rules: Sequence[ServiceRule]
    inbox: Path
    gateway: PointsGateway
    hub: HubClient


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run's figures. ``lines`` and ``points`` are new in this run; what an earlier run left is only finished.

    taken                  the files taken in, each with its rows
    files, accepted, repeated, set_aside   their sums; accepted + repeated + set_aside = rows
    lines, points          award lines that became pending and their points, claw-backs taken off
    posted, points_posted  lines credited and posted by this run, an earlier run's too
    reports, refused       reports the hub took, and lines in them that it did not record
    differing              of a run from scratch: cells and lines that all transactions gave otherwise; else None
    """

    as_of: datetime
    taken: tuple[FileTaken, ...]
    files: int
    accepted: int
    repeated: int
    set_aside: int
    lines: int
    points: int
    posted: int
    points_posted: int
    reports: int
    refused: int
    differing: int | None


@dataclass(frozen=True, slots=True)
class Award:
    """What an award step did: lines that became pending, their points, and what ``from_scratch`` found to differ."""

    lines: int
    points: int
    differing: int | None


def run(
    provider: Provider,
    *,
    as_of: datetime,
    now: datetime,
    from_scratch: bool = False,
    progress: Progress = lambda *_: None,
    working: Working = lambda *_: None,
) -> RunResult:
    """Award what is due as of an instant, and finish what an earlier run left unfinished.

    as_of         what has matured by this instant is awarded; never after ``now`` and never before an earlier run's
    now           the programme's present instant
    from_scratch  compute from all transactions instead of cells, make the cells anew and say how many differed
    Raises  RunRefused, StoreBusy, CreditFailed, HubError; after any of them the same run may be made again
    """
    if as_of > now:
        raise RunRefused(f"as of {as_of.isoformat()}: lies after {now.isoformat()}; nothing has matured in the future")
    store = provider.store
    with store.one_run():
        taken = inbox.take_in(store, provider.inbox, now=now, working=working)
        rows = _rows(taken)
        progress(Step.TAKEN_IN, f"{len(taken)} files: " + ", ".join(f"{rows[part]:,} {part}" for part in rows))
        awarded = _award(provider, as_of, now, from_scratch=from_scratch, progress=progress, working=working)
        _credit(provider, now=now, progress=progress, working=working)
        posted, points_posted = _post(store, now=now)
        progress(Step.POSTED, f"{posted:,} lines, {points_posted:,} points posted")
        with store.step() as connection:
            made = reporting.make_reports(connection, provider.service_number, now=now)
        progress(Step.REPORT_MADE, f"{made} reports to send")
        reports, refused = reporting.send_reports(store, provider.hub, now=now, working=working)
        progress(Step.REPORTED, f"{reports} reports taken by the hub, {refused:,} lines refused")
    return RunResult(
        as_of=as_of,
        taken=taken,
        files=len(taken),
        **rows,
        lines=awarded.lines,
        points=awarded.points,
        posted=posted,
        points_posted=points_posted,
        reports=reports,
        refused=refused,
        differing=awarded.differing,
    )


def last_run_at(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the instant as of which the last run was made, or None before the first."""
    last = only(connection, "SELECT epoch_us(max(as_of)) FROM runs")
    return instant(last) if isinstance(last, int) else None


def award(
    connection: duckdb.DuckDBPyConnection,
    rules: Sequence[ServiceRule],
    *,
    as_of: datetime,
    now: datetime,
    from_scratch: bool = False,
) -> Award:
    """Write what is due and not yet pending as lines; the cells must be up to date. Raises RunRefused.

    Pending lines count as posted, for they will be.
    """
    last = last_run_at(connection)
    if last is not None and as_of < last:
        raise RunRefused(
            f"as of {as_of.isoformat()}: an earlier run was made as of {last.isoformat()}; "
            "going back would take back what has been posted since"
        )
    connection.execute("CREATE OR REPLACE TEMP TABLE due (application_no INTEGER, points BIGINT)")
    differing = 0
    for rule in rules:
        premium_due(connection, rule, as_of, everything=from_scratch)
        differing += check_against_transactions(connection, rule, as_of) if from_scratch else 0
    if only(connection, "SELECT 1 FROM instructions LIMIT 1"):
        connection.execute(
            """INSERT INTO due SELECT application_no, points FROM instructions JOIN applications USING (application_id)
               WHERE application_no NOT IN (SELECT application_no FROM pending_lines)
               AND application_id NOT IN (SELECT application_id FROM stopped)"""
        )
    lines, points = _count_due(connection)
    if lines or as_of != last:
        number = only(connection, "SELECT coalesce(max(number), 0) + 1 FROM runs")
        run_row = (number, as_of, now, lines, points, inbox.last_file(connection))
        connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)", run_row)
        connection.execute("INSERT INTO pending_lines SELECT ?, application_no, points FROM due", (number,))
    return Award(lines, points, differing if from_scratch else None)


def _count_due(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Return lines and points of ``due``; raise AwardTwice rather than let one application have two lines of a run."""
    row = connection.execute(
        "SELECT count(*), count(DISTINCT application_no), coalesce(sum(points), 0)::BIGINT FROM due"
    ).fetchone()
    assert row is not None
    lines, applications, points = (int(figure) for figure in row)
    if lines != applications:
        raise AwardTwice(f"{lines - applications} applications have two lines in one run; nothing was kept")
    return lines, points


def _rows(taken: Sequence[FileTaken]) -> dict[str, int]:
    return {part: sum(getattr(one, part) for one in taken) for part in ("accepted", "repeated", "set_aside")}


def _award(
    provider: Provider,
    as_of: datetime,
    now: datetime,
    *,
    from_scratch: bool,
    progress: Progress,
    working: Working,
) -> Award:
    """Bring the cells up to date, then award from them: two steps."""
    working("cells", 0, 0)
    with provider.store.step() as connection:
        if from_scratch:
            differing = make_anew(connection, provider.rules, now=now)
            words = f"made anew; {differing:,} were otherwise"
        else:
            differing = 0
            kept = bring_up_to_date(connection, provider.rules, now=now)
            words = f"{kept.rows:,} added, {kept.made_anew:,} applications made anew"
    progress(Step.CELLS_KEPT, f"cells: {words}")
    working("award", 0, 0)
    with provider.store.step() as connection:
        awarded = award(connection, provider.rules, as_of=as_of, now=now, from_scratch=from_scratch)
    progress(Step.PENDING, f"{awarded.lines:,} lines, {awarded.points:,} points")
    if awarded.differing is None:
        return awarded
    return replace(awarded, differing=awarded.differing + differing)


def _credit(provider: Provider, *, now: datetime, progress: Progress, working: Working) -> None:
    """Credit each run's pending lines through the provider's gateway, the oldest run first, a part at a time.

    A run's parts are always cut at the same lines, so a part that comes again after a crash is the same.
    """
    with provider.store.step() as connection:
        waiting = connection.execute(
            f"""SELECT DISTINCT run, part FROM ({_parted()})
                ANTI JOIN (FROM line_steps WHERE step = 'credited') USING (line_id) ORDER BY run, part"""
        ).fetchall()
        batch_name = store_id(connection)
    for place, (number, part) in enumerate(waiting):
        working("credit", place, len(waiting))
        with provider.store.step() as connection:
            rows = connection.execute(
                f"""SELECT line_id, account_id, incentive, points
                    FROM ({_parted()}) JOIN linked USING (application_id, incentive)
                    WHERE run = ? AND part = ? ORDER BY line_id""",
                (number, part),
            ).fetchall()
        instructions = [
            Credit(line_id, AccountId(account_id), IncentiveId(incentive), Points(points))
            for line_id, account_id, incentive, points in rows
        ]
        name = f"{batch_name}-{number}" if part == 0 else f"{batch_name}-{number}-{part + 1}"
        days = provider.gateway.credit(name, instructions, now=now)
        with provider.store.step() as connection:
            _note_credited(connection, instructions, days, now)
        progress(Step.CREDITED, f"{len(instructions):,} lines credited")


def _parted() -> str:
    return f"""SELECT run, line_id, application_id, incentive, points,
        (row_number() OVER (PARTITION BY run ORDER BY line_id) - 1) // {CREDITS_MAX} AS part FROM award_lines"""


def _note_credited(
    connection: duckdb.DuckDBPyConnection, instructions: Sequence[Credit], days: Mapping[str, date], now: datetime
) -> None:
    keys = [one.key for one in instructions]
    connection.execute(
        "INSERT INTO line_steps SELECT unnest(?::TEXT[]), 'credited', ?, unnest(?::DATE[])",
        (keys, now, [days[key] for key in keys]),
    )


def _post(store: Store, *, now: datetime) -> tuple[int, int]:
    """Post every credited line: from here on it is told to the hub, with the day on which it was credited."""
    with store.step() as connection:
        connection.execute(
            """CREATE OR REPLACE TEMP TABLE to_post AS
               SELECT line_id, posted_on, points FROM line_steps JOIN award_lines USING (line_id)
               WHERE step = 'credited' AND line_id NOT IN (SELECT line_id FROM line_steps WHERE step = 'posted')"""
        )
        connection.execute("INSERT INTO line_steps SELECT line_id, 'posted', ?, posted_on FROM to_post", (now,))
        row = connection.execute("SELECT count(*), coalesce(sum(points), 0)::BIGINT FROM to_post").fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
