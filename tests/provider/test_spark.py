"""Spark gives what the reference gives, with several worker processes, whatever the session's settings."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from award.both_engines import AFTER_USE, enrolment, fill, rule, use
from award.test_properties import RULES, applications, uses
from mynapoint.award import premium
from mynapoint.award.premium import Enrolment, Transaction
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import Points
from mynapoint.provider.spark import compiled, run_spark
from mynapoint.provider.spark_session import NoSpark, open_spark
from provider.spark_here import require_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::ResourceWarning")]

CASES = tomllib.loads((Path(__file__).parents[1] / "award" / "cases.toml").read_text(encoding="utf-8"))["case"]
MASTER = "local-cluster[2,1,1024]"
FRUGAL = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SETTINGS = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "America/New_York",
    "spark.driver.defaultJavaOptions": FRUGAL,
    "spark.executor.defaultJavaOptions": FRUGAL,
}
COLUMNS = (
    "application_id STRING, account_id STRING, counts STRING, applied_at TIMESTAMP_LTZ, points_elsewhere BIGINT",
    "transaction_id STRING, account_id STRING, kind STRING, refunds STRING, amount_yen BIGINT,"
    "occurred_at TIMESTAMP_LTZ",
    "application_id STRING, points BIGINT",
)
EXAMPLES = 40
DAYS = ("2022-08-31T00:00:00+09:00", "2023-03-01T00:00:00+09:00", "2024-04-28T00:00:00+09:00")
CASE_AS_OF = "2022-08-31T00:00:00+09:00"


class Lot:
    """Rows judged by one rule at one instant: many small worlds side by side, kept apart by their ids."""

    def __init__(self) -> None:
        self.enrolments: list[Enrolment] = []
        self.transactions: list[Transaction] = []
        self.posted: dict[str, Points] = {}
        self._worlds = 0

    def add(self, applied: list[Enrolment], rows: list[Transaction], posted: dict[str, Points]) -> None:
        self._worlds += 1
        prefix = f"{self._worlds}-"
        self.enrolments += [
            replace(one, application_id=prefix + one.application_id, account_id=prefix + one.account_id)
            for one in applied
        ]
        self.transactions += [
            replace(
                row,
                transaction_id=prefix + row.transaction_id,
                account_id=prefix + row.account_id,
                refunds=row.refunds and prefix + row.refunds,
            )
            for row in rows
        ]
        self.posted |= {prefix + application_id: points for application_id, points in posted.items()}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    require_spark()
    scratch = tmp_path_factory.mktemp("spark")
    with open_spark(MASTER, scratch=scratch, settings=SETTINGS) as opened:
        workers = processes_of(scratch)
        yield opened
    assert len(workers) == 3, "the driver and two workers, each a process of its own"
    assert processes_of(scratch) == []
    assert list(scratch.iterdir()) == []


def test_the_workers_are_processes_of_their_own_and_speak_on_loopback_only(session: SparkSession) -> None:
    folder = Path(session.conf.get("spark.local.dir")).parent
    processes = processes_of(folder)

    assert session.sparkContext.master == MASTER
    assert len(processes) == 3
    assert listening_addresses(processes) <= {"127.0.0.1"}


def test_spark_agrees_with_the_reference_on_the_worked_examples_and_on_random_rows(
    session: SparkSession, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    lots = lots_of_cases()
    for number, by in enumerate(RULES):
        days = [as_of for lot_rule, as_of in lots if lot_rule == by]
        lots.setdefault((by, max(days) if days else datetime.fromisoformat(DAYS[number % len(DAYS)])), Lot())
    if not request.config.getoption("nightly"):
        lots = worth_a_job(lots)
    drawn = st.lists(st.tuples(applications(), uses(conflicts=True), st.integers(0, 6_000)), min_size=1)
    for lot in lots.values():
        for applied, rows, posted in draws(drawn, EXAMPLES):
            lot.add(applied, rows, {applied[0].application_id: Points(posted)})
    assert sum(len(lot.transactions) for lot in lots.values()) > 1_000

    found = on_spark(session, tmp_path, lots)

    for (by, as_of), lot in lots.items():
        assert found[by, as_of] == premium.awards(by, as_of, lot.enrolments, lot.transactions, lot.posted), (by, as_of)


@pytest.mark.parametrize(
    "setting",
    [
        {"spark.sql.session.timeZone": "America/Sao_Paulo", "spark.sql.ansi.enabled": "false"},
        {"spark.sql.session.timeZone": "Pacific/Kiritimati", "spark.sql.timestampType": "TIMESTAMP_NTZ"},
    ],
    ids=str,
)
def test_no_setting_of_the_session_moves_a_day(session: SparkSession, tmp_path: Path, setting: dict[str, str]) -> None:
    """In the session's zone 02:30 of 13 March is skipped in New York, and 00:00 of 4 November 2018 in São Paulo."""
    by = rule(effective="next_day", schedule=AFTER_USE, round="round2")
    lot = Lot()
    for number, at in enumerate(
        ["2022-03-13T02:30", "2022-03-12T23:59:59.999999", "2022-03-13T00:00", "2022-11-06T01:30"]
    ):
        applied = enrolment("2022-03-12T12:00:00+09:00", account=f"SP{number}")
        lot.add([applied], [use("t", 400 + 4 * number, f"{at}+09:00", account=applied.account_id)], {})
    before = {name: session.conf.get(name) for name in setting}

    for name, value in setting.items():
        session.conf.set(name, value)
    try:
        as_of = datetime.fromisoformat("2022-11-06T01:30:00+09:00")
        [found] = on_spark(session, tmp_path, {(by, as_of): lot}).values()
        assert {name: session.conf.get(name) for name in setting} == setting
    finally:
        for name, value in before.items():
            session.conf.set(name, value)

    assert found == {"1-A-SP0": 100, "3-A-SP2": 102, "4-A-SP3": 103}


