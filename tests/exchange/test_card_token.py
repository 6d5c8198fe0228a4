"""Card → hub: the token proves exactly origin, nonce and statement, and is read strictly."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.card.agent.signing import sign_token
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import JpkiCard
from mynapoint.exchange.card_token import (
    TOKEN_BYTES_MAX,
    BadCardToken,
    CardToken,
    check_challenge,
    decode,
    encode,
    origin_of,
    signed_bytes,
    verify_signature,
)

ORIGIN = "https://mynapoint.example"
NONCE = "bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2U="
STATEMENT = "サンプルPay(****1234)に第2弾①を申し込みます。\n変更できません。"


@pytest.fixture(scope="module")
def token(city: Path) -> CardToken:
    card = JpkiCard(open_card(city, "aoki"))
    return sign_token(card, bytearray(b"1234"), origin=ORIGIN, nonce=NONCE, statement=STATEMENT)


def test_a_token_names_the_certificate_that_signed_it(token: CardToken, city: Path) -> None:
    certificate = verify_signature(token, origin=ORIGIN, nonce=NONCE, statement=STATEMENT)

    assert certificate.public_bytes(Encoding.DER) == (city / "cards" / "aoki" / "auth.der").read_bytes()


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://evil.example"},
        {"nonce": NONCE[::-1]},
        {"statement": STATEMENT.replace("****1234", "****5678")},
        {"statement": STATEMENT.replace("\n", "")},
        {"statement": STATEMENT + " "},
    ],
)
def test_a_token_proves_no_other_origin_nonce_or_statement(token: CardToken, changed: dict[str, str]) -> None:
    said = {"origin": ORIGIN, "nonce": NONCE, "statement": STATEMENT}

    with pytest.raises(BadCardToken):
        verify_signature(token, **{**said, **changed})


def test_another_persons_certificate_does_not_fit_the_signature(token: CardToken, city: Path) -> None:
    ueno = (city / "cards" / "ueno" / "auth.der").read_bytes()

    with pytest.raises(BadCardToken):
        verify_signature(CardToken(ueno, token.signature), origin=ORIGIN, nonce=NONCE, statement=STATEMENT)


def test_the_signed_bytes_are_a_prefix_and_three_hashes() -> None:
    signed = signed_bytes(origin=ORIGIN, nonce=NONCE, statement=STATEMENT)

    assert signed == b"mynapoint-card-auth:v1\0" + b"".join(
        hashlib.sha256(part.encode()).digest() for part in (ORIGIN, NONCE, STATEMENT)
    )


@given(*[st.tuples(st.text(), st.text(), st.text())] * 2)
def test_two_challenges_are_signed_alike_only_if_they_are_one(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    def signed(parts: tuple[str, ...]) -> bytes:
        origin, nonce, statement = (part.encode(errors="replace").decode() for part in parts)
        return signed_bytes(origin=origin, nonce=nonce, statement=statement)

    assert (signed(one) == signed(other)) == (
        [part.encode(errors="replace") for part in one] == [part.encode(errors="replace") for part in other]
    )


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://mynapoint.example/card/return/?x=1#y", "https://mynapoint.example"),
        ("https://mynapoint.example", "https://mynapoint.example"),
        ("HTTPS://MynaPoint.Example/", "https://mynapoint.example"),
        ("https://mynapoint.example:443/", "https://mynapoint.example"),
        ("https://mynapoint.example:8443/", "https://mynapoint.example:8443"),
        ("https://xn--vckxb1b7dz53x0x3b.example/", "https://xn--vckxb1b7dz53x0x3b.example"),
        ("http://localhost:8000/card/return/", "http://localhost:8000"),
        ("http://127.0.0.1/", "http://127.0.0.1"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "http://mynapoint.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "https://user:password@mynapoint.example/",
        "https://mynapoint.example\\@evil.example/",
        "https://evil.example\\.mynapoint.example/",
        "https://mynapo\nint.example/",
        "https://mynapoint.example /",
        "https://マイナポイント.example/",
        "https://mynapoint.example:port/",
        "https://mynapoint.example:99999/",
        "https://-.example./",
        "https://[::1]/",
        "https:///path",
        "https:mynapoint.example",
        "//mynapoint.example/",
        "ftp://mynapoint.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
    ],
)
def test_an_address_that_could_be_read_in_two_ways_has_no_origin(url: str) -> None:
    with pytest.raises(BadCardToken):
        origin_of(url)


@given(st.text(max_size=80) | st.text(max_size=60).map("https://".__add__))
def test_an_address_of_any_content_has_an_origin_or_is_refused_and_nothing_worse(url: str) -> None:
    try:
        origin = origin_of(url)
    except BadCardToken:
        return
    assert origin_of(origin) == origin


@pytest.mark.parametrize(
    "statement",
    ["あ", "あ" * 1000, "一行目\n二行目", "名義 サ*プル タ*ウ", "氏名 青木", "¥20,000 → 5,000"],
)
def test_plain_text_may_be_signed(statement: str) -> None:
    check_challenge(nonce=NONCE, statement=statement)


@pytest.mark.parametrize(
    "statement",
    ["", "あ" * 1001, "a\0b", "a\tb", "a\rb", "a\u202eb", "a\u2066b", "a\u200bb", "a\ufeffb", "a\ud800b", "a\ue000b"],
)
def test_text_that_shows_other_than_it_says_is_not_signed(statement: str) -> None:
    with pytest.raises(BadCardToken):
        check_challenge(nonce=NONCE, statement=statement)


@pytest.mark.parametrize("nonce", ["", "A" * 43, "A" * 129, "A" * 43 + "\n", "あ" * 44, "A" * 43 + " "])
def test_a_nonce_has_256_bits_in_base64(nonce: str) -> None:
    with pytest.raises(BadCardToken):
        check_challenge(nonce=nonce, statement=STATEMENT)


def test_a_token_is_read_back_as_it_was_written(token: CardToken) -> None:
    assert decode(encode(token)) == token
    assert len(encode(token)) < TOKEN_BYTES_MAX


@pytest.mark.parametrize(
    "change",
    [
        {"format": "web-eid:1.0"},
        {"algorithm": "none"},
        {"certificate": "not base64!"},
        {"certificate": None},
        {"signature": ["x"]},
        {"signature": 5},
        {"signature": "A\u00e9=="},
        {"more": "x"},
        {"format": ...},
    ],
)
def test_a_token_of_another_shape_is_refused(token: CardToken, change: dict[str, Any]) -> None:
    members = {name: value for name, value in {**json.loads(encode(token)), **change}.items() if value is not ...}

    with pytest.raises(BadCardToken):
        decode(json.dumps(members))


@given(st.binary(max_size=70), st.binary(max_size=70))
def test_a_token_is_read_alike_in_every_way_that_json_can_be_written(certificate: bytes, signature: bytes) -> None:
    token = CardToken(certificate, signature)
    members = json.loads(encode(token))

    for text in (encode(token), json.dumps(members, separators=(",", ":")), json.dumps(members, indent=1)):
        assert decode(text) == token
    assert decode(json.dumps(dict(reversed(members.items())))) == token


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":")], ids=["as encoded", "compact"])
@pytest.mark.parametrize(
    "other", ["TR==", "TWF=", "YWJjTR==", "TWE", "TWE==", "YWJj====", "=", "YW Jj", "YWJj ", "YW=Jj"]
)
def test_base64_counts_in_its_one_spelling_alone(other: str, separators: tuple[str, str]) -> None:
    members = json.loads(encode(CardToken(b"M", b"Ma")))
    assert decode(json.dumps(members, separators=separators)) == CardToken(b"M", b"Ma")

    for name in ("certificate", "signature"):
        with pytest.raises(BadCardToken):
            decode(json.dumps(members | {name: other}, separators=separators))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "5", "[" * 5000, "あ", "\ud800", " " * (TOKEN_BYTES_MAX + 1)])
def test_text_that_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(BadCardToken):
        decode(text)


@given(
    st.text(max_size=200) | st.binary(max_size=100).map(lambda raw: json.dumps({"a": base64.b64encode(raw).decode()}))
)
def test_text_of_any_content_is_no_token_and_nothing_worse(text: str) -> None:
    with pytest.raises(BadCardToken):
        decode(text)


def certificate_for(key: Any) -> bytes:
    name = x509.Name([])
    day = datetime(2022, 7, 15, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "certificate",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x30\x03\x02\x01\x01", id="no certificate"),
        pytest.param(certificate_for(rsa.generate_private_key(65537, 1024)), id="short key"),
        pytest.param(certificate_for(rsa.generate_private_key(3, 2048)), id="small exponent"),
        pytest.param(certificate_for(ec.generate_private_key(ec.SECP256R1())), id="another kind of key"),
    ],
)
def test_a_certificate_with_another_key_proves_nothing(token: CardToken, certificate: bytes) -> None:
    with pytest.raises(BadCardToken):
        verify_signature(CardToken(certificate, token.signature), origin=ORIGIN, nonce=NONCE, statement=STATEMENT)
