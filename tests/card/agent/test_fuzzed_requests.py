"""Requests of any content: each is answered at once, without an error of ours, and costs no try."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card.agent.holder import AGENT, CHALLENGE, PORT, SITE
from mynapoint.card.agent.app import create_app
from mynapoint.card.agent.bodies import FORM_BYTES_MAX
from mynapoint.card.agent.challenges import BadForm, parse_challenge, parse_form, text
from mynapoint.card.agent.readers import EmulatedReaders
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import JpkiCard
from mynapoint.exchange.card_token import origin_of
from property_examples import examples

ANSWERS = {200, 303, 400, 403, 404, 405, 408, 410, 413, 415, 421}
SECONDS_MAX = 5

Pair = tuple[bytes, bytes]

honest_headers: list[Pair] = [
    (b"host", f"127.0.0.1:{PORT}".encode()),
    (b"origin", SITE.encode()),
    (b"content-type", b"application/x-www-form-urlencoded"),
    (b"sec-fetch-mode", b"navigate"),
    (b"sec-fetch-dest", b"document"),
]
names = st.sampled_from([name for name, _ in honest_headers] + [b"content-length", b"sec-fetch-site", b"expect"])
values = st.binary(max_size=60) | st.sampled_from(
    [b"null", AGENT.encode(), b"", b"0", b"-1", b"9" * 5000, b"same-origin"]
)
headers = st.lists(st.tuples(names | st.binary(min_size=1, max_size=12), values), max_size=5)
methods = st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS", "", "post", "\0"])
known = ["/", "/v1/authenticate", "/v1/confirm/", "/v1/return/", "/v1/deliver/", "/static/", "/static/agent.css"]
paths = st.builds(str.__add__, st.sampled_from(known), st.text(max_size=20)) | st.text(max_size=40)
bodies = st.lists(st.binary(max_size=200), max_size=4)


@st.composite
def nearly_honest(draw: st.DrawFn) -> list[bytes]:
    """Return an honest form with a few bytes taken out, put in or overwritten, cut into pieces."""
    body = bytearray(urlencode(CHALLENGE).encode())
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 3))] = draw(
            st.binary(max_size=4) | st.sampled_from([b"&", b"=", b"%", b"%00"])
        )
    body *= draw(st.sampled_from([1, 1, 1, 2, FORM_BYTES_MAX // 400]))
    cut = draw(st.integers(0, len(body)))
    return [bytes(body[:cut]), bytes(body[cut:])]


@dataclass
class Sent:
    """What the agent answered to one raw request."""

    status: int = 0
    headers: list[Pair] = field(default_factory=list)
    is_whole: bool = False


def ask(app: Any, method: str, path: str, query: bytes, sent: Sequence[Pair], pieces: Sequence[bytes]) -> Sent:
    """Put one raw request to the application; the sender goes away after the last piece."""
    answer = Sent()
    waiting: list[dict[str, Any]] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    waiting += [{"type": "http.request", "body": b"", "more_body": False}] if len(pieces) % 2 == 0 else []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        elif not message.get("more_body"):
            answer.is_whole = True

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "root_path": "",
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in sent],
        "server": ("127.0.0.1", PORT),
        "client": ("127.0.0.1", 50000),
    }
    asyncio.run(asyncio.wait_for(app(scope, receive, send), SECONDS_MAX))
    return answer


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory, city: Path) -> Iterator[EmulatedReaders]:
    """Return the city's cards; not one of them may have lost a try in the end."""
    yield EmulatedReaders(city)
    for name in ("aoki", "ishida", "ueno"):
        with JpkiCard(open_card(city, name)) as card:
            assert card.tries_left() == 3


@examples(60)
@given(methods, paths, st.binary(max_size=30), headers, bodies, st.booleans())
def test_a_request_of_any_content_is_answered_and_changes_nothing(
    readers: EmulatedReaders,
    method: str,
    path: str,
    query: bytes,
    sent: list[Pair],
    pieces: list[bytes],
    is_for_us: bool,
) -> None:
    all_sent = honest_headers + sent if is_for_us else sent

    answer = ask(create_app(readers, port=PORT), method, path, query, all_sent, pieces)

    assert answer.status in ANSWERS
    assert answer.is_whole
    assert (b"cache-control", b"no-store") in answer.headers


@examples(150)
@given(nearly_honest(), headers.filter(lambda pairs: len(pairs) < 2))
def test_a_form_that_is_nearly_honest_is_taken_or_refused_and_nothing_worse(
    readers: EmulatedReaders, pieces: list[bytes], more: list[Pair]
) -> None:
    answer = ask(create_app(readers, port=PORT), "POST", "/v1/authenticate", b"", honest_headers + more, pieces)

    assert answer.status in {303, 400, 403, 413, 415, 421}
    assert answer.is_whole


@examples(300)
@given(st.binary(max_size=300) | nearly_honest().map(b"".join))
def test_a_body_of_any_content_is_a_challenge_or_a_bad_form(body: bytes) -> None:
    try:
        challenge = parse_challenge(bytearray(body))
    except BadForm:
        return
    assert challenge.origin == origin_of(challenge.return_url)
    assert all(shown.isprintable() or shown in "\n\u3000" for shown in challenge.statement)
    assert challenge.return_url.isascii()


@examples(300)
@given(st.binary(max_size=200))
def test_fields_of_any_content_are_read_or_refused(body: bytes) -> None:
    with suppress(BadForm):
        for value in parse_form(bytearray(body), required={"a"}, optional=frozenset({"b"})).values():
            text(value).encode()
