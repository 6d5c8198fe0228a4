"""A month's national peak day: every hour's share of applications, as fast as they go; and what they leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub_jobs.arrivals import arrive
from hub_jobs.servers import Server
from hub_jobs.stage import AT_ONCE, Stage

WHOLE = 1_200_000
"""Applications of the whole day (the second round's first five days had 3.4 million)."""
SHAPE = (15, 7, 3, 2, 2, 4, 10, 20, 40, 65, 75, 70, 85, 65, 55, 50, 48, 47, 50, 60, 120, 65, 30, 12)
"""Thousandths of the day in each hour, from midnight in Tokyo. Assumed: 12 % in the busiest hour; a burst is five
times an hour's mean."""
BURST = 5
_WITHOUT_PAUSE = 1e9
"""A second: whoever has a free connection asks. wrk would go on for its whole duration, with nobody left."""
_FEWEST = 500
"""Below it an hour's rate is chance."""
_TABLES = (
    "applications_application",
    "applications_consent",
    "applications_keptanswer",
    "applications_notice",
    "applications_standingapplication",
    "audit_auditrecord",
    "books_movement",
)
_ONE_EACH = tuple(name for name in _TABLES if name != "audit_auditrecord")


@dataclass(slots=True)
class Hour:
    """One hour: who applied, and in how many seconds."""

    number: int
    people: int
    done: int = 0
    kept: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Applications a second."""
        return self.done / max(self.seconds, 1e-9)

    @property
    def asked(self) -> float:
        """Applications a second of this hour on the whole day, on average."""
        return SHAPE[self.number] * WHOLE / 1000 / 3600


@dataclass(slots=True)
class Grown:
    """Bytes by which the database and its log of writes grew while people applied."""

    database: int = 0
    log: int = 0


def run(on: Stage, server: Server, count: int) -> list[str]:
    """Let ``count`` people apply, shared out like the day; print; return what was wrong.

    Interrupted, it reports what was done by then.
    """
    hours: list[Hour] = []
    grown, tables, counts = Grown(), _sizes(on), _counts(on)
    try:
        for number, people in enumerate(shared_out(count)):
            hours.append(Hour(number, people))
            _one_hour(on, server, hours[-1], grown)
            print(
                f"peak day, hour {number:2}: {hours[-1].done:7,} applied, {hours[-1].rate:4.0f}/s; "
                f"the database holds {on.bytes() / 1e9:.1f} GB",
                flush=True,
            )
    except KeyboardInterrupt:
        print("peak day: interrupted")
    applied = on.settled() - counts["applications_application"]
    each = {name: now - counts[name] for name, now in _counts(on).items()}
    _report(hours, grown, tables={name: _sizes(on)[name] - tables[name] for name in _TABLES})
    print(f"peak day: {applied:,} kept; people who have one, and rows of each table: {sorted(set(each.values()))}")
    wrong = [f"hour {one.number}: {one.done} answered, {one.kept} kept" for one in hours if one.kept < one.done]
    return wrong + [f"{rows} {name} of {applied} applications" for name, rows in each.items() if rows != applied]


def _one_hour(on: Stage, server: Server, hour: Hour, grown: Grown) -> None:
    for chunk in _chunks(hour.people):
        if len(on.waiting) < chunk:
            on.invite(chunk)
        bytes_before, wal_before, before = on.bytes(), _wal(on), on.settled()
        own = arrive(on.take(chunk), port=server.port, rate=_WITHOUT_PAUSE)
        hour.done, hour.seconds = hour.done + own.statuses[201], hour.seconds + own.seconds
        hour.kept += on.settled() - before
        grown.database += on.bytes() - bytes_before
        grown.log += _wal(on) - wal_before


def shared_out(count: int) -> list[int]:
    """Return how many of ``count`` come in each hour; the busiest takes what is left by rounding."""
    people = [count * share // 1000 for share in SHAPE]
    people[SHAPE.index(max(SHAPE))] += count - sum(people)
    return people


def _report(hours: list[Hour], grown: Grown, *, tables: dict[str, int]) -> None:
    done = sum(one.done for one in hours)
    counted = [one for one in hours if one.people >= min(_FEWEST, max(one.people for one in hours))]
    slowest = min(counted, key=lambda one: one.rate)
    tightest = min(counted, key=lambda one: one.rate / one.asked)
    print(f"peak day: {done:,} of {WHOLE:,} applied in {sum(one.seconds for one in hours):.0f} s, without pauses")
    print(f"peak day: slowest hour {slowest.number}, {slowest.rate:.0f}/s")
    print(
        f"peak day: tightest hour {tightest.number}, {tightest.rate:.0f}/s where {tightest.asked:.0f}/s come "
        f"on average and {tightest.asked * BURST:.0f}/s in a burst"
    )
    each = grown.database / max(done, 1)
    print(
        f"peak day: the database grew by {each:,.0f} bytes an application ({each * WHOLE / 1e9:.1f} GB a whole day), "
        f"its log of writes by {grown.log / max(done, 1):,.0f}"
    )
    for name, more in sorted(tables.items(), key=lambda one: -one[1]):
        print(f"     {name:34} {more / max(done, 1):7,.0f} bytes, indexes included")


def _chunks(people: int) -> Iterator[int]:
    while people > 0:
        yield min(people, AT_ONCE)
        people -= AT_ONCE


def _sizes(on: Stage) -> dict[str, int]:
    return {name: on.number(f"SELECT pg_total_relation_size('{name}')") for name in _TABLES}


def _counts(on: Stage) -> dict[str, int]:
    """Return what must be as many as applications are: people who have one, and what is written with each."""
    people = on.number("SELECT count(DISTINCT resident_id) FROM applications_application")
    return {"people": people} | {name: on.count(name) for name in _ONE_EACH}


def _wal(on: Stage) -> int:
    return on.number("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
