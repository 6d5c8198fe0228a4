"""How long the office's pages take over a large database, and an application to a spent budget's waiting list.

    ./run bench office [--quick] [--people N] [--visits N] [--waiting N]

It starts its own PostgreSQL (fsync and synchronous_commit on) and fills it by sets: people who applied evenly over 90
days, a third of them twice, their recorded points, visits to support counters. Then it opens each page of the office
as somebody who is signed in there, in the process itself, three times each, and takes the middle: what is measured is
a page from request to last byte, without the network; the dashboard also before any day is counted. Last it lets the
budget be limited and people wait for it, and writes the notice of an application that has its turn: the statement whose
trigger asks for places under all of the person's pseudonyms. One line a mark: ``MARK name measured target ok|short``.
Exit 1 where a page is not answered as it should be, or the books are off; 0 where marks are short.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
# The tests' own package `hub` is wanted here, not the benchmark of that name beside this file.
sys.path[:] = [str(ROOT / "tests"), *(one for one in sys.path if one != str(ROOT / "benchmarks"))]

from private_postgresql import Cluster, running  # noqa: E402 - needs the path set above

NOW = datetime(2022, 9, 1, 3, 0, tzinfo=UTC)
REGISTER = ROOT / "src/mynapoint/demo/data/payment_services.toml"
FILES = ("reports_people.sql", "office_people.sql")
PAGE_SECONDS, APPLICATION_MS = 1.0, 5.0
TURNS, APPLICANTS = 3, 50
SERVICES = 12
_OFFICE = "/staff/office/"
_PAGES = {
    "dashboard": _OFFICE,
    "dashboard_52_weeks": f"{_OFFICE}?weeks=52",
    "dashboard_of_an_earlier_day": f"{_OFFICE}?as_of=2022-07-15",
    "dashboard_of_an_incentive": f"{_OFFICE}?round=round2&incentive=card_uptake",
    "dashboard_of_a_service": f"{_OFFICE}?service=MP0000001",
    "dashboard_of_a_prefecture": f"{_OFFICE}?prefecture=01",
    "csv_by_prefecture": f"{_OFFICE}prefecture.csv",
    "csv_by_counter": f"{_OFFICE}counter.csv",
    "csv_of_the_backlog": f"{_OFFICE}backlog.csv",
    "plan": f"{_OFFICE}plan/?round=round2&people=100000&seed=1&runs=40",
    "health": f"{_OFFICE}health/",
    "corrections": "/staff/corrections/",
    "likely_mislinks": "/staff/corrections/likely/",
    "claims": "/staff/settlement/",
}
_PUBLIC = {"open_data": "/open-data/", "open_data_json": "/open-data/applications-and-points.json"}
_SPREAD = """
UPDATE bench_person SET applied_at = %(now)s - interval '90 days' * (1 - number::float8 / (%(count)s + 1)),
                        service = (%(services)s::bigint[])[1 + number %% cardinality(%(services)s::bigint[])]
"""
_WAITING = """
CREATE UNLOGGED TABLE bench_applicant AS
SELECT number, gen_random_uuid() AS resident, gen_random_uuid() AS application, gen_random_uuid() AS place
  FROM generate_series(1, %(applicants)s) AS number;
INSERT INTO identity_resident (id, first_seen_at) SELECT resident, %(now)s FROM bench_applicant;
INSERT INTO applications_application (id, resident_id, payment_service_id, incentive, round_id, counts, account_key,
                                      account_reference, masked_account, masked_holder, proof, reservation_id,
                                      applied_at)
SELECT application, resident, 1, 'card_uptake', 'round2', 'top_up', 'new-' || number, 'new-' || number, '', '', '', 1,
       %(now)s FROM bench_applicant;
CREATE UNLOGGED TABLE bench_place AS
SELECT number, gen_random_uuid() AS place, gen_random_uuid() AS resident, NULL::date AS offer_until
  FROM generate_series(1, %(waiting)s) AS number
UNION ALL SELECT %(waiting)s + number, place, resident, '2022-09-14' FROM bench_applicant;
INSERT INTO identity_resident (id, first_seen_at)
SELECT resident, %(now)s FROM bench_place WHERE offer_until IS NULL;
INSERT INTO books_waitingplace (id, budget_id, number, round_id, incentive, resident, points, taken_at)
SELECT place, share.budget_id, number, 'round2', 'card_uptake', resident, 5000, %(now)s FROM bench_place
  JOIN books_budgetshare AS share ON share.round_id = 'round2' AND share.incentive = 'card_uptake';
