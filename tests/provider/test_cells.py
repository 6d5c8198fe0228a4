"""Cells end where a full recompute ends: whatever files, links, stops, rules and runs come in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from award.both_engines import fill
from award.test_properties import RULES, applications, as_ofs, uses
from mynapoint.award import premium
from mynapoint.award.premium import Enrolment, Transaction
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.provider import award_run, cells, inbox
from mynapoint.provider.store_tables import make_tables
from property_examples import examples

NOW = datetime(2024, 5, 1, tzinfo=UTC)
OF_CARD_UPTAKE = [one for one in RULES if one.incentive == "card_uptake"]
Event = tuple[str, Any]


@dataclass
class Books:
    """A store in memory, and beside it everything that was put into it, for the reference to compute from."""

    by: ServiceRule
    connection: duckdb.DuckDBPyConnection = field(default_factory=lambda: duckdb.connect(config={"threads": 1}))
    stored: dict[str, Transaction] = field(default_factory=dict)
    linked: dict[str, Enrolment] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    files: int = 0
    notices: int = 0

    def __post_init__(self) -> None:
        make_tables(self.connection)

    def file(self, rows: Sequence[Transaction]) -> None:
        """Take in a file; of one id, what was taken in first stands."""
        rows = premium.first_of_each_id(rows)
        fill(self.connection, [], rows, {})
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE taken_transactions AS SELECT row_number() OVER () AS line, * FROM t"
        )
        self.files += 1
        inbox.keep_new(self.connection, str(self.files), self.files)
        row = (self.files, str(self.files), f"{self.files}.csv", NOW)
        self.connection.execute("INSERT INTO intake_files VALUES (?, ?, ?, 0, 0, 0, ?)", row)
        for one in rows:
            self.stored.setdefault(one.transaction_id, one)

    def link(self, one: Enrolment) -> None:
        """Link an application's account."""
        self.linked[one.application_id] = one
        room = max(self.by.points_max - one.points_elsewhere, 0)
        row = (one.application_id, one.account_id, one.account_id, one.counts.value, one.applied_at, room, NOW)
        self.connection.execute("INSERT INTO linked VALUES (?, 'card_uptake', ?, ?, ?, ?, ?, '', ?)", row)

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
            account = [row for row in self.stored.values() if row.account_id == one.account_id]
            due = premium.points_due(self.by, one, account, as_of)
            assert posted.get(name, 0) == (before.get(name, 0) if name in self.stopped else due), name

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
    books.connection.close()


def play(books: Books, kind: str, what: Any) -> None:
    match kind:
        case "file":
            books.file(what)
        case "link" if what.application_id not in books.linked:
            books.link(what)
        case "tell" if what[1] in books.linked:
            books.tell(*what)
        case "rule":
            books.by = what
        case "run":
            books.run(what)