def test_a_run_leaves_nothing_behind_in_the_session(session: SparkSession, tmp_path: Path) -> None:
    lot = Lot()
    lot.add([enrolment()], [use("t1", 20_000, "2022-07-16T10:00:00+09:00")], {})
    by, as_of = rule(), datetime.fromisoformat(CASE_AS_OF)

    found = on_spark(session, tmp_path, {(by, as_of): lot})

    assert found == {(by, as_of): {"1-A-SP00001234": 5_000}}
    assert session.catalog.listTables() == []
    assert dict(session.sparkContext._jsc.getPersistentRDDs()) == {}


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ("'t' transaction_id", "lacks the column account_id"),
        ("'t' transaction_id, 1 account_id", "account_id must be STRING; it is INT"),
        (
            "'t' transaction_id, 'a' account_id, 'top_up' kind, '' refunds, 1 amount_yen, localtimestamp() occurred_at",
            "occurred_at must be TIMESTAMP; it is TIMESTAMP_NTZ",
        ),
    ],
)
def test_a_table_that_does_not_fit_is_told_before_anything_runs(session: SparkSession, columns: str, why: str) -> None:
    session.sql(f"SELECT {columns}").createOrReplaceTempView("unfit")
    session.sql(
        "SELECT 'a' application_id, 'a' account_id, 'top_up' counts, current_timestamp() applied_at, 0 points_elsewhere"
    ).createOrReplaceTempView("fit")
    try:
        with pytest.raises(ValueError, match=why):
            run_spark(
                session,
                rule(),
                datetime.fromisoformat(CASE_AS_OF),
                enrolments="fit",
                transactions="unfit",
                posted=None,
            )
    finally:
        session.catalog.dropTempView("unfit")
        session.catalog.dropTempView("fit")


