"""How fast award reports are recorded on PostgreSQL: read, judged and written, against a bare COPY of the same rows.

    ./run bench reports [--quick] [--lines N] [--applications N]

It starts its own PostgreSQL (fsync and synchronous_commit on). Reports of 50,000 lines, two and a half lines an
application where nothing else is said; of the lines 0.5 % name no application, 0.5 % were sent before, and 7.5 % of
the applications are reported beyond their cap. The bare COPY writes the rows that the hub is to accept, in the order
of the lines and made for COPY beforehand, into a table with the ledger's own columns, keys, indexes and constraints,
and foreign keys to what its guard asks for: what PostgreSQL itself can do. The same without any foreign key is
measured beside it. Every report is a turn of all, in turning order, each after a checkpoint; between turns the tables
are vacuumed, so that autovacuum meets none. The ratio is the median of the turns' own, by the clock, and in CPU time
of both processes. Then one report is sent again. One line a mark: ``MARK name measured target ok|short``. Exit 1 where
the books are off, or the points are not what was worked out; 0 where marks are short.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from private_postgresql import Cluster, running  # noqa: E402 - needs the path set above

NOW, POSTED_ON = datetime(2022, 9, 1, 3, 0, tzinfo=UTC), date(2022, 8, 31)
NUMBER, REPORT_LINES, CAP = "MP0000001", 50_000, 5_000
REGISTER = ROOT / "src/mynapoint/demo/data/payment_services.toml"
OF_BARE_COPY_LEAST = 0.65
_PEOPLE = (ROOT / "benchmarks/reports_people.sql").read_text(encoding="utf-8")
_TABLES = ("bench_entry", "bench_loose")
_BARE = "CREATE TABLE {} (LIKE ledger_ledgerentry INCLUDING ALL)"
_KEYS = """
ALTER TABLE bench_entry
    ADD FOREIGN KEY (application_id) REFERENCES applications_application DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (report_id) REFERENCES ledger_awardreport DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (payment_service_id) REFERENCES payment_services_paymentservice DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (origin_id) REFERENCES ledger_ledgerentry DEFERRABLE INITIALLY DEFERRED
"""
"""As Django writes them for the same columns."""
_REPORT = """
INSERT INTO ledger_awardreport (payment_service_id, report_id, body_digest, reported_up_to, answer, received_at)
VALUES (%(service)s, 'bare', '', %(now)s, '', %(now)s) RETURNING id
"""
_COPY = """
COPY {} (report_id, application_id, payment_service_id, line_id, points, posted_on, recorded_at) FROM STDIN
"""


@dataclass(frozen=True)
class Sent:
    """A report, the rows of it that are to be accepted, as COPY reads them, and their points."""

    body: bytes
    rows: bytes
    points: int


@dataclass(frozen=True)
class Took:
    """Lines or rows a second by the clock, and a second of processor time in both processes, ours and PostgreSQL's."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Turn:
    """One report recorded by the hub, and its rows by a bare COPY; ``loose``: without any foreign key."""

    hub: Took
    bare: Took
    loose: Took

    @property
    def ratio(self) -> float:
        """How fast the hub is, where the bare COPY is 1."""
        return self.hub.wall / self.bare.wall

    @property
    def cpu_ratio(self) -> float:
        """The same, in processor time."""
        return self.hub.cpu / self.bare.cpu

    @property
    def loose_ratio(self) -> float:
        """How fast the hub is by the clock, where the COPY without foreign keys is 1."""
        return self.hub.wall / self.loose.wall


