"""How fast award reports are recorded on PostgreSQL: read, judged and written, against a bare COPY of the same rows.

    ./run bench reports [--quick] [--lines N] [--turns N]

It starts its own PostgreSQL (fsync and synchronous_commit on). Two and a half lines an application on average; of the
lines 0.5 % name no application, 0.5 % were sent before, and 7.5 % of the applications are reported beyond their cap.
The bare COPY writes rows made beforehand into a table with the ledger's own columns, keys, indexes and constraints, so
it is what PostgreSQL itself can do. Slices take turns; the ratio is the median of the turns' own. Then one report is
sent again. One line a mark: ``MARK name measured target ok|short``. Exit 1 where the books are off; 0 where marks are
short.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from private_postgresql import Cluster, running  # noqa: E402 - needs the path set above

NOW = datetime(2022, 9, 1, 3, 0, tzinfo=UTC)
NUMBER, REPORT_LINES = "MP0000001", 50_000
REGISTER = ROOT / "src/mynapoint/demo/data/payment_services.toml"
OF_BARE_COPY_LEAST = 0.65
_PEOPLE = """
CREATE TEMPORARY TABLE bench_person AS
SELECT number, gen_random_uuid() AS resident, gen_random_uuid() AS application
  FROM generate_series(1, %(count)s) number;
INSERT INTO identity_resident (id, first_seen_at) SELECT resident, %(now)s FROM bench_person;
INSERT INTO identity_credential (resident_id, issuer_key_id, serial, fingerprint, public_key, valid_from, valid_until,
                                 first_seen_at)
SELECT resident, repeat('0', 40), number::text, md5(number::text), decode('ab', 'hex'), %(now)s, %(now)s, %(now)s
  FROM bench_person;
INSERT INTO reservations_reservation (resident_id, my_key_id_text, reserved_at, statement, origin, nonce, signature,
                                      credential_id, signed_at)
SELECT person.resident, 'S' || lpad(number::text, 7, '0'), %(now)s, '', '', number, '', one.id, %(now)s
  FROM bench_person person JOIN identity_credential one ON one.resident_id = person.resident;
INSERT INTO applications_application (id, resident_id, payment_service_id, incentive, round_id, counts, account_key,
                                      account_reference, masked_account, masked_holder, proof, reservation_id,
                                      applied_at)
SELECT application, person.resident, %(service)s, 'card_uptake', 'round2', 'top_up', md5(number::text),
       md5(number::text), '****1234', 'ア*キ', repeat('p', 600), own.id, %(now)s
  FROM bench_person person JOIN reservations_reservation own ON own.resident_id = person.resident;
INSERT INTO applications_standingapplication (resident_id, incentive, application_id)
SELECT resident, 'card_uptake', application FROM bench_person;
INSERT INTO applications_notice (payment_service_id, kind, application_id, room, points, created_at)
SELECT %(service)s, 'application', application, 5000, 0, %(now)s FROM bench_person;
"""
_BARE = "CREATE TABLE bench_entry (LIKE ledger_ledgerentry INCLUDING ALL)"
_KEYS = """
SELECT format('ALTER TABLE bench_entry ADD %s', pg_get_constraintdef(oid))
  FROM pg_constraint WHERE conrelid = 'ledger_ledgerentry'::regclass AND contype = 'f'