def test_a_second_spark_in_one_process_is_refused(session: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(NoSpark, match="has a Spark session already"), open_spark("local[1]", scratch=tmp_path):
        pass


def lots_of_cases() -> dict[tuple[ServiceRule, datetime], Lot]:
    """Return the examples of cases.toml by rule and instant."""
    lots: defaultdict[tuple[ServiceRule, datetime], Lot] = defaultdict(Lot)
    for case in CASES:
        applied = enrolment(
            case.get("applied_at", "2022-07-15T10:00:00+09:00"),
            counts=case.get("counts", "top_up"),
            elsewhere=case.get("elsewhere", 0),
        )
        rows = [use(*row[:3], **(row[3] if len(row) > 3 else {})) for row in case["rows"]]
        posted = {applied.application_id: Points(case["posted"])} if "posted" in case else {}
        for as_of, _ in case["expect"]:
            lots[rule(**case.get("rule", {})), datetime.fromisoformat(as_of)].add([applied], rows, posted)
    return dict(lots)


def worth_a_job(lots: dict[tuple[ServiceRule, datetime], Lot]) -> dict[tuple[ServiceRule, datetime], Lot]:
    """Return the lots with more than one example, and one of each shape of SQL: the rest differ in figures only.

    Spark takes seconds a lot; the nightly tests run them all.
    """
    shapes: set[str] = set()
    chosen = {}
    for (by, as_of), lot in sorted(lots.items(), key=lambda item: -len(item[1].enrolments)):
        sql = " ".join(statement for _, statement in compiled(by, as_of, unique=False))
        shape = re.sub(r"'[^']*'|[0-9]+", "?", sql)
        if len(lot.enrolments) > 1 or shape not in shapes:
            chosen[by, as_of] = lot
        shapes.add(shape)
    return chosen


def draws(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Return what a strategy gives: Spark takes seconds a run, so all examples go into one."""
    drawn: list[Any] = []

    @settings(max_examples=10, database=None, phases=[Phase.generate], deadline=None)
    @given(strategy)
    def take(examples: list[Any]) -> None:
        drawn.extend(examples)

    take()
    return drawn[:count]


def on_spark(
    session: SparkSession, folder: Path, lots: dict[tuple[ServiceRule, datetime], Lot]
) -> dict[tuple[ServiceRule, datetime], dict[str, int]]:
    """Return what Spark computes of each lot, two lots at a time in one session."""
    with duckdb.connect(config={"threads": 1}) as connection:
        for number, lot in enumerate(lots.values()):
            fill(connection, lot.enrolments, lot.transactions, lot.posted)
            for table in ("e", "t", "p"):
                connection.table(table).write_parquet(str(folder / f"{table}_{number}.parquet"))

    def one(numbered: tuple[int, tuple[ServiceRule, datetime]]) -> dict[str, int]:
        number, (by, as_of) = numbered
        names = enrolments, transactions, posted = [f"{table}_{number}" for table in ("e", "t", "p")]
        for name, columns in zip(names, COLUMNS, strict=True):
            session.read.schema(columns).parquet(str(folder / f"{name}.parquet")).createTempView(name)
        try:
            result = run_spark(session, by, as_of, enrolments=enrolments, transactions=transactions, posted=posted)
            found = {row.application_id: row.points for row in result.collect()}
            result.unpersist()
        finally:
            for name in names:
                session.catalog.dropTempView(name)
        return found

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(lots, pool.map(one, enumerate(lots)), strict=True))


def processes_of(folder: Path) -> list[int]:
    """Return the processes that were started with a folder in their command line or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in process.joinpath("cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def listening_addresses(processes: list[int]) -> set[str]:
    """Return the addresses on which processes listen, as Linux tells them."""
    sockets = set()
    for process in processes:
        for link in Path(f"/proc/{process}/fd").iterdir():
            try:
                sockets.add(link.readlink().name)
            except OSError:
                continue
    addresses = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state, inode = line.split()[1], line.split()[3], line.split()[9]
            if state == "0A" and f"socket:[{inode}]" in sockets:
                addresses.add(address(local.split(":")[0]))
    return addresses


def address(text: str) -> str:
    """Return an address of /proc/net as people write it, an IPv4 one inside IPv6 as IPv4."""
    import ipaddress

    packed = b"".join(bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8))
    found = ipaddress.ip_address(packed)
    return str(getattr(found, "ipv4_mapped", None) or found)