def main() -> int:
    """Measure and print; 1 where the books are off."""
    options = _options()
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    settings = ("shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=30min")
    with TemporaryDirectory(prefix="mynapoint-bench-") as folder, running(*settings) as cluster:
        service, key = _hub(cluster, Path(folder))
        applications = _people(cluster, service, options.applications or options.lines * 2 // 5)
        print(f"{len(applications)} applications, {options.lines} lines", flush=True)
        with cluster.connect("bench") as bare:
            report = _bare_table(bare, service)
            sent = list(
                _reports(applications, options.lines, f"{report}\t%s\t{service.pk}\t%s\t%s\t{POSTED_ON}\t{NOW}\n")
            )
            turns, points = _take_turns(cluster, service, key, sent, bare)
        return _tell(turns, points - sum(one.points for one in sent), service, key, sent[0])


def _bare_table(bare: Any, service: Any) -> int:
    for table in _TABLES:
        bare.execute(_BARE.format(table))
    bare.execute(_KEYS)
    bare.execute("SET jit = off")
    return int(bare.execute(_REPORT, {"service": service.pk, "now": NOW}).fetchone()[0])


def _take_turns(cluster: Cluster, service: Any, key: Any, sent: Sequence[Sent], bare: Any) -> tuple[list[Turn], int]:
    from django.db import connection

    connection.ensure_connection()
    turns, points = [], []
    with cluster.connect("bench") as aside:
        for number, one in enumerate(sent, start=1):

            def hub(body: bytes = one.body) -> Took:
                count = body.count(b"\n") - 1
                pid = connection.connection.info.backend_pid
                return _timed(lambda: points.append(_record(service, key, body)), count, pid)

            def copy(table: str, rows: bytes = one.rows) -> Took:
                return _timed(lambda: _copy(bare, table, rows), rows.count(b"\n"), bare.info.backend_pid)

            sides = (hub, partial(copy, _TABLES[0]), partial(copy, _TABLES[1]))
            took = {}
            for turn in range(number, number + len(sides)):
                aside.execute("CHECKPOINT")
                took[turn % len(sides)] = sides[turn % len(sides)]()
            aside.execute(f"VACUUM (ANALYZE) ledger_ledgerentry, ledger_recordedtotal, {', '.join(_TABLES)}")
            turns.append(Turn(took[0], took[1], took[2]))
            print(f"  report {number}: {_line(turns[-1])}", flush=True)
    return turns, sum(points)


def _line(turn: Turn) -> str:
    return (
        f"{turn.ratio:.2f} (CPU {turn.cpu_ratio:.2f}); hub {turn.hub.wall:,.0f} lines/s, "
        f"bare COPY {turn.bare.wall:,.0f}/s, without foreign keys {turn.loose.wall:,.0f}/s"
    )


def _timed(act: Callable[[], object], count: int, backend: int) -> Took:
    def processors() -> float:
        # Ours, and what the kernel has counted for the database's own process (proc(5): utime, stime).
        fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    wall, cpu = time.perf_counter(), processors()
    act()
    return Took(count / (time.perf_counter() - wall), count / (processors() - cpu))


def _copy(bare: Any, table: str, rows: bytes) -> None:
    with bare.cursor() as cursor, cursor.copy(_COPY.format(table)) as into:
        into.write(rows)


def _tell(turns: Sequence[Turn], off: int, service: Any, key: Any, first: Sent) -> int:
    from mynapoint.hub.ledger.audit_books import audit_books
    from mynapoint.hub.ledger.models import LedgerEntry

    ratios, cpu = ([getattr(one, what) for one in turns] for what in ("ratio", "cpu_ratio"))
    for name, measured in (("reports_of_bare_copy", ratios), ("reports_of_bare_copy_cpu", cpu)):
        fits = "ok" if median(measured) >= OF_BARE_COPY_LEAST else "short"
        print(f"MARK {name} {median(measured):.2f} {OF_BARE_COPY_LEAST} {fits}")
        print(f"     between {min(measured):.2f} and {max(measured):.2f}")
    hub, bare, loose = (median(getattr(one, side).wall for one in turns) for side in ("hub", "bare", "loose"))
    print(f"     hub {hub:,.0f} lines/s, bare COPY {bare:,.0f}/s, without foreign keys {loose:,.0f}/s")
    print(f"     of the COPY without foreign keys {median(one.loose_ratio for one in turns):.2f}")
    began = time.perf_counter()
    more = _record(service, key, first.body.replace(b'"report_id":"r-', b'"report_id":"again-', 1))
    print(
        f"     the same lines in a report of another name: {REPORT_LINES / (time.perf_counter() - began):,.0f} lines/s"
    )
    began = time.perf_counter()
    wrong = [str(one) for one in audit_books()]
    print(f"     {LedgerEntry.objects.count()} entries audited in {time.perf_counter() - began:.1f} s")
    wrong += [f"{off + more} points more than worked out"] if off or more else []
    for one in wrong[:10]:
        print(f"WRONG: {one}", file=sys.stderr)
    return 1 if wrong else 0


def _record(service: Any, key: Any, body: bytes) -> int:
    """Record one report as the door does once the signature is checked; return the points accepted."""
    from mynapoint.exchange.codec import decode
    from mynapoint.exchange.messages import AwardReceiptHeader
    from mynapoint.hub.ledger.actions import record_awards
    from mynapoint.hub.ledger.reports import parse_report

    report = parse_report(body)
    answer = record_awards(service=service, key=key, report=report, body=body, now=NOW).body
    return decode(answer.splitlines()[0], AwardReceiptHeader).points_accepted


def _reports(applications: Sequence[str], count: int, row: str) -> Iterator[Sent]:
    from mynapoint.exchange.codec import encode_lines
    from mynapoint.exchange.messages import AwardLine, AwardReportHeader
    from mynapoint.programme.values import IncentiveId, Points, ServiceNumber

    random, incentive = Random(20220901), IncentiveId("card_uptake")
    greedy = {one for one in applications if random.random() < 0.075}
    recorded, known = Counter(dict.fromkeys(applications, 0)), set[str]()
    earlier: list[AwardLine] = []
    for number in range(max(1, count // REPORT_LINES)):
        lines, rows, sum_of_rows = [], [], 0
        for place in range(min(REPORT_LINES, count)):
            chance = random.random()
            if chance < 0.005 and earlier:
                line = random.choice(earlier)
            else:
                who = str(uuid.UUID(int=random.getrandbits(128))) if chance < 0.01 else random.choice(applications)
                points = Points(4_000 if who in greedy else random.randrange(1, 600))
                line = AwardLine(f"{number}-{place}", who, incentive, points, POSTED_ON)
            lines.append(line)
            who, points = line.application_id, line.points
            if line.line_id not in known and who in recorded and recorded[who] + points <= CAP:
                known.add(line.line_id)
                recorded[who] += points
                sum_of_rows += points
                rows.append(row % (who, line.line_id, points))
        earlier = lines[:: len(lines) // 1_000 or 1]
        total = Points(sum(one.points for one in lines))
        header = AwardReportHeader(f"r-{number}", ServiceNumber(NUMBER), NOW, len(lines), total)
        yield Sent(encode_lines([header, *lines]), "".join(rows).encode(), sum_of_rows)


def _people(cluster: Cluster, service: Any, count: int) -> list[str]:
    with cluster.connect("bench") as aside:
        aside.execute("SET session_replication_role = replica")
        text = "\n".join(one for one in _PEOPLE.splitlines() if not one.startswith("--"))
        for statement in text.strip().rstrip(";").split(";\n"):
            aside.execute(statement, {"count": count, "now": NOW, "service": service.pk})
        found = aside.execute("SELECT application FROM bench_person ORDER BY number").fetchall()
        aside.execute("VACUUM (ANALYZE)")
    return [str(one) for (one,) in found]


def _hub(cluster: Cluster, folder: Path) -> tuple[Any, Any]:
    with cluster.connect() as administrator:
        administrator.execute("CREATE DATABASE bench")
    os.environ |= {"MYNAPOINT_DATABASE": cluster.url("bench"), "MYNAPOINT_STATE": str(folder)}
    os.environ["DJANGO_SETTINGS_MODULE"] = "mynapoint.hub.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from mynapoint.hub.payment_services.actions import import_register
    from mynapoint.hub.payment_services.models import PaymentService, ProviderKey

    call_command("migrate", verbosity=0)
    import_register(REGISTER)
    service = PaymentService.objects.get(number=NUMBER)
    return service, ProviderKey(key_id="bench-1", provider=service.provider)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="150,000 lines")
    parser.add_argument("--lines", type=int, default=1_000_000, help="in all, by reports of 50,000")
    parser.add_argument("--applications", type=int, help="two for five lines, where nothing else is said")
    options = parser.parse_args()
    if options.quick:
        options.lines = 150_000
    return options


if __name__ == "__main__":
    sys.exit(main())
