"""The feed while many write: a reader by cursor gets each notice that stands once and in order, and no other."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from hub import clock
from hub.ledger.test_reports_at_once import applied
from hub.sample_pay import NUMBER
from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.models import Application, Notice, NoticeCounter
from mynapoint.hub.applications.notices import number_notices, read_notices, write_notice
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.programme.values import Points

WRITERS = 12
READERS = 3
WRITES_EACH = 20


class _GivenUp(Exception):
    """What a writer that changes its mind raises, so that its transaction falls."""


@pytest.mark.usefixtures("file_database")
def test_readers_by_cursor_miss_nothing_and_repeat_nothing_while_many_write() -> None:
    application, service = applied("aoki"), PaymentService.objects.get(number=NUMBER)
    stands: list[int] = []
    writing = threading.Event()
    feeds: list[list[int]] = [[] for _ in range(READERS)]

    def write(seed: int) -> None:
        dice = random.Random(seed)
        for number in range(WRITES_EACH):
            told = seed * WRITES_EACH + number
            try:
                with transaction.atomic():
                    _write(application, told)
                    time.sleep(dice.choice([0, 0, 0.002, 0.02]))
                    if dice.random() < 0.2:
                        raise _GivenUp
            except _GivenUp:
                continue
            stands.append(told)

    def read(feed: list[int]) -> None:
        after = 0
        while True:
            last = writing.is_set()
            header, page = read_notices(service, after=after, limit=7)
            feed += [one.room for one in page]
            after = header.next_cursor
            if last and not page:
                return

    _run([partial(write, seed) for seed in range(WRITERS)], [partial(read, feed) for feed in feeds], writing)

    told = list(Notice.objects.order_by("cursor").values_list("room", flat=True))
    assert sorted(told) == sorted(stands)
    assert feeds == [told] * READERS
    assert NoticeCounter.objects.get().last == len(told)


@pytest.mark.usefixtures("file_database")
def test_a_notice_in_a_transaction_that_is_still_open_holds_up_neither_writers_nor_readers() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: nobody writes while a transaction is open")
    application, service = applied("aoki"), PaymentService.objects.get(number=NUMBER)
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            _write(application, 1)
            written.set()
            go_on.wait(10)

    def others() -> None:
        written.wait(10)
        with transaction.atomic():
            _write(application, 2)
        assert [one.room for one in read_notices(service, after=0, limit=10)[1]] == [2]
        go_on.set()

    _run([slow, others], [], threading.Event())

    assert [(one.cursor, one.room) for one in read_notices(service, after=0, limit=10)[1]] == [(1, 2), (2, 1)]


@pytest.mark.usefixtures("file_database")
def test_more_than_fit_one_numbering_are_numbered_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mynapoint.hub.applications.notices.NUMBERED_AT_ONCE", 3)
    application, service = applied("aoki"), PaymentService.objects.get(number=NUMBER)
    with transaction.atomic():
        for told in range(8):
            _write(application, told)

    assert [number_notices(service) for _ in range(4)] == [3, 3, 2, 0]
    assert [one.room for one in read_notices(service, after=0, limit=10)[1]] == list(range(8))


def _write(application: Application, told: int) -> None:
    # Stops may be told any number of times; ``room`` says which this is.
    write_notice(
        application,
        NoticeKind.STOP,
        room=Points(told),
        points=Points(0),
        now=clock.START + timedelta(seconds=told),
    )


def _run(writers: list[Callable[[], None]], readers: list[Callable[[], None]], done: threading.Event) -> None:
    """Run all at once; ``done`` is set when the writers have ended. Raises what one of them raised."""
    broken: list[BaseException] = []

    def guarded(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - told below
            broken.append(error)
        finally:
            connection.close()

    write, read = ([threading.Thread(target=guarded, args=(act,)) for act in acts] for acts in (writers, readers))
    for thread in (*write, *read):
        thread.start()
    for thread in write:
        thread.join()
    done.set()
    for thread in read:
        thread.join()
    if broken:
        raise broken[0]
