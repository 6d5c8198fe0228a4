"""Cells end where a full recompute ends: whatever files, links, stops, rules and runs come in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from award.test_properties import ACCOUNTS, RULES, applications, as_ofs, uses
from mynapoint.award import premium
from mynapoint.award.premium import Enrolment, Transaction
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.provider import award_run, cells, chains, inbox
from mynapoint.provider.store_tables import make_tables
from property_examples import examples

NOW = datetime(2024, 5, 1, tzinfo=UTC)
OF_CARD_UPTAKE = [one for one in RULES if one.incentive == "card_uptake"]
ROWS = pa.schema(
    [
        *((name, pa.string()) for name in ("transaction_id", "account_id", "kind", "refunds")),
        ("amount_yen", pa.int64()),
        ("occurred_at", pa.timestamp("us", "UTC")),
    ]
)
Event = tuple[str, Any]


@dataclass
class Books:
    """A store in memory, and beside it everything that was put into it, for the reference to compute from."""

    by: ServiceRule
    connection: duckdb.DuckDBPyConnection = field(default_factory=lambda: duckdb.connect(config={"threads": 1}))
    stored: dict[str, Transaction] = field(default_factory=dict)
    linked: dict[str, Enrolment] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    replaced: dict[str, str] = field(default_factory=dict)
    files: int = 0
    notices: int = 0

    def __post_init__(self) -> None:
        make_tables(self.connection)

    def file(self, rows: Sequence[Transaction]) -> None:
        """Take in a file; of one id, what was taken in first stands."""
        rows = premium.first_of_each_id(rows)
        columns = ("transaction_id", "account_id", "kind", "refunds", "amount_yen", "occurred_at")
        table = pa.Table.from_pylist([{name: getattr(row, name) for name in columns} for row in rows], ROWS)
        self.connection.register("rows_of_file", table)
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE taken_transactions AS SELECT row_number() OVER () AS line, * "
            "FROM rows_of_file"
        )
        self.connection.unregister("rows_of_file")
        self.files += 1
        inbox.keep_new(self.connection, str(self.files), self.files)
        row = (self.files, str(self.files), f"{self.files}.csv", NOW)
        self.connection.execute("INSERT INTO intake_files VALUES (?, ?, ?, 0, 0, 0, ?)", row)
        for one in rows:
            self.stored.setdefault(one.transaction_id, one)

    def link(self, one: Enrolment) -> None:
        """Link an application's account, unless its chain of cards has one."""
        if chains.is_linked(self.connection, one.account_id, "card_uptake"):
            return
        self.linked[one.application_id] = one
        room = max(self.by.points_max - one.points_elsewhere, 0)
        row = (one.application_id, one.account_id, one.account_id, one.counts.value, one.applied_at, room, NOW)
        self.connection.execute("INSERT INTO linked VALUES (?, 'card_uptake', ?, ?, ?, ?, ?, '', ?)", row)

    def reissue(self, new: str, old: str) -> None:
        """Tell of a re-issued card; what comes second, and what would close a circle, is set aside."""
        self.connection.execute(
            """CREATE OR REPLACE TEMP TABLE taken_reissued AS
               SELECT 1 AS line, ? AS account_id, ? AS replaces, TIMESTAMPTZ '2022-08-01 00:00:00+00' AS reissued_at""",
            (new, old),
        )
        self.files += 1
        repeated, wrong = chains.keep_reissued(self.connection, str(self.files), self.files)
        row = (self.files, str(self.files), f"reissued-{self.files}.csv", NOW)
        self.connection.execute("INSERT INTO intake_files VALUES (?, ?, ?, 0, 0, 0, ?)", row)
        stands = new not in self.replaced and old not in self.replaced.values() and self.first(old) != new
        assert (repeated, wrong) == ((1, 0) if self.replaced.get(new) == old else (0, not stands))
        if stands:
            self.replaced[new] = old

    def first(self, account: str) -> str:
        """Return the first card of an account's chain."""
        while account in self.replaced:
            account = self.replaced[account]
        return account

    def stands(self, one: Enrolment) -> bool:
        """Say whether an application is the earliest of its chain."""
        same = [other for other in self.linked.values() if self.first(other.account_id) == self.first(one.account_id)]
        return one == min(same, key=lambda other: (other.applied_at, other.application_id))

    def tell(self, kind: str, application_id: str) -> None:
        """Stop or resume an application."""
        (self.stopped.add if kind == "stop" else self.stopped.discard)(application_id)
        self.notices += 1
        row = (self.notices, kind, application_id, NOW)
        self.connection.execute("INSERT INTO notices VALUES (?, ?, ?, NULL, ?)", row)

    def run(self, as_of: datetime) -> None:
        """Make the steps of a run that compute, and hold what stands against the reference."""
        before = self.posted()
        cells.bring_up_to_date(self.connection, [self.by], now=NOW)
        award_run.award(self.connection, [self.by], as_of=as_of, now=NOW)
        posted = self.posted()
        for name, one in self.linked.items():
            account = [row for row in self.stored.values() if self.first(row.account_id) == self.first(one.account_id)]
            due = premium.points_due(self.by, one, account, as_of)
            left_out = name in self.stopped or not self.stands(one)
            assert posted.get(name, 0) == (before.get(name, 0) if left_out else due), name

    def posted(self) -> dict[str, int]:
        rows = self.connection.execute("SELECT application_id, sum(points)::BIGINT FROM award_lines GROUP BY 1")
        return dict(rows.fetchall())


