"""What an OCSP answer proves, how long a resident waits for one, and whom the hub never asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from hub.identity.far_side import FarSide, listening, ok
from hub.identity.judged import World, trust_of
from mynapoint.card.emulator.authority import AUTH_PROFILE, issue_certificate, new_key, new_root, revocation_list
from mynapoint.card.emulator.corpus import Learned as Says
from mynapoint.hub.identity import circuits
from mynapoint.hub.identity.bounded_http import Limits, NoAnswer, get, post
from mynapoint.hub.identity.faults import CertificateFault, CertificateRefused
from mynapoint.hub.identity.ocsp import Inquiry, Learned
from mynapoint.hub.identity.revocation import LIMITS, Revocation
from mynapoint.hub.identity.trust import Root, TrustStore
from mynapoint.programme.values import tokyo_day
from property_examples import examples

QUICK = Limits(connect_seconds=0.3, total_seconds=0.5, answer_bytes=1000)


@pytest.fixture(autouse=True)
def _production(settings: Settings) -> None:
    settings.CARD_ENVIRONMENT = "production"


def answer_of(world: World, name: str) -> Callable[[bytes], bytes]:
    case = next(case for case in world.corpus.answer_cases if case.name == name)
    return lambda body: ok(case.answer(body))


def asked_about(world: World) -> bytes:
    return world.corpus.answer_cases[0].certificate.public_bytes(Encoding.DER)


def verdict(
    world: World, settings: Settings, side: FarSide, *, trust: TrustStore, by: Revocation | None = None
) -> CertificateFault | None:
    settings.OCSP_RESPONDER = side.url
    issued = world.issued(asked_about(world), trust=trust)
    try:
        (by or Revocation()).refuse(issued, trust=trust, now=world.now)
    except CertificateRefused as refused:
        return refused.fault
    return None


def without_lists(world: World) -> TrustStore:
    return TrustStore(world.trust.roots, {})


def test_every_answer_of_the_corpus_teaches_what_its_case_says(world: World) -> None:
    names = {Says.GOOD: "good", Says.REVOKED: "revoked", Says.UNKNOWN: "not_on_record", Says.NOTHING: "nothing"}
    wrong = {}
    for case in world.corpus.answer_cases:
        inquiry = Inquiry(case.certificate, Root.of(case.issuer))
        if (learned := inquiry.learn(case.answer(inquiry.request), now=world.now)) != names[case.says]:
            wrong[case.name] = learned

    assert wrong == {}


def test_an_answer_to_an_earlier_question_proves_nothing(world: World) -> None:
    case = world.corpus.answer_cases[0]
    root = Root.of(case.issuer)
    first, second = Inquiry(case.certificate, root), Inquiry(case.certificate, root)
    answer = case.answer(first.request)

    assert first.learn(answer, now=world.now) is Learned.GOOD
    assert second.learn(answer, now=world.now) is Learned.NOTHING


def test_a_responder_on_its_own_roots_list_answers_for_nobody(world: World) -> None:
    case = world.corpus.answer_cases[0]
    inquiry = Inquiry(case.certificate, Root.of(case.issuer))
    answer = case.answer(inquiry.request)
    (responder,) = x509.ocsp.load_der_ocsp_response(answer).certificates
    wary = Inquiry(case.certificate, Root.of(case.issuer), revoked={responder.serial_number})
    wary._nonce, wary._request = inquiry._nonce, inquiry._request

    assert inquiry.learn(answer, now=world.now) is Learned.GOOD
    assert wary.learn(answer, now=world.now) is Learned.NOTHING


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("good", None),
        ("revoked, certificate_hold", CertificateFault.REVOKED),
        ("unknown", CertificateFault.NOT_ON_RECORD),
        ("about another serial", CertificateFault.REVOCATION_UNKNOWN),
        ("the error TRY_LATER", CertificateFault.REVOCATION_UNKNOWN),
    ],
)
def test_without_a_list_the_responder_alone_decides(
    world: World, settings: Settings, name: str, fault: CertificateFault | None
) -> None:
    with listening(answer_of(world, name)) as side:
        assert verdict(world, settings, side, trust=without_lists(world)) is fault
        assert side.connections == 1


def test_where_the_responder_proves_nothing_a_young_list_stands_in_and_an_old_one_does_not(
    world: World, settings: Settings
) -> None:
    with listening(answer_of(world, "signed by a resident")) as side:
        assert verdict(world, settings, side, trust=world.trust) is None
        settings.CRL_HOURS = 11  # the corpus's list is twelve hours old, and holds for twelve more
        assert verdict(world, settings, side, trust=world.trust) is CertificateFault.REVOCATION_UNKNOWN
        settings.CARD_ENVIRONMENT = "test"
        assert verdict(world, settings, side, trust=world.trust) is CertificateFault.REVOCATION_UNKNOWN
        settings.CARD_ENVIRONMENT = "emulated"
        assert verdict(world, settings, side, trust=world.trust) is None, "an emulated city ages"


def test_a_listed_certificate_is_refused_before_anybody_is_asked(world: World, settings: Settings) -> None:
    serial = world.corpus.answer_cases[0].certificate.serial_number
    (key_id,) = (root.key_id for root in world.trust.roots.values() if root.certificate == world.corpus.roots[2])
    old = replace(world.trust.revocation_lists[key_id], revoked={serial}, next_update=world.now.replace(year=2021))
    with listening(answer_of(world, "good")) as side:
        trust = TrustStore(world.trust.roots, {key_id: old})
        assert verdict(world, settings, side, trust=trust) is CertificateFault.REVOKED
        assert side.connections == 0


def test_a_responder_that_hangs_is_left_alone_for_a_while(world: World, settings: Settings) -> None:
    settings.OCSP_RESPONDER = ""
    revocation, none = Revocation(), without_lists(world)
    with listening(lambda _: ok(b"", "503 Service Unavailable")) as side:
        for _ in range(circuits.FAILURES_IN_A_ROW + 4):
            assert verdict(world, settings, side, trust=none, by=revocation) is CertificateFault.REVOCATION_UNKNOWN
        assert side.connections == circuits.FAILURES_IN_A_ROW


def test_after_the_pause_one_asks_again_and_an_answer_ends_it() -> None:
    seconds = [0.0]
    circuit = circuits.Circuit("somebody", clock=lambda: seconds[0])
    for _ in range(circuits.FAILURES_IN_A_ROW):
        assert circuit.lets_through()
        circuit.failed("no answer")

    assert not circuit.lets_through()
    seconds[0] = circuits.PAUSE_SECONDS
    assert [circuit.lets_through() for _ in range(3)] == [True, False, False]
    circuit.answered()
    assert circuit.lets_through()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(ok(b"x" * 900), id="body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 900, id="headers"),
        pytest.param(b"", id="nothing at all"),
    ],
)
def test_an_answer_that_drips_or_hangs_ends_with_the_time(answer: bytes) -> None:
    def hang(_: bytes) -> bytes:
        if not answer:
            time.sleep(1.5)
        return answer

    with listening(hang, drip_seconds=0.05) as side:
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            post(side.url, b"?", headers={}, limits=QUICK)
        assert time.monotonic() - began < QUICK.total_seconds + 0.7
    assert LIMITS.total_seconds <= 3


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(ok(b"x" * 1001), id="too long"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + b"z" * 1024 + b"\r\n" * 9,
            id="chunks",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"h" * 300_000 + b"\r\n\r\n", id="long headers"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another protocol"),
        pytest.param(b"\0" * 50, id="no protocol"),
    ],
)
def test_an_answer_that_is_too_much_or_no_http_is_none(answer: bytes) -> None:
    with listening(lambda _: answer) as side, pytest.raises(NoAnswer):
        get(side.url, headers={}, limits=QUICK)


def test_a_redirect_is_not_followed() -> None:
    with listening(lambda _: ok(b"")) as other:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n".encode()
        with listening(lambda _: moved) as side:
            assert get(side.url, headers={}, limits=QUICK).status == 302
        assert other.connections == 0


def test_nobody_listening_is_no_answer() -> None:
    with listening(lambda _: b"") as side:
        gone = side.url
    with pytest.raises(NoAnswer):
        post(gone, b"", headers={}, limits=QUICK)
    for wrong in ("ftp://127.0.0.1/", "http://"):
        with pytest.raises(NoAnswer):
            post(wrong, b"", headers={}, limits=QUICK)


def test_no_address_in_a_certificate_is_ever_fetched(world: World, settings: Settings) -> None:
    on = tokyo_day(world.now)
    authority = new_root("JPKI for user authentication", valid_from=on)
    settings.OCSP_RESPONDER = ""
    with listening(lambda _: ok(b"")) as side:
        uri = [x509.UniformResourceIdentifier(side.url)]
        ways = (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
        good = issue_certificate(
            authority, new_key().public_key(), AUTH_PROFILE, valid_from=on, valid_until=on, municipality_code="13999"
        )
        builder = x509.CertificateBuilder(good.issuer, good.subject, good.public_key(), 4711)
        builder = builder.not_valid_before(good.not_valid_before_utc).not_valid_after(good.not_valid_after_utc)
        for extension in good.extensions:
            if not isinstance(extension.value, x509.AuthorityInformationAccess | x509.CRLDistributionPoints):
                builder = builder.add_extension(extension.value, critical=extension.critical)
        named = builder.add_extension(
            x509.AuthorityInformationAccess([x509.AccessDescription(way, uri[0]) for way in ways]), critical=False
        ).add_extension(x509.CRLDistributionPoints([x509.DistributionPoint(uri, None, None, None)]), critical=False)
        der = named.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)

        listed = revocation_list(authority, {}, on=on, number=1).public_bytes(Encoding.DER)
        assert world.fault(der, trust=trust_of((authority.root,), (listed,))) is None
        assert world.fault(der, trust=trust_of((authority.root,))) is CertificateFault.REVOCATION_UNKNOWN
        assert side.connections == 0


@given(data=st.data())
@examples(60)
def test_an_answer_of_any_bytes_proves_nothing_and_does_nothing_worse(world: World, data: st.DataObject) -> None:
    case = world.corpus.answer_cases[0]
    inquiry = Inquiry(case.certificate, Root.of(case.issuer))
    sound = case.answer(inquiry.request)
    at = data.draw(st.integers(0, len(sound) - 1))
    changed = sound[:at] + bytes((sound[at] ^ data.draw(st.integers(1, 255)),)) + sound[at + 1 :]

    assert inquiry.learn(data.draw(st.binary(max_size=200)), now=world.now) is Learned.NOTHING
    # Bytes outside what is signed may change: then the answer is still the responder's word.
    assert inquiry.learn(changed, now=world.now) in {Learned.NOTHING, Learned.GOOD}
    assert inquiry.learn(sound, now=world.now) is Learned.GOOD
