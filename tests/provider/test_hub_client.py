"""The provider's line to the hub: signed, tried again, and plain about what went wrong."""

from __future__ import annotations

import httpx
import pytest

from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardReportHeader
from mynapoint.exchange.signatures import SigningKey
from mynapoint.programme.values import Points
from mynapoint.provider.hub_client import (
    PAUSES_SECONDS,
    HubAnswerMalformed,
    HubClient,
    HubError,
    HubRefused,
    HubUnreachable,
)
from mynapoint.provider.reporting import NOTHING_YET
from provider.fake_hub import NUMBER, URL
from provider.world import World


def empty_report(report_id: str = "r-1") -> bytes:
    return encode_lines([AwardReportHeader(report_id, NUMBER, NOTHING_YET, 0, Points(0))])


def test_a_busy_hub_is_asked_again_each_time_with_a_new_signature(world: World) -> None:
    world.hub.statuses = [503, 409, 429]

    receipt = world.client.send_report(report_id="r-1", body=empty_report())

    signatures = {line for request in world.hub.wire for line in request.split(b"\n") if b"Signature-Input" in line}
    assert receipt.header.report_id == "r-1"
    assert len(world.hub.wire) == len(signatures) == 4
    assert world.pauses == list(PAUSES_SECONDS)


def test_a_lost_answer_is_asked_for_again_and_the_report_counts_once(world: World) -> None:
    losses = iter([True, False])

    def lose(_path: str) -> None:
        if next(losses):
            raise httpx.ReadError("connection reset")

    world.hub.after = lose
    world.client.send_report(report_id="r-1", body=empty_report())

    assert len(world.hub.reports) == 1
    assert len(world.hub.wire) == 2


def test_after_the_last_try_the_error_says_that_nothing_is_lost(world: World) -> None:
    world.hub.statuses = [503] * 9

    with pytest.raises(HubUnreachable, match=r"no answer after 4 tries \(answered 503\).*Nothing is lost"):
        world.client.notices(after=0)


def test_a_refusal_is_not_tried_again(world: World) -> None:
    world.client.send_report(report_id="r-1", body=empty_report())
    other = empty_report().replace(b'"points_total":0', b'"points_total":1')

    with pytest.raises(HubRefused, match=r"422.*other content"):
        world.client.send_report(report_id="r-1", body=other)

    assert len(world.hub.wire) == 2


def test_an_answer_that_is_not_the_agreed_one_is_not_believed(world: World) -> None:
    with pytest.raises(HubAnswerMalformed, match="is another report's"):
        world.client.send_report(report_id="r-2", body=empty_report("r-1"))


def test_a_hub_that_does_not_know_the_key_refuses(world: World) -> None:
    stranger = HubClient(
        hub_url=URL, key=SigningKey.generate("other"), service_number=NUMBER, transport=world.hub.transport()
    )

    with pytest.raises(HubRefused, match="401"):
        stranger.notices(after=0)


@pytest.mark.parametrize("url", ["http://hub.example", "ftp://localhost", "hub.example"])
def test_a_hub_elsewhere_is_spoken_to_over_tls_only(url: str) -> None:
    with pytest.raises(HubError, match="https://"):
        HubClient(hub_url=url, key=SigningKey.generate("k"), service_number=NUMBER)
