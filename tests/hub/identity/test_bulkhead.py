"""While as many threads as may wait for the responder, nobody else does: the list in force decides at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from hub.identity.far_side import listening, ok
from hub.identity.judged import World
from hub.identity.test_ocsp import verdict
from mynapoint.hub.identity import revocation
from mynapoint.hub.identity.bulkheads import Bulkhead

HANGS_SECONDS = 0.6


def test_whoever_comes_while_the_responder_hangs_is_judged_by_the_list_at_once(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CARD_ENVIRONMENT = "production"
    monkeypatch.setattr(revocation, "AT_ONCE", 2)
    known = revocation.Revocation()

    def hang(_body: bytes) -> bytes:
        time.sleep(HANGS_SECONDS)
        return ok(b"")

    def judge(_number: int) -> tuple[object, float]:
        began = time.monotonic()
        return verdict(world, settings, side, trust=world.trust, by=known), time.monotonic() - began

    with listening(hang) as side, ThreadPoolExecutor(6) as pool:
        told = list(pool.map(judge, range(6)))
        assert side.connections <= 2

    assert [fault for fault, _ in told] == [None] * 6, "a young list stands in"
    assert sum(seconds < HANGS_SECONDS / 2 for _, seconds in told) >= 4


def test_a_place_is_given_back_whatever_happens() -> None:
    bulkhead = Bulkhead(1)

    with pytest.raises(ZeroDivisionError):
        _fail_within(bulkhead)

    with bulkhead.place() as again, bulkhead.place() as second:
        assert again
        assert not second


def _fail_within(bulkhead: Bulkhead) -> None:
    with bulkhead.place() as has_place:
        assert has_place
        raise ZeroDivisionError