@st.composite
def days(draw: st.DrawFn) -> tuple[ServiceRule, list[Event]]:
    """A rule, and what happens: each row in some file, perhaps twice; links, stops, other rules and runs between."""
    rows, applied = draw(uses(conflicts=True)), draw(applications())
    names = st.sampled_from([one.application_id for one in applied])
    events: list[Event] = [("link", one) for one in applied]
    for part in range(draw(st.integers(1, 4))):
        chosen = draw(st.lists(st.sampled_from(rows), max_size=6)) if rows else []
        events.append(("file", chosen if part else rows[: draw(st.integers(0, len(rows)))]))
    events += [
        ("tell", (kind, draw(names))) for kind in draw(st.lists(st.sampled_from(["stop", "resume"]), max_size=2))
    ]
    cards = st.permutations(ACCOUNTS).map(lambda names: (names[0], names[1]))
    events += [("reissue", pair) for pair in draw(st.lists(cards, max_size=3))]
    events += [("rule", other) for other in draw(st.lists(st.sampled_from(OF_CARD_UPTAKE), max_size=1))]
    events += [("run", None)] * draw(st.integers(1, 3))
    events = draw(st.permutations(events))
    runs = sorted(draw(st.lists(as_ofs, min_size=3, max_size=3)))
    instants = iter(runs)
    dated = [(kind, next(instants) if kind == "run" else what) for kind, what in events]
    return draw(st.sampled_from(OF_CARD_UPTAKE)), [*dated, ("file", rows), ("run", runs[-1]), ("run", runs[-1])]


@examples(25)
@given(days())
def test_any_days_end_where_a_full_recompute_ends(happened: tuple[ServiceRule, list[Event]]) -> None:
    by, events = happened
    books = Books(by)
    for kind, what in events:
        play(books, kind, what)
    assert cells.make_anew(books.connection, [books.by], now=NOW) == 0
    again = award_run.award(books.connection, [books.by], as_of=events[-1][1], now=NOW, from_scratch=True)
    assert (again.lines, again.differing) == (0, 0)
    books.connection.close()


def play(books: Books, kind: str, what: Any) -> None:
    match kind:
        case "file":
            books.file(what)
        case "link" if what.application_id not in books.linked:
            books.link(what)
        case "tell" if what[1] in books.linked:
            books.tell(*what)
        case "reissue":
            books.reissue(*what)
        case "rule":
            books.by = what
        case "run":
            books.run(what)
