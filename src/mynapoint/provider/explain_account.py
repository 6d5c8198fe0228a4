"""One account as its store has it: applications, rows, award lines with their steps, and how the points came about."""

# ruff: noqa: S608 (the SQL is ours; what is asked for is a parameter)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import duckdb

from mynapoint.award.explain import PremiumExplained, explain_premium
from mynapoint.award.premium import Enrolment, Kind, Transaction
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import AccountId, IncentiveId, Points, Yen
from mynapoint.provider.store import instant


class State(StrEnum):
    """What becomes of an application in a run; NOTHING_TO_GO_BY: neither a service file nor the hub's instruction."""

    COUNTS = "counts"
    STOPPED = "stopped"
    EARLIER_APPLICATION = "earlier_application"
    NOTHING_TO_GO_BY = "nothing_to_go_by"


@dataclass(frozen=True, slots=True)
class LineExplained:
    """One award line and its steps; a step not yet done is None. ``refused`` is the hub's reason not to record it."""

    line_id: str
    points: Points
    pending_at: datetime
    credited_on: date | None
    posted_at: datetime | None
    reported_at: datetime | None
    refused: str | None


@dataclass(frozen=True, slots=True)
class ApplicationExplained:
    """One application of the account.

    ``posted``       points of all lines so far, pending ones too
    ``due_now``      what the next run would post as of the same instant; 0 unless the application ``COUNTS``
    ``instructed``   the fixed sum the hub told us to credit, for a direct incentive
    ``premium``      how the points came about; None for a direct incentive or without a service file
    """

    application_id: str
    incentive: IncentiveId
    account_id: str
    counts: Kind
    applied_at: datetime
    room_told: Points
    state: State
    instructed: Points | None
    posted: Points
    due_now: Points
    premium: PremiumExplained | None
    lines: tuple[LineExplained, ...]


@dataclass(frozen=True, slots=True)
class AccountExplained:
    """One account as of an instant; ``accounts`` are all cards of its chain, ``rows`` counts their transactions."""

    account_id: str
    as_of: datetime
    accounts: tuple[str, ...]
    rows: int
    applications: tuple[ApplicationExplained, ...]


def explain_account(
    connection: duckdb.DuckDBPyConnection, rules: Iterable[ServiceRule], account_id: AccountId, as_of: datetime
) -> AccountExplained:
    """Explain how the points of an account came about; an account nobody knows has neither rows nor applications."""
    cards = _cards(connection, account_id.text)
    account = _transactions(connection, cards)
    rule_of = {rule.incentive: rule for rule in rules}
    explained: list[ApplicationExplained] = []
    for one in _linked(connection, cards):
        is_second = any(other.incentive == one.incentive and other.state is not State.STOPPED for other in explained)
        rule = rule_of.get(one.incentive)
        explained.append(_explain(connection, one, _state(one, rule, is_second), rule, account, as_of=as_of))
    return AccountExplained(account_id.text, as_of, tuple(cards), len(account), tuple(explained))


@dataclass(frozen=True, slots=True)
class _Linked:
    application_id: str
    incentive: IncentiveId
    account_id: str
    counts: Kind
    applied_at: datetime
    room: Points
    is_stopped: bool
    instructed: Points | None


def _linked(connection: duckdb.DuckDBPyConnection, cards: Sequence[str]) -> list[_Linked]:
    rows = connection.execute(
        f"""SELECT application_id, incentive, account_id, counts, epoch_us(applied_at), room,
            application_id IN (SELECT application_id FROM stopped), points
            FROM linked LEFT JOIN instructions USING (application_id)
            WHERE account_id IN ({_places(cards)}) ORDER BY incentive, applied_at, application_id""",
        cards,
    ).fetchall()
    return [
        _Linked(
            application_id,
            IncentiveId(incentive),
            account_id,
            Kind(counts),
            instant(applied_us),
            Points(room),
            is_stopped,
            None if instructed is None else Points(instructed),
        )
        for application_id, incentive, account_id, counts, applied_us, room, is_stopped, instructed in rows
    ]


def _state(one: _Linked, rule: ServiceRule | None, is_second: bool) -> State:
    if is_second:
        return State.EARLIER_APPLICATION
    if one.is_stopped:
        return State.STOPPED
    return State.NOTHING_TO_GO_BY if rule is None and one.instructed is None else State.COUNTS


def _explain(
    connection: duckdb.DuckDBPyConnection,
    one: _Linked,
    state: State,
    rule: ServiceRule | None,
    account: Sequence[Transaction],
    *,
    as_of: datetime,
) -> ApplicationExplained:
    lines = _lines(connection, one.application_id)
    posted = sum(line.points for line in lines)
    premium, due = None, int(one.instructed or 0)
    if rule is not None and state is not State.EARLIER_APPLICATION:
        elsewhere = Points(max(rule.points_max - one.room, 0))
        enrolment = Enrolment(one.application_id, one.account_id, one.counts, one.applied_at, elsewhere)
        premium = explain_premium(rule, enrolment, account, as_of)
        due = premium.due
    return ApplicationExplained(
        application_id=one.application_id,
        incentive=one.incentive,
        account_id=one.account_id,
        counts=one.counts,
        applied_at=one.applied_at,
        room_told=one.room,
        state=state,
        instructed=one.instructed,
        posted=Points(posted),
        due_now=Points(due - posted if state is State.COUNTS else 0),
        premium=premium,
        lines=lines,
    )


def _cards(connection: duckdb.DuckDBPyConnection, account_id: str) -> list[str]:
    """Return every card of an account's chain, the account itself where it was never re-issued."""
    rows = connection.execute(
        """SELECT account_id FROM chains WHERE first_account_id =
           (SELECT first_account_id FROM chains WHERE account_id = ?) ORDER BY account_id""",
        (account_id,),
    ).fetchall()
    return [row[0] for row in rows] or [account_id]


def _transactions(connection: duckdb.DuckDBPyConnection, cards: Sequence[str]) -> list[Transaction]:
    rows = connection.execute(
        f"""SELECT transaction_id, account_id, kind, refunds, amount_yen, epoch_us(occurred_at)
            FROM transactions WHERE account_id IN ({_places(cards)})""",
        cards,
    ).fetchall()
    return [
        Transaction(transaction_id, account, Kind(kind), refunds, Yen(yen), instant(occurred_us))
        for transaction_id, account, kind, refunds, yen, occurred_us in rows
    ]


def _lines(connection: duckdb.DuckDBPyConnection, application_id: str) -> tuple[LineExplained, ...]:
    rows = connection.execute(
        """SELECT line_id, points, epoch_us(pending_at), any_value(posted_on),
               epoch_us(any_value(done_at) FILTER (step = 'posted')),
               epoch_us(any_value(done_at) FILTER (step = 'reported')), any_value(reason)
           FROM award_lines LEFT JOIN line_steps USING (line_id) LEFT JOIN refused_lines USING (line_id)
           WHERE application_id = ? GROUP BY run, line_id, points, pending_at ORDER BY run""",
        (application_id,),
    ).fetchall()
    return tuple(
        LineExplained(
            line_id,
            Points(points),
            instant(pending_us),
            credited_on,
            None if posted_us is None else instant(posted_us),
            None if reported_us is None else instant(reported_us),
            refused,
        )
        for line_id, points, pending_us, credited_on, posted_us, reported_us, refused in rows
    )


def _places(cards: Sequence[str]) -> str:
    return ", ".join("?" for _ in cards)
