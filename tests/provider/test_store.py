"""The store: one transaction a step, one process at a time, and no file that is somebody else's."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mynapoint.programme.values import MalformedValue
from mynapoint.provider import award_run
from mynapoint.provider.award_run import AwardTwice
from mynapoint.provider.due import premium_due
from mynapoint.provider.store import Store, StoreBusy, StoreTooSmall, StoreUnusable, only, store_id
from provider.world import END_OF_AUGUST, END_OF_SEPTEMBER, IN_JULY, World


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "folder" / "store.duckdb")


def test_a_step_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.step() as connection:
            connection.execute("INSERT INTO instructions VALUES ('a-1', 7500, now())")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with store.step() as connection:
        assert only(connection, "SELECT count(*) FROM instructions") == 0


def test_the_store_keeps_its_name(store: Store) -> None:
    names = set()
    for _ in range(2):
        with store.step() as connection:
            names.add(store_id(connection))

    assert len(names) == 1


def test_threads_take_turns(store: Store) -> None:
    def add(number: int) -> None:
        with store.step() as connection:
            connection.execute("INSERT INTO instructions VALUES (?, 7500, now())", (f"a-{number}",))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.step() as connection:
        assert only(connection, "SELECT count(*) FROM instructions") == 8


def test_a_store_that_another_process_keeps_is_told_with_what_to_do(store: Store) -> None:
    with store.step():
        pass
    hold = f"import duckdb, sys; c = duckdb.connect({str(store.path)!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreBusy, match="try again later"), Store(store.path, wait_seconds=0.1).step():
            pass
        holder.communicate()


def test_a_step_that_waits_for_another_of_this_process_gives_up_too(store: Store) -> None:
    with store.step(), pytest.raises(StoreBusy), Store(store.path, wait_seconds=0.05).step():
        pass


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("these are not tables, but somebody needs them" * 100)
    other = tmp_path / "other.duckdb"
    with duckdb.connect(other) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")

    with pytest.raises(StoreUnusable, match="not a database"), Store(text).step():
        pass
    with pytest.raises(StoreUnusable, match="other tables"), Store(other).step():
        pass

    assert text.read_text().startswith("these are not tables")


def test_a_store_of_a_later_version_is_refused(store: Store) -> None:
    with store.step() as connection:
        connection.execute("UPDATE store SET version = 99")

    with pytest.raises(StoreUnusable, match="version 99"), store.step():
        pass


def test_a_store_of_version_1_becomes_one_of_this_version_and_forgets_nothing(world: World) -> None:
    """A line posted under version 1 is not posted again; a refund of a use of then still takes points back."""
    world.store.path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(world.store.path) as connection:
        connection.execute((Path(__file__).parent / "store_version_1.sql").read_text())

    result = world.run(END_OF_AUGUST)
    assert (result.lines, result.points) == (1, 1_000)
    world.put("august.csv", ("r-1", "SP00003456", "refund", "t-2", 4_000, END_OF_AUGUST))
    world.put("again.csv", ("t-1", "SP00001234", "top_up", None, 20_000, IN_JULY))
    result = world.run(END_OF_SEPTEMBER)

    assert (result.repeated, result.lines, result.points) == (1, 1, -1_000)
    with world.store.step() as connection:
        assert store_id(connection) == "0badcafe"
        points = connection.execute("SELECT application_id, sum(points) FROM award_lines GROUP BY 1 ORDER BY 1")
        assert points.fetchall() == [("aoki-1", 5_000), ("ueno-1", 0)]


def test_a_store_of_version_2_becomes_one_of_this_version_with_the_same_lines(world: World) -> None:
    world.link("aoki-1", "SP00001234")
    world.put("july.csv", ("t-1", "SP00001234", "top_up", None, 20_000, IN_JULY))
    world.run(END_OF_AUGUST)
    with world.store.step() as connection:
        before = lines(connection)
        connection.execute("CREATE TABLE old_lines AS FROM award_lines")
        connection.execute("DROP VIEW award_lines")
        connection.execute("DROP TABLE pending_lines")
        connection.execute("ALTER TABLE old_lines RENAME TO award_lines")
        connection.execute("UPDATE store SET version = 2")

    with world.store.step() as connection:
        assert lines(connection) == before
    assert world.run(END_OF_SEPTEMBER).lines == 0


def lines(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    columns = "line_id, run, application_id, incentive, points, epoch_us(pending_at), application_no"
    return connection.execute(f"SELECT {columns} FROM award_lines ORDER BY 1").fetchall()


def test_no_application_gets_two_lines_of_one_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No index holds lines apart, so the run does."""

    world.link("aoki-1", "SP00001234")
    world.put("july.csv", ("t-1", "SP00001234", "top_up", None, 20_000, IN_JULY))

    def twice(connection: duckdb.DuckDBPyConnection, *words: Any, **more: Any) -> None:
        premium_due(connection, *words, **more)
        connection.execute("INSERT INTO due FROM due")

    monkeypatch.setattr(award_run, "premium_due", twice)

    with pytest.raises(AwardTwice):
        world.run()

    with world.store.step() as connection:
        assert only(connection, "SELECT count(*) FROM award_lines") == 0


def test_hashes_made_by_another_database_are_made_anew(world: World) -> None:
    world.link("aoki-1", "SP00001234")
    world.put("july.csv", ("t-1", "SP00001234", "top_up", None, 20_000, IN_JULY))
    world.run()
    with world.store.step() as connection:
        connection.execute("UPDATE uses SET transaction_hash = 7")
        connection.execute("UPDATE store SET hash_probe = [7]")

    world.put(
        "again.csv",
        ("t-1", "SP00001234", "top_up", None, 20_000, IN_JULY),
        ("r-1", "SP00001234", "refund", "t-1", 20_000, IN_JULY),
    )
    result = world.run(END_OF_SEPTEMBER)

    assert (result.repeated, result.points) == (1, -5_000)


def test_a_step_keeps_to_its_memory_and_says_so_when_that_is_too_little(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.duckdb", memory="40MB")
    with store.step() as connection:
        assert only(connection, "SELECT current_setting('memory_limit')") == "38.1 MiB"

    def ask_for_more() -> None:
        with store.step() as connection:
            connection.execute("SET temp_directory = ''")
            connection.execute("CREATE TEMP TABLE large AS SELECT hash(i) FROM range(50_000_000) AS rows(i)")

    with pytest.raises(StoreTooSmall, match="raise --memory"):
        ask_for_more()

    with pytest.raises(MalformedValue, match="2GB"):
        Store(tmp_path / "store.duckdb", memory="much")
