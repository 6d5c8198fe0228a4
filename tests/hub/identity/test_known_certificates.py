"""A certificate seen before costs less, and passes no check more easily than one seen for the first time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from pytest_django import Settings

from hub.identity.judged import World, trust_of
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.card.emulator.authority import AUTH_PROFILE, issue_certificate, new_key, new_root
from mynapoint.exchange.card_token import CardToken, encode, signed_bytes
from mynapoint.hub.identity.certificates import check_certificate
from mynapoint.hub.identity.faults import CertificateFault, CertificateRefused
from mynapoint.hub.identity.known_certificates import KnownCertificates
from mynapoint.hub.identity.local_verifier import LocalVerifier
from mynapoint.hub.identity.profiles import CardProfile
from mynapoint.hub.identity.revocation_lists import RevocationList
from mynapoint.hub.identity.trust import TrustStore
from mynapoint.hub.identity.verification import Question
from mynapoint.programme.values import tokyo_day

QUESTION = Question("https://points.example", "n" * 64, "マイナポイントを予約します。")
PROFILE = CardProfile()


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was judged in full, in order."""
    seen: list[bytes] = []

    def counted(der: bytes, **rest: Any) -> object:
        seen.append(der)
        return check_certificate(der, **rest)

    monkeypatch.setattr("mynapoint.hub.identity.known_certificates.check_certificate", counted)
    return seen


def at(world: World, **other: Any) -> dict[str, Any]:
    return {"algorithm": "RS256", "profile": PROFILE, "trust": world.trust, "now": world.now} | other


def fault(known: KnownCertificates, der: bytes, **how: Any) -> CertificateFault | None:
    try:
        known.check(der, **how)
    except CertificateRefused as refused:
        return refused.fault
    return None


def test_a_certificate_is_judged_in_full_once(world: World, judged: list[bytes]) -> None:
    known = KnownCertificates()

    first, second = (known.check(world.good, **at(world)) for _ in range(2))

    assert first is second
    assert judged == [world.good]


def test_every_verdict_is_the_same_the_second_time(world: World) -> None:
    known = KnownCertificates()
    for _ in range(2):
        for case in world.corpus.certificates:
            expected = {CertificateFault[one.name] for one in case.faults} - {CertificateFault.REVOKED}
            found = fault(known, case.der, **at(world))
            assert found in expected if expected else found is None, case.name


def test_a_root_that_left_the_folder_takes_its_certificates_along(world: World) -> None:
    known = KnownCertificates()
    known.check(world.good, **at(world))

    others = trust_of(world.corpus.roots[:2])

    assert fault(known, world.good, **at(world, trust=others)) is CertificateFault.ISSUER
    assert fault(known, world.good, **at(world)) is None


def test_another_policy_or_algorithm_judges_anew(world: World) -> None:
    known = KnownCertificates()
    known.check(world.good, **at(world))
    other_policy = CardProfile(policy=x509.ObjectIdentifier("1.2.392.200149.8.5.1.3.99"))
    none_of_today = CardProfile(algorithms=frozenset({"ES384"}))

    assert fault(known, world.good, **at(world, profile=other_policy)) is CertificateFault.POLICY
    assert fault(known, world.good, **at(world, profile=none_of_today)) is CertificateFault.KEY
    assert fault(known, world.good, **at(world, algorithm="ES384")) is CertificateFault.KEY


def test_the_periods_of_certificate_and_root_are_looked_at_each_time(world: World) -> None:
    known = KnownCertificates()
    certificate = known.check(world.good, **at(world)).certificate
    ends, second = certificate.not_valid_after_utc, timedelta(seconds=1)

    assert fault(known, world.good, **at(world, now=ends)) is None
    assert fault(known, world.good, **at(world, now=ends + second)) is CertificateFault.EXPIRED
    before = certificate.not_valid_before_utc - second
    assert fault(known, world.good, **at(world, now=before)) is CertificateFault.NOT_YET_VALID


def test_only_the_last_ones_are_remembered(world: World, judged: list[bytes]) -> None:
    known = KnownCertificates(at_most=2)
    names = ("good", "good, of the older generation", "good, on its last day")
    one, two, three = (world.corpus.certificate(name).der for name in names)

    for der in (one, two, one, three, one, two):
        known.check(der, **at(world))

    assert judged == [one, two, three, two]


def test_revocation_and_signature_are_asked_every_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    holder, verifier = Holder.of(world.now), LocalVerifier()
    trust = trust_of((holder.root,))
    folder = [trust]
    monkeypatch.setattr("mynapoint.hub.identity.local_verifier.trust_store", lambda: folder[0])
    for _ in range(2):
        assert verifier.verify(holder.answer, QUESTION, now=world.now).proof == holder.signature

    other = Question(QUESTION.origin, "m" * 64, QUESTION.statement)
    assert refusal(verifier, holder, other, world.now) is Refusal.CARD_SIGNATURE_INVALID

    (issuer,) = trust.roots
    listed = RevocationList(world.now, world.now + timedelta(days=1), {holder.serial}, 1)
    folder[0] = TrustStore(trust.roots, {issuer: listed})
    assert refusal(verifier, holder, QUESTION, world.now) is Refusal.CERTIFICATE_REVOKED


def test_a_root_taken_out_of_the_folder_counts_no_more_at_the_next_look(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    settings.TRUST, settings.TRUST_LOOK_SECONDS = world.write(tmp_path / "trust"), 0
    holder, verifier, file = Holder.of(world.now), LocalVerifier(), tmp_path / "trust" / "holder.pem"
    file.write_bytes(holder.root.public_bytes(Encoding.PEM))
    assert refusal(verifier, holder, QUESTION, world.now) is None

    file.unlink()

    assert refusal(verifier, holder, QUESTION, world.now) is Refusal.CERTIFICATE_NOT_ACCEPTED


def refusal(verifier: LocalVerifier, holder: Holder, question: Question, now: datetime) -> Refusal | None:
    try:
        verifier.verify(holder.answer, question, now=now)
    except Refused as refused:
        return refused.refusal
    return None


@dataclass(frozen=True)
class Holder:
    """Somebody with a card of a root of its own, and the card's answer to QUESTION."""

    root: x509.Certificate
    serial: int
    signature: bytes
    answer: str

    @classmethod
    def of(cls, now: datetime) -> Holder:
        key, on = new_key(), tokyo_day(now)
        authority = new_root("JPKI for user authentication", valid_from=on)
        certificate = issue_certificate(
            authority, key.public_key(), AUTH_PROFILE, valid_from=on, valid_until=on, municipality_code="13999"
        )
        message = signed_bytes(origin=QUESTION.origin, nonce=QUESTION.nonce, statement=QUESTION.statement)
        signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        answer = encode(CardToken(certificate.public_bytes(Encoding.DER), signature))
        return cls(authority.root, certificate.serial_number, signature, answer)
