"""Fuzzes what the card agent and the hub read from strangers, guided by coverage; run by hand, or by night.

    python3.11 -m venv fuzz && fuzz/bin/pip install -e '.[card]'
    fuzz/bin/pip install --require-hashes -r tests/fuzz/requirements.lock
    fuzz/bin/python tests/fuzz/fuzz_card_agent.py -max_total_time=600

Every input goes to each reader of bytes; whatever is neither a value nor the reader's own refusal ends the run, and the
input is written to ``crash-…``. Arguments are libFuzzer's. What this finds becomes a line in ``tests/card/agent``.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from urllib.parse import quote_from_bytes, urlencode

import atheris  # type: ignore[import-untyped, import-not-found, unused-ignore]

with atheris.instrument_imports(include=["mynapoint", "urllib.parse", "json", "base64"]):
    from starlette.datastructures import Headers

    from mynapoint.card.agent import doors
    from mynapoint.card.agent.challenges import BadForm, parse_challenge, parse_form, text
    from mynapoint.exchange import card_token

NONCE = "A" * 44
URL = "https://mynapoint.example/card/return/"


def read_form(content: bytes) -> None:
    with suppress(BadForm):
        for value in parse_form(bytearray(content), required={"attempt", "pin"}, optional=frozenset({"card"})).values():
            text(value).encode()


def read_challenge(content: bytes) -> None:
    honest = urlencode({"nonce": NONCE, "statement": "あ", "return_url": URL}).encode()
    for body in (content, honest + content, honest.replace(b"%E3%81%82", quote_from_bytes(content).encode())):
        with suppress(BadForm):
            challenge = parse_challenge(bytearray(body))
            assert challenge.origin == card_token.origin_of(challenge.return_url)
            assert all(shown.isprintable() or shown in "\n\u3000" for shown in challenge.statement)


def read_return_url(content: bytes) -> None:
    for url in (content.decode("utf-8", "replace"), "https://" + content.decode("latin-1")):
        with suppress(card_token.BadCardToken):
            origin = card_token.origin_of(url)
            assert card_token.origin_of(origin) == origin
            assert "@" not in origin
            assert "\\" not in url


def read_token(content: bytes) -> None:
    with suppress(card_token.BadCardToken):
        token = card_token.decode(content.decode("utf-8", "surrogateescape"))
        assert card_token.decode(card_token.encode(token)) == token
        card_token.verify_signature(token, origin="https://mynapoint.example", nonce=NONCE, statement="あ")


def read_headers(content: bytes) -> None:
    pairs = [line.partition(b":")[::2] for line in content.split(b"\n")]
    headers = Headers(raw=[(name.lower(), value) for name, value in pairs])
    with suppress(doors.Forbidden):
        doors.check_navigation(headers)
        doors.check_asking_origin(headers, "https://mynapoint.example")
        doors.check_own_page(headers, "http://127.0.0.1:47220")


def one_input(content: bytes) -> None:
    for read in (read_form, read_challenge, read_return_url, read_token, read_headers):
        read(content)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