INSERT INTO books_openplace (place_id, budget_id, number, round_id, incentive, resident, offer_until)
SELECT id, budget_id, place.number, round_id, incentive, place.resident, offer_until
  FROM books_waitingplace JOIN bench_place AS place ON place.place = id;
INSERT INTO books_movement (budget_id, kind, from_account, to_account, points, application, service_number, voucher,
                            made_at)
SELECT budget_id, 'reserved', 'budget', 'reserved', 5000, place_id, '', 'waiting_list', %(now)s
  FROM books_openplace WHERE offer_until IS NOT NULL;
UPDATE books_budget SET is_limited = true WHERE name = 'round2.card_uptake';
INSERT INTO books_budgetblock (budget_id, number, points_left)
SELECT id, number, 0 FROM books_budget, generate_series(0, 31) AS number WHERE name = 'round2.card_uptake'
"""
_NOTICE = """
INSERT INTO applications_notice (payment_service_id, kind, application_id, room, points, created_at)
VALUES (1, 'application', %s, 5000, 0, %s)
"""


def main() -> int:
    """Measure and print; 1 where something is wrong."""
    options = _options()
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    settings = ("shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=30min")
    with TemporaryDirectory(prefix="mynapoint-bench-") as folder, running(*settings) as cluster:
        prepare(cluster, Path(folder))
        began = time.perf_counter()
        fill(cluster, options.people, options.visits)
        print(
            f"{options.people} people, {options.visits} visits, made in {time.perf_counter() - began:.0f} s", flush=True
        )
        wrong = [*audited(), *counted(cluster), *pages(), *applications(cluster, options.waiting)]
    for one in wrong[:10]:
        print(f"WRONG: {one}", file=sys.stderr)
    return 1 if wrong else 0


def prepare(cluster: Cluster, folder: Path) -> None:
    """Make an empty hub on a cluster, with the register of the invented city, and let this process be of it."""
    with cluster.connect() as administrator:
        administrator.execute("CREATE DATABASE bench")
    connect(cluster.url("bench"), folder)
    from django.core.management import call_command

    from mynapoint.hub.payment_services.actions import import_register

    call_command("migrate", verbosity=0)
    import_register(REGISTER)


def connect(url: str, folder: Path) -> None:
    """Let this process be a hub over a database."""
    os.environ |= {"MYNAPOINT_DATABASE": url, "MYNAPOINT_STATE": str(folder), "MYNAPOINT_CLOCK": "hub.clock.now"}
    os.environ["MYNAPOINT_LOG_LEVEL"] = "WARNING"
    os.environ["DJANGO_SETTINGS_MODULE"] = "mynapoint.hub.settings"
    import django

    django.setup()
    from hub import clock

    clock.move_to(NOW)


def fill(cluster: Cluster, people: int, visits: int) -> None:
    """Write so many people and what they did."""
    with cluster.connect("bench") as aside:
        rows = aside.execute("SELECT id FROM payment_services_paymentservice ORDER BY id LIMIT %s", [SERVICES])
        services = [pk for (pk,) in rows.fetchall()]
        facts = {"count": people, "visits": visits, "now": NOW, "services": services, "service": services[0]}
        aside.execute("SET session_replication_role = replica")
        first, *rest = (one for name in FILES for one in _statements(name))
        for statement in (first, _SPREAD, *rest):
            aside.execute(statement, _named(facts, statement))
        aside.execute("VACUUM (ANALYZE)")


def audited() -> Iterator[str]:
    """Yield what is off in the books."""
    from mynapoint.hub.ledger.audit_books import audit_books

    began = time.perf_counter()
    yield from map(str, audit_books())
    print(f"     books audited in {time.perf_counter() - began:.1f} s", flush=True)


def counted(cluster: Cluster) -> Iterator[str]:
    """Count the days; print how long the dashboard takes without that, and what it costs; yield what is off."""
    from hub.staff.desk import at_work
    from mynapoint.hub.office.counting import count_days, unlike
    from mynapoint.hub.staff.models import Role

    office = at_work(Role.OFFICE, name="early").client
    yield from _page("dashboard_not_counted", lambda: office.get(_OFFICE), target=0)
    began = time.perf_counter()
    days = count_days(now=NOW)
    took = time.perf_counter() - began
    with cluster.connect("bench") as aside:
        aside.execute("VACUUM (ANALYZE)")
    print(f"     {days} days counted in {took:.1f} s, {1_000 * took / max(days, 1):.0f} ms a day", flush=True)
    began = time.perf_counter()
    yield from unlike()
    print(f"     their sums compared with all rows in {time.perf_counter() - began:.1f} s", flush=True)


def pages() -> Iterator[str]:
    """Print how long each page takes; yield those that are not answered."""
    from hub.staff.desk import at_work
    from mynapoint.hub.office.publishing import publish
    from mynapoint.hub.staff.models import Role

    began = time.perf_counter()
    publish(now=NOW)
    _mark("publish_open_data_s", time.perf_counter() - began, 60.0)
    office = at_work(Role.OFFICE).client
    helper = at_work(Role.SUPERVISOR, municipality="bench-0").client
    for name, address in (_PAGES | _PUBLIC).items():
        yield from _page(name, lambda address=address: office.get(address))
    yield from _page("likely_mislinks_of_a_city", lambda: helper.get("/staff/corrections/likely/"))


def _page(name: str, get: Callable[[], Any], *, target: float = PAGE_SECONDS) -> Iterator[str]:
    took = []
    for _ in range(TURNS):
        began = time.perf_counter()
        answer = get()
        took.append(time.perf_counter() - began)
        if answer.status_code != 200 or not answer.content:
            yield f"{name}: {answer.status_code}"
            return
    if target:
        _mark(f"{name}_s", median(took), target)
    else:
        print(f"     {name}: {median(took):.2f} s", flush=True)


def applications(cluster: Cluster, waiting: int) -> Iterator[str]:
    """Print what one application costs whose turn has come; yield what was not as it should be."""
    from django.db import connection, transaction

    with cluster.connect("bench") as aside:
        aside.execute("SET session_replication_role = replica")
        for statement in _WAITING.split(";\n"):
            aside.execute(statement, _named({"now": NOW, "applicants": APPLICANTS, "waiting": waiting}, statement))
        own = [pk for (pk,) in aside.execute("SELECT application FROM bench_applicant ORDER BY number").fetchall()]
        aside.execute(
            "UPDATE books_openplace SET number = number + %s WHERE offer_until IS NULL", [10 * waiting + 1000]
        )
        aside.execute("VACUUM (ANALYZE) identity_resident, books_openplace, books_waitingplace, books_movement")
    took = []
    for one in own:
        with transaction.atomic(), connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(_NOTICE, [one, NOW])
            took.append(1_000 * (time.perf_counter() - began))
    print(f"     {waiting} waiting: first {took[0]:.1f} ms, slowest {max(took[1:]):.1f}", flush=True)
    _mark("application_with_a_turn_ms", median(took[1:]), APPLICATION_MS)
    left = connection.cursor().execute("SELECT count(*) FROM books_openplace WHERE offer_until IS NOT NULL").fetchone()
    if left[0]:
        yield f"{left[0]} places are still open whose holders have applied"


def _mark(name: str, measured: float, target: float) -> None:
    print(f"MARK {name} {measured:.2f} {target} {'ok' if measured <= target else 'short'}", flush=True)


def _statements(name: str) -> list[str]:
    text = (ROOT / "benchmarks" / name).read_text(encoding="utf-8")
    lines = "\n".join(one for one in text.splitlines() if not one.startswith("--"))
    return lines.strip().rstrip(";").split(";\n")


def _named(facts: Mapping[str, object], statement: str) -> dict[str, object]:
    return {name: value for name, value in facts.items() if f"%({name})s" in statement}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="60,000 people, 10,000 visits")
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--visits", type=int, default=50_000)
    parser.add_argument("--waiting", type=int, default=10_000, help="who wait for the budget")
    options = parser.parse_args()
    if options.quick:
        options.people, options.visits = 60_000, 10_000
    return options


if __name__ == "__main__":
    sys.exit(main())