"""


@dataclass(frozen=True)
class Turn:
    """Lines a second of one slice: the hub's, and the bare COPY's."""

    hub: float
    bare: float


def main() -> int:
    """Measure and print; 1 where the books are off."""
    options = _options()
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    settings = ("shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=30min")
    with TemporaryDirectory(prefix="mynapoint-bench-") as folder, running(*settings) as cluster:
        service, key = _hub(cluster, Path(folder))
        applications = _people(service, options.lines * 2 // 5)
        print(f"{len(applications)} applications, {options.lines} lines, {options.turns} turns", flush=True)
        sent = list(_reports(applications, options.lines))
        turns, points = _take_turns(cluster, service, key, sent, options.turns)
        return _tell(turns, points, service, key, sent[0])


def _take_turns(cluster: Cluster, service: Any, key: Any, sent: Sequence[bytes], count: int) -> tuple[list[Turn], int]:
    turns, points = [], 0
    with cluster.connect("bench") as connection:
        connection.execute(_BARE)
        for (statement,) in connection.execute(_KEYS).fetchall():
            connection.execute(statement)
        size = len(sent) // count
        for turn in range(count):
            own = sent[turn * size : (turn + 1) * size]
            lines = sum(body.count(b"\n") - 1 for body in own)
            began = time.perf_counter()
            for body in own:
                points += _record(service, key, body)
            hub = time.perf_counter() - began
            rows = connection.execute(
                "SELECT report_id, application_id, payment_service_id, line_id, points, posted_on, recorded_at "
                "FROM ledger_ledgerentry ORDER BY id OFFSET (SELECT count(*) FROM bench_entry)"
            ).fetchall()
            began = time.perf_counter()
            with (
                connection.cursor() as cursor,
                cursor.copy(
                    "COPY bench_entry (report_id, application_id, payment_service_id, line_id, points, posted_on, "
                    "recorded_at) FROM STDIN"
                ) as copy,
            ):
                for row in rows:
                    copy.write_row(row)
            bare = time.perf_counter() - began
            turns.append(Turn(lines / hub, len(rows) / bare))
            print(f"  turn {turn + 1}: hub {lines / hub:,.0f} lines/s, bare COPY {len(rows) / bare:,.0f}/s", flush=True)
    return turns, points


def _tell(turns: Sequence[Turn], points: int, service: Any, key: Any, first: bytes) -> int:
    from mynapoint.hub.ledger.audit_books import audit_books
    from mynapoint.hub.ledger.models import LedgerEntry

    ratios = [one.hub / one.bare for one in turns]
    fits = "ok" if median(ratios) >= OF_BARE_COPY_LEAST else "short"
    print(f"MARK reports_of_bare_copy {median(ratios):.2f} {OF_BARE_COPY_LEAST} {fits}")
    print(f"     between {min(ratios):.2f} and {max(ratios):.2f}; hub {median(one.hub for one in turns):,.0f} lines/s")
    again = first.replace(b'"report_id":"r-', b'"report_id":"again-', 1)
    began = time.perf_counter()
    more = _record(service, key, again)
    print(
        f"     the same lines in a report of another name: {REPORT_LINES / (time.perf_counter() - began):,.0f} lines/s"
    )
    began = time.perf_counter()
    off = audit_books()
    print(f"     {LedgerEntry.objects.count()} entries audited in {time.perf_counter() - began:.1f} s")
    total = sum(LedgerEntry.objects.values_list("points", flat=True).iterator())
    wrong = [str(one) for one in off] + (
        [] if (total, more) == (points, 0) else [f"{points} points said, {total} kept"]
    )
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


def _reports(applications: Sequence[str], count: int) -> Iterator[bytes]:
    from mynapoint.exchange.codec import encode_lines
    from mynapoint.exchange.messages import AwardLine, AwardReportHeader
    from mynapoint.programme.values import IncentiveId, Points, ServiceNumber

    random, incentive = Random(20220901), IncentiveId("card_uptake")
    greedy = {one for one in applications if random.random() < 0.075}
    earlier: list[AwardLine] = []
    for number in range(max(1, count // REPORT_LINES)):
        lines = []
        for place in range(min(REPORT_LINES, count)):
            chance = random.random()
            if chance < 0.005 and earlier:
                lines.append(random.choice(earlier))
                continue
            who = str(uuid.UUID(int=random.getrandbits(128))) if chance < 0.01 else random.choice(applications)
            points = Points(4_000 if who in greedy else random.randrange(1, 600))
            lines.append(AwardLine(f"{number}-{place}", who, incentive, points, date(2022, 8, 31)))
        earlier = lines[:: len(lines) // 1_000 or 1]
        total = Points(sum(one.points for one in lines))
        header = AwardReportHeader(f"r-{number}", ServiceNumber(NUMBER), NOW, len(lines), total)
        yield encode_lines([header, *lines])


def _people(service: Any, count: int) -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in _PEOPLE.strip().split(";\n"):
            cursor.execute(statement.rstrip(";"), {"count": count, "now": NOW, "service": service.pk})
        cursor.execute("SELECT application FROM bench_person ORDER BY number")
        found = [str(one) for (one,) in cursor.fetchall()]
        cursor.execute("ANALYZE")
    return found


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
    parser.add_argument("--turns", type=int, default=5, help="slices of each, taking turns")
    options = parser.parse_args()
    if options.quick:
        options.lines, options.turns = 150_000, 3
    return options


if __name__ == "__main__":
    sys.exit(main())
