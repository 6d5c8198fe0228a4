"""Whoever is turned away is told so before anything of theirs is read, and counted: one log line a second for all."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from threading import Thread, Timer
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from hub.visitor import Visitor
from mynapoint.hub.applications import resident_door
from mynapoint.hub.operation import turning_away
from mynapoint.hub.operation.turning_away import Tally, sheds
from mynapoint.hub.waiting.gates import Gate, Kind, gates

ROUTE = "resident_applications"


@pytest.fixture
def crowd() -> Iterator[Gate]:
    """The gate of those who apply, with everybody inside and waiting who may."""
    gate = gates()[Kind.IRREVOCABLE]
    gate.inside, gate.waiting = gate.at_once, gate.waiting_most
    yield gate
    gate.inside = gate.waiting = 0


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Tally:
    """A tally of this test's own, that no timer tells."""
    monkeypatch.setattr(turning_away, "TOLD_EVERY_SECONDS", 3600)
    monkeypatch.setattr(turning_away, "Timer", _NoTimer)
    monkeypatch.setattr(turning_away, "tally", own := Tally())
    monkeypatch.setattr("mynapoint.hub.operation.observing.tally", own)
    return own


class _NoTimer:
    def __init__(self, *given: object) -> None:
        pass

    def start(self) -> None:
        pass


def ask(door: object, **headers: str) -> tuple[str, dict[str, str], bytes]:
    """Ask the door as granian does, with a body that nobody may read."""
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": resident_door.PATH, **headers}
    told: list[object] = []
    body = b"".join(door(environ, lambda *given: told.extend(given)))  # type: ignore[operator]
    return str(told[0]), dict(told[1]), body  # type: ignore[call-overload]


def inside(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    raise AssertionError("somebody was let in")


def test_a_hundred_machines_turned_away_are_a_hundred_in_the_count_and_one_line(
    crowd: Gate, tally: Tally, caplog: pytest.LogCaptureFixture
) -> None:
    door, before = sheds(inside, route=ROUTE, turned_away=resident_door.turned_away), crowd.turned_away
    caplog.set_level(logging.INFO, logger="mynapoint")

    told = [ask(door) for _ in range(100)]
    tally.tell()
    tally.tell()

    assert {(status, json.loads(body)["type"]) for status, _, body in told} == {
        ("503 Service Unavailable", "urn:mynapoint:problem:busy")
    }
    assert all(int(headers["Retry-After"]) > 0 for _, headers, _ in told)
    assert crowd.turned_away == before + 100
    lines = [one for one in caplog.records if one.name == "mynapoint.requests"]
    assert [(one.getMessage(), one.route, one.status, one.count) for one in lines] == [  # type: ignore[attr-defined]
        ("told to come again", ROUTE, 503, 100)
    ]


def test_whoever_is_not_turned_away_comes_in() -> None:
    door = sheds(inside, route=ROUTE, turned_away=resident_door.turned_away)

    with pytest.raises(AssertionError, match="let in"):
        ask(door)


def test_a_page_turned_away_is_counted_with_the_others(
    db: None, aoki: Visitor, tally: Tally, caplog: pytest.LogCaptureFixture
) -> None:
    journey = gates()[Kind.JOURNEY]
    caplog.set_level(logging.INFO, logger="mynapoint")
    journey.waiting = 1  # somebody who reads gives way

    try:
        away = [aoki.get("/payment-services/").status_code for _ in range(2)]
    finally:
        journey.waiting = 0
    tally.tell()

    assert away == [503, 503]
    lines = [one for one in caplog.records if one.name == "mynapoint.requests"]
    assert [(one.route, one.count) for one in lines] == [("payment_services:search", 2)]  # type: ignore[attr-defined]


def test_the_count_is_told_by_itself_and_none_is_lost_among_threads(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(turning_away, "TOLD_EVERY_SECONDS", 0.001)
    caplog.set_level(logging.INFO, logger="mynapoint")
    own, timers = Tally(), list[Thread]()

    def kept(*given: object) -> Thread:
        timers.append(Timer(*given))  # type: ignore[arg-type]
        return timers[-1]

    def many() -> None:
        for _ in range(500):
            own.note(ROUTE, "POST", 503)

    monkeypatch.setattr(turning_away, "Timer", kept)
    threads = [Thread(target=many) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for one in timers:
        one.join()

    assert all(not one.daemon for one in timers), "a process that ends waits for the count"
    assert sum(one.count for one in caplog.records if one.name == "mynapoint.requests") == 2000  # type: ignore[attr-defined]
