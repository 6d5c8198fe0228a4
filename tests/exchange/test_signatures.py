"""Requests and documents: what was signed is accepted; anything changed, old, stripped or a stranger's is not."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.exchange.signatures import (
    LIFETIME,
    BadSignature,
    Signed,
    SigningKey,
    sign_document,
    sign_request,
    verify_document,
    verify_request,
)

HUB = SigningKey.generate("hub-1")
STRANGER = SigningKey.generate("stranger-1")
URL = "https://pay.example/connector/v1/account-proofs?service=MP0000001"
BODY = '{"name":"サ*プル"}'.encode()
KNOWN = {"hub-1": HUB.public_bytes()}


def verify(headers: Mapping[str, str], *, method: str = "POST", url: str = URL, body: bytes = BODY) -> Signed:
    return verify_request(method=method, url=url, headers=headers, body=body, public_key_of=KNOWN.get)


@dataclass
class Request:
    """A request in the shape the signature library reads."""

    method: str = "POST"
    url: str = URL
    headers: dict[str, str] = field(default_factory=dict)


class HubKey(HTTPSignatureKeyResolver):
    def resolve_private_key(self, key_id: str) -> Any:
        return HUB.private

    def resolve_public_key(self, key_id: str) -> Any:
        raise NotImplementedError


def signed_otherwise(**changes: Any) -> dict[str, str]:
    """Return the headers of a signature by the right key with something about it changed."""
    now = datetime.now(UTC)
    usual = {
        "created": now,
        "expires": now + LIFETIME,
        "nonce": "n" * 32,
        "tag": "mynapoint",
        "label": "mynapoint",
        "covered_component_ids": ("@method", "@target-uri"),
        "body": BODY,
    }
    arguments = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    request = Request()
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=HubKey()).sign(request, key_id="hub-1", **arguments)
    return request.headers


def test_a_signed_request_says_who_signed_and_a_nonce_to_keep() -> None:
    signed = verify(sign_request(HUB, method="post", url=URL, body=BODY))

    assert signed.key_id == "hub-1"
    assert len(signed.nonce) >= 22


def test_header_names_are_read_in_any_case() -> None:
    headers = sign_request(HUB, method="POST", url=URL, body=BODY)

    assert verify({name.upper(): value for name, value in headers.items()}).key_id == "hub-1"


def test_every_signature_has_a_nonce_of_its_own() -> None:
    nonces = {verify(sign_request(HUB, method="POST", url=URL, body=BODY)).nonce for _ in range(20)}

    assert len(nonces) == 20


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"},
        {"url": URL.replace("MP0000001", "MP0000002")},
        {"url": URL.replace("pay", "evil")},
        {"url": URL.replace("https", "http")},
        {"body": BODY + b" "},
        {"body": b""},
    ],
)
def test_nothing_of_a_signed_request_can_be_changed(changed: dict[str, Any]) -> None:
    headers = sign_request(HUB, method="POST", url=URL, body=BODY)
    verify(headers)

    with pytest.raises(BadSignature):
        verify(headers, **changed)


def test_a_new_digest_does_not_save_a_changed_body() -> None:
    headers = sign_request(HUB, method="POST", url=URL, body=BODY)
    other = sign_request(STRANGER, method="POST", url=URL, body=b"other")

    with pytest.raises(BadSignature):
        verify({**headers, "Content-Digest": other["Content-Digest"]}, body=b"other")


def test_a_stranger_is_not_the_hub() -> None:
    pretending = SigningKey("hub-1", STRANGER.private)

    for key in (STRANGER, pretending):
        with pytest.raises(BadSignature):
            verify(sign_request(key, method="POST", url=URL, body=BODY))


@pytest.mark.parametrize("missing", ["Signature", "Signature-Input", "Content-Digest"])
def test_a_request_without_one_of_its_three_headers_is_refused(missing: str) -> None:
    headers = sign_request(HUB, method="POST", url=URL, body=BODY)
    del headers[missing]

    with pytest.raises(BadSignature):
        verify(headers)


@pytest.mark.parametrize(
    ("accepted", "changes"),
    [
        pytest.param(True, {}, id="the honest twin"),
        pytest.param(False, {"created": -2 * LIFETIME}, id="too old"),
        pytest.param(False, {"expires": -timedelta(minutes=1)}, id="expired"),
        pytest.param(False, {"created": timedelta(minutes=10)}, id="from the future"),
        pytest.param(False, {"expires": None}, id="no expiry"),
        pytest.param(False, {"nonce": None}, id="no nonce"),
        pytest.param(False, {"nonce": "n" * 21}, id="short nonce"),
        pytest.param(False, {"tag": None}, id="no tag"),
        pytest.param(False, {"tag": "another-protocol"}, id="another protocol's tag"),
        pytest.param(False, {"covered_component_ids": ("@method",)}, id="target not covered"),
        pytest.param(False, {"covered_component_ids": ("@target-uri",)}, id="method not covered"),
        pytest.param(False, {"body": None}, id="body not covered"),
    ],
)
def test_a_signature_covers_everything_and_is_fresh(accepted: bool, changes: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    headers = signed_otherwise(
        **{name: now + value if isinstance(value, timedelta) else value for name, value in changes.items()}
    )

    if accepted:
        verify(headers)
    else:
        with pytest.raises(BadSignature):
            verify(headers)


@given(st.dictionaries(st.sampled_from(["signature", "signature-input", "content-digest"]), st.text(max_size=80)))
def test_headers_of_any_content_are_refused_and_nothing_worse(headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verify(headers)


@given(st.sampled_from(["Signature", "Signature-Input", "Content-Digest"]), st.integers(0, 400), st.text(max_size=3))
def test_a_header_with_a_few_characters_changed_is_refused_and_nothing_worse(name: str, at: int, new: str) -> None:
    headers = sign_request(HUB, method="POST", url=URL, body=BODY)
    spoilt = headers[name][:at] + new + headers[name][at + 1 :]
    if spoilt.strip() == headers[name]:
        return
    try:
        signed = verify({**headers, name: spoilt})
    except BadSignature:
        return
    assert signed == verify(headers), "only another spelling of the same signature may pass"


def test_a_key_is_kept_and_read_back_and_never_shown() -> None:
    again = SigningKey.from_bytes("hub-1", HUB.secret_bytes())

    assert again.public_bytes() == HUB.public_bytes()
    assert HUB.secret_bytes().hex() not in repr(HUB)
    with pytest.raises(ValueError, match="32"):
        SigningKey.from_bytes("hub-1", b"short")


def test_a_document_is_verified_long_after_its_connection() -> None:
    text = sign_document(HUB, BODY)

    assert verify_document(text, KNOWN.get) == ("hub-1", BODY)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


DOCUMENT = sign_document(HUB, BODY)
HEADER, PAYLOAD, SIGNATURE = DOCUMENT.split(".")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{HEADER}.{part('other')}.{SIGNATURE}", id="other payload"),
        pytest.param(f"{part({'alg': 'none', 'kid': 'hub-1'})}.{PAYLOAD}.", id="algorithm none"),
        pytest.param(f"{part({'alg': 'HS256', 'kid': 'hub-1'})}.{PAYLOAD}.{SIGNATURE}", id="key taken for a secret"),
        pytest.param(f"{part({'alg': 'Ed25519'})}.{PAYLOAD}.{SIGNATURE}", id="no key id"),
        pytest.param(f"{part({'alg': 'Ed25519', 'kid': ['hub-1']})}.{PAYLOAD}.{SIGNATURE}", id="key id is a list"),
        pytest.param(sign_document(STRANGER, BODY), id="unknown key"),
        pytest.param(sign_document(SigningKey("hub-1", STRANGER.private), BODY), id="another's key under this name"),
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="no JSON"),
        pytest.param("あ.い.う", id="not ASCII"),
        pytest.param(f"{part([])}.{PAYLOAD}.{SIGNATURE}", id="header is a list"),
        pytest.param(DOCUMENT + ".x", id="four parts"),
    ],
)
def test_a_document_changed_or_a_strangers_is_refused(text: str) -> None:
    with pytest.raises(BadSignature):
        verify_document(text, KNOWN.get)


@given(st.text(max_size=100))
def test_text_of_any_content_is_no_document_and_nothing_worse(text: str) -> None:
    with pytest.raises(BadSignature):
        verify_document(text, KNOWN.get)
