"""The writer of micro-batches: nobody is told before the commit, nobody is forgotten, one bad entry harms no other."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from django.db import IntegrityError, OperationalError

from hub import clock
from hub.at_once import all_at_once
from mynapoint.hub.applications.batches import Writer
from mynapoint.hub.applications.entries import Entry, ToKeep
from mynapoint.programme.values import Points

pytestmark = pytest.mark.django_db


@dataclass
class Database:
    """Takes entries like PostgreSQL, all or none. ``refuses``: those it does not take; ``opens``: when it commits."""

    refuses: set[str] = field(default_factory=set)
    opens: threading.Event = field(default_factory=threading.Event)
    loses: bool = False
    batches: list[list[str]] = field(default_factory=list)

    def many(self, entries: Sequence[Entry]) -> None:
        self.opens.wait()
        names = [one.statement for one in entries]
        if self.loses:
            raise OperationalError("the connection is lost")
        if self.refuses & set(names):
            raise _refusal()
        self.batches.append(names)

    def one(self, entry: Entry) -> None:
        self.many([entry])


def _refusal() -> IntegrityError:
    error = IntegrityError("refused")
    cause = Exception()
    cause.sqlstate = "23505"  # type: ignore[attr-defined]
    error.__cause__ = cause
    return error


def entry(name: str, key: str = "") -> Entry:
    return Entry(
        application=uuid.uuid4(),
        draft=uuid.uuid4(),
        resident=uuid.uuid4(),
        reservation=1,
        statement=name,
        origin="",
        nonce=name,
        signature=b"",
        certificate=1,
        subject=None,
        room=Points(5000),
        fixed_points=Points(0),
        details={},
        applied_at=clock.START,
        takes=True,
        keeps=ToKeep(key or name, "", ""),
    )


def write(writer: Writer, one: Entry) -> Callable[[], str]:
    def act() -> str:
        try:
            writer.write(one)
        except (IntegrityError, OperationalError) as error:
            return f"{one.statement} {error}"
        return one.statement

    return act


def test_nobody_is_told_before_the_commit() -> None:
    database = Database()
    writer = Writer(database.many, database.one)
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(write(writer, entry("aoki"))()))
    thread.start()

    time.sleep(0.1)
    assert told == []
    database.opens.set()
    thread.join()

    assert told == ["aoki"]
    writer.end()


def test_what_waits_is_written_together_and_before_the_end() -> None:
    database = Database()
    writer = Writer(database.many, database.one)
    threads = [threading.Thread(target=write(writer, entry(f"person-{number}"))) for number in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)

    database.opens.set()
    writer.end()

    assert sum(map(len, database.batches)) == 20
    assert len(database.batches) <= 3
    for thread in threads:
        thread.join()


def test_one_that_is_refused_is_told_and_the_others_are_written() -> None:
    database = Database(refuses={"ueno"})
    database.opens.set()
    writer = Writer(database.many, database.one)

    told = all_at_once(*(write(writer, entry(name)) for name in ("aoki", "ueno", "ishida")))

    assert sorted(map(str, told)) == ["aoki", "ishida", "ueno refused"]
    assert sorted(name for batch in database.batches for name in batch) == ["aoki", "ishida"]
    writer.end()


def test_the_same_key_is_never_twice_in_a_batch() -> None:
    database = Database()
    writer = Writer(database.many, database.one)
    threads = [threading.Thread(target=write(writer, entry(f"person-{n}", key="same"))) for n in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    database.opens.set()
    for thread in threads:
        thread.join()

    assert all(len(batch) == 1 for batch in database.batches)
    writer.end()


def test_where_the_outcome_is_unknown_everybody_is_told_so_and_nothing_is_tried_again() -> None:
    database = Database(loses=True)
    database.opens.set()
    writer = Writer(database.many, database.one)

    told = all_at_once(*(write(writer, entry(name)) for name in ("aoki", "ishida")))

    assert {str(one).partition(" ")[2] for one in told} == {"the connection is lost"}
    assert database.batches == []
    writer.end()
