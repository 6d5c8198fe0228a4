"""The corpus's OCSP responders: honest ones, and one for each way an answer can prove nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from mynapoint.card.emulator.authority import Authority
from mynapoint.card.emulator.corpus.cases import AnswerCase, Learned
from mynapoint.card.emulator.corpus.world import World
from mynapoint.card.emulator.responder import GOOD, UNKNOWN, Responder, Status, answer, new_responder, nonce_of, revoked

Nonce = Callable[[ocsp.OCSPRequest], bytes | None]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a responder answers; minutes are counted from the corpus's instant."""

    responder: Responder
    now: datetime
    status: Status = GOOD
    begins_minutes: int = -1
    ends_minutes: int | None = 9
    nonce: Nonce = nonce_of
    serial_added: int = 0
    issuer_key_hash: bytes | None = None

    def __call__(self, request: bytes) -> bytes:
        asked = ocsp.load_der_ocsp_request(request)
        ends = None if self.ends_minutes is None else self.now + timedelta(minutes=self.ends_minutes)
        signed = answer(
            self.responder,
            asked,
            self.status,
            this_update=self.now + timedelta(minutes=self.begins_minutes),
            next_update=ends,
            nonce=self.nonce(asked),
            serial=asked.serial_number + self.serial_added,
            issuer_key_hash=self.issuer_key_hash,
        )
        return signed.public_bytes(Encoding.DER)


def answer_cases(world: World) -> list[AnswerCase]:
    """Make every case about one good certificate of the newer generation."""
    certificate = world.certificate()
    honest = Manner(_delegated(world, world.newer), world.now)
    named = (*_that_tell(world, honest), *_by_the_wrong_one(world, honest), *_that_prove_nothing(world, honest))
    return [AnswerCase(name, certificate, world.newer.root, manner, says) for name, manner, says in named]


Named = Iterator[tuple[str, Callable[[bytes], bytes], Learned]]


def _that_tell(world: World, honest: Manner) -> Named:
    yield "good", honest, Learned.GOOD
    root = Responder(world.newer.root, world.newer.key)
    yield "good, signed by the root itself", replace(honest, responder=root), Learned.GOOD
    at = world.now - timedelta(days=2)
    for reason in (x509.ReasonFlags.key_compromise, x509.ReasonFlags.certificate_hold):
        yield f"revoked, {reason.name}", replace(honest, status=revoked(at, reason)), Learned.REVOKED
    yield "unknown", replace(honest, status=UNKNOWN), Learned.UNKNOWN


def _by_the_wrong_one(world: World, honest: Manner) -> Named:
    resident = Responder(world.certificate(), world.holder)
    week = timedelta(days=7)
    client = new_responder(
        world.newer,
        valid_from=world.now - week,
        valid_until=world.now + week,
        purpose=ExtendedKeyUsageOID.CLIENT_AUTH,
    )
    past = new_responder(world.newer, valid_from=world.now - week, valid_until=world.now - timedelta(hours=1))
    forged = Authority(world.newer.root, world.impostor.key)
    strangers = {
        "a responder of an impostor": _delegated(world, world.impostor),
        "a responder of an impostor with the root's key identifier": _delegated(world, forged),
        "a responder of the other generation": _delegated(world, world.older),
        "a responder of the signature root": _delegated(world, world.signature),
        "the root of the other generation": Responder(world.older.root, world.older.key),
        "a resident": resident,
        "a certificate without OCSPSigning": client,
        "a responder that has expired": past,
    }
    for name, responder in strangers.items():
        yield f"signed by {name}", replace(honest, responder=responder), Learned.NOTHING


def _that_prove_nothing(world: World, honest: Manner) -> Named:
    yield "another nonce", replace(honest, nonce=lambda _: b"\x5a" * 32), Learned.NOTHING
    yield "no nonce", replace(honest, nonce=lambda _: None), Learned.NOTHING
    yield "stale", replace(honest, begins_minutes=-90, ends_minutes=-60), Learned.NOTHING
    yield "of an hour to come", replace(honest, begins_minutes=60, ends_minutes=70), Learned.NOTHING
    yield "without an end, of yesterday", replace(honest, begins_minutes=-1440, ends_minutes=None), Learned.NOTHING
    yield "about another serial", replace(honest, serial_added=1), Learned.NOTHING
    other = hashlib.sha1(world.older.key_identifier.digest).digest()  # noqa: S324 - any other hash will do
    yield "about the other generation", replace(honest, issuer_key_hash=other), Learned.NOTHING
    yield "tampered in its signature", _tampered(honest), Learned.NOTHING
    yield "good of another serial, overwritten with the one asked for", _overwritten(honest), Learned.NOTHING
    for failure in (
        ocsp.OCSPResponseStatus.TRY_LATER,
        ocsp.OCSPResponseStatus.UNAUTHORIZED,
        ocsp.OCSPResponseStatus.INTERNAL_ERROR,
    ):
        body = ocsp.OCSPResponseBuilder.build_unsuccessful(failure).public_bytes(Encoding.DER)
        yield f"the error {failure.name}", _always(body), Learned.NOTHING
    yield "cut short", lambda request: honest(request)[:-9], Learned.NOTHING
    yield "empty", _always(b""), Learned.NOTHING
    yield "a page of an error", _always(b"<html>503 Service Unavailable</html>"), Learned.NOTHING


def _delegated(world: World, authority: Authority) -> Responder:
    return new_responder(authority, valid_from=world.now - timedelta(days=9), valid_until=world.now + timedelta(days=9))


def _always(body: bytes) -> Callable[[bytes], bytes]:
    return lambda _: body


def _tampered(honest: Manner) -> Callable[[bytes], bytes]:
    def respond(request: bytes) -> bytes:
        body = honest(request)
        signature = ocsp.load_der_ocsp_response(body).signature
        return body.replace(signature, bytes((signature[0] ^ 1,)) + signature[1:])

    return respond


def _overwritten(honest: Manner) -> Callable[[bytes], bytes]:
    def respond(request: bytes) -> bytes:
        asked = ocsp.load_der_ocsp_request(request).serial_number
        length = (asked.bit_length() + 8) // 8
        there, wanted = ((asked + added).to_bytes(length, "big") for added in (1, 0))
        return replace(honest, serial_added=1)(request).replace(there, wanted)

    return respond
