"""The platform provider's back end against a small provider: what it is sent, and what each of its answers means."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from django.core.exceptions import ImproperlyConfigured
from joserfc import jwe
from joserfc.jwk import RSAKey
from pytest_django import Settings

from hub import clock
from hub.identity.far_side import listening, ok
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.card.agent.signing import sign_token
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import JpkiCard
from mynapoint.exchange.card_token import encode
from mynapoint.hub.identity.circuits import FAILURES_IN_A_ROW
from mynapoint.hub.identity.platform_provider import PlatformProvider
from mynapoint.hub.identity.verification import Question, Route, Verified, verifier

QUESTION = Question("https://points.example", "n" * 64, "マイナポイントを予約します。")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def answer(city: Path) -> str:
    card = JpkiCard(open_card(city, "aoki"))
    token = sign_token(
        card, bytearray(b"1234"), origin=QUESTION.origin, nonce=QUESTION.nonce, statement=QUESTION.statement
    )
    return encode(token)


@pytest.fixture
def ask(settings: Settings, tmp_path: Path, answer: str) -> Callable[..., Verified]:
    """Ask about 青木's answer, at a provider that answers as it is told to."""
    key = tmp_path / "provider.pem"
    key.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def asking(url: str, text: str = answer, by: PlatformProvider | None = None) -> Verified:
        settings.PLATFORM_PROVIDER = {"url": url, "key": str(key), "sender": "mynapoint", "recipient": "pf"}
        return (by or PlatformProvider()).verify(text, QUESTION, now=clock.START)

    return asking


def provider(body: bytes) -> bytes:
    """Verify as a provider would: decrypt the certificate, then check the signature over nonceData."""
    told = json.loads(body)
    certificate = jwe.decrypt_compact(
        told["encryptedCertificateForUser"], RSAKey.import_key(KEY), algorithms=["RSA-OAEP-256", "A256GCM"]
    ).plaintext
    assert certificate is not None
    signed, signature = (base64.b64decode(told[name], validate=True) for name in ("nonceData", "nonceSign"))
    key = load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return ok(b"{}", "401 Unauthorized")
    return ok(json.dumps({"applicantId": "A-1"}).encode())


def test_a_provider_can_verify_what_it_is_sent_and_nobody_else_reads_the_certificate(
    ask: Callable[..., Verified], answer: str
) -> None:
    with listening(provider) as side:
        verified = ask(side.url)

    (body,) = side.bodies
    told = json.loads(body)
    assert set(told) == {"requestInfo", "encryptedCertificateForUser", "nonceData", "nonceSign"}
    assert set(told["requestInfo"]) == {"transactionId", "recipient", "sender", "ts"}
    assert json.loads(answer)["certificate"] not in body.decode()
    assert json.loads(answer)["signature"] == base64.b64encode(verified.proof).decode() == told["nonceSign"]


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("401 Unauthorized", Refusal.CERTIFICATE_NOT_CONFIRMED),
        ("404 Not Found", Refusal.CERTIFICATE_NOT_ON_RECORD),
        ("410 Gone", Refusal.SIGNATURE_CERTIFICATE_REVOKED),
        ("500 Internal Server Error", Refusal.REVOCATION_UNKNOWN),
        ("302 Found", Refusal.REVOCATION_UNKNOWN),
    ],
)
def test_every_status_has_its_refusal(ask: Callable[..., Verified], status: str, refusal: Refusal) -> None:
    with listening(lambda _: ok(b'{"applicantId": "A-1"}', status)) as side, pytest.raises(Refused) as refused:
        ask(side.url)
    assert refused.value.refusal is refusal


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"applicantId": ""}', b'{"applicantId": 5}', b"[" * 9000])
def test_a_yes_that_names_nobody_is_no_yes(ask: Callable[..., Verified], body: bytes) -> None:
    with listening(lambda _: ok(body)) as side, pytest.raises(Refused) as refused:
        ask(side.url)
    assert refused.value.refusal is Refusal.REVOCATION_UNKNOWN


def test_a_token_that_proves_nothing_never_leaves_the_hub(ask: Callable[..., Verified], answer: str) -> None:
    other = json.loads(answer)
    other["signature"] = base64.b64encode(b"\1" * 256).decode()
    with listening(provider) as side:
        for text in ("", "{}", json.dumps(other)):
            with pytest.raises(Refused):
                ask(side.url, text)
        assert side.connections == 0


def test_a_provider_that_fails_is_left_alone_for_a_while(ask: Callable[..., Verified]) -> None:
    by = PlatformProvider()
    with listening(lambda _: ok(b"", "503 Service Unavailable")) as side:
        for _ in range(FAILURES_IN_A_ROW + 2):
            with pytest.raises(Refused) as refused:
                ask(side.url, by=by)
            assert refused.value.refusal is Refusal.REVOCATION_UNKNOWN
        assert side.connections == FAILURES_IN_A_ROW


def test_a_key_that_is_none_is_told_to_the_operator(
    ask: Callable[..., Verified], answer: str, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "provider.pem").write_text("no key")
    settings.PLATFORM_PROVIDER = {"url": "http://127.0.0.1:9", "key": str(tmp_path / "provider.pem")}
    settings.PLATFORM_PROVIDER |= {"sender": "a", "recipient": "b"}

    with pytest.raises(ImproperlyConfigured, match="MYNAPOINT_PLATFORM_KEY"):
        PlatformProvider().verify(answer, QUESTION, now=clock.START)


def test_the_back_end_is_the_settings_to_choose(settings: Settings) -> None:
    settings.VERIFIERS = {"card": "mynapoint.hub.identity.platform_provider.PlatformProvider"}

    assert isinstance(verifier(Route.CARD), PlatformProvider)
    assert verifier(Route.CARD) is verifier(Route.CARD), "one for all threads, with one circuit"
