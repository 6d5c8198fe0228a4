"""The provider's line to the hub: signed, tried again, and plain about what went wrong."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardReportHeader, NoticesHeader
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
    assert all(most / 2 <= pause <= most for pause, most in zip(world.pauses, PAUSES_SECONDS, strict=True))


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


class Odd(httpx.BaseTransport):
    """A hub that answers as it is told, one answer a try, and time that passes by pauses alone."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.seconds = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pause(self, seconds: float) -> None:
        self.seconds += seconds

    def client(self) -> HubClient:
        return HubClient(
            hub_url=URL,
            key=SigningKey.generate("k"),
            service_number=NUMBER,
            transport=self,
            pause=self.pause,
            clock=lambda: self.seconds,
        )


def fine() -> httpx.Response:
    return httpx.Response(200, content=encode_lines([NoticesHeader(NUMBER, 0, 0)]))


def test_the_hub_says_when_to_come_again_and_is_obeyed() -> None:
    hub = Odd(httpx.Response(503, headers={"Retry-After": "20"}), fine())

    hub.client().notices(after=0)

    assert hub.seconds == 20


@pytest.mark.parametrize("nonsense", ["soon", "-5", "9" * 40, "1.5", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_what_is_no_number_of_seconds_does_not_keep_a_client_waiting(nonsense: str) -> None:
    hub = Odd(httpx.Response(429, headers={"Retry-After": nonsense}), fine())

    hub.client().notices(after=0)

    assert hub.seconds <= PAUSES_SECONDS[0]


def test_no_try_is_made_after_the_deadline() -> None:
    hub = Odd(httpx.Response(503, headers={"Retry-After": "100"}), httpx.Response(503, headers={"Retry-After": "100"}))

    with pytest.raises(HubUnreachable, match=r"after 2 tries \(answered 503; the next try would be after 120 s\)"):
        hub.client().notices(after=0)

    assert hub.seconds == 100


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 408, 410, 413, 422, 425, 500, 501])
def test_any_other_no_is_final(status: int) -> None:
    hub = Odd(httpx.Response(status, headers={"Location": "http://elsewhere.example/"}))

    with pytest.raises(HubRefused):
        hub.client().notices(after=0)

    assert len(hub.requests) == 1


def test_a_broken_line_is_tried_again_with_the_same_body_and_a_new_signature() -> None:
    hub = Odd(httpx.ReadError("reset"), httpx.ConnectTimeout("late"), httpx.RemoteProtocolError("half"), fine())

    with pytest.raises(HubAnswerMalformed):
        hub.client().send_report(report_id="r-1", body=empty_report())

    assert {request.content for request in hub.requests} == {empty_report()}
    assert len({request.headers["Signature"] for request in hub.requests}) == len(hub.requests) == 4


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b" " * 1_000_000

    hub = Odd(*(httpx.Response(200, stream=Endless()) for _ in range(4)))

    with pytest.raises(HubUnreachable, match="too long or too slow"):
        hub.client().notices(after=0)


def test_an_answer_that_drips_is_given_up_at_the_deadline() -> None:
    hub = Odd()

    class Dripping(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                hub.seconds += 10
                yield b" "

    hub.answers = [httpx.Response(200, stream=Dripping())]

    with pytest.raises(HubUnreachable, match="too long or too slow; the next try would be after 120 s"):
        hub.client().notices(after=0)

    assert hub.seconds == 130
