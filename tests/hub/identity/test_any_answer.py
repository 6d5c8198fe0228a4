"""Whatever a card's program sends ends in a person's certificate or in a refusal, soon; nothing else can happen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from hub.identity.judged import World
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.card.emulator.authority import AUTH_PROFILE, issue_certificate, new_key, new_root
from mynapoint.exchange.card_token import CardToken, encode, signed_bytes
from mynapoint.hub.identity.local_verifier import LocalVerifier
from mynapoint.hub.identity.verification import Question
from mynapoint.programme.values import tokyo_day
from property_examples import examples

QUESTION = Question("https://points.example", "n" * 64, "マイナポイントを予約します。")
MESSAGE = signed_bytes(origin=QUESTION.origin, nonce=QUESTION.nonce, statement=QUESTION.statement)
SECONDS_MAX = 0.5
"""For one answer, on a machine that does other work: a certificate takes a tenth of a millisecond."""


class Holder:
    """Somebody with a card in order, in a hub that trusts its root."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        on = tokyo_day(world.now)
        self.key, authority = new_key(), new_root("JPKI for user authentication", valid_from=on)
        self.certificate = issue_certificate(
            authority, self.key.public_key(), AUTH_PROFILE, valid_from=on, valid_until=on, municipality_code="13999"
        ).public_bytes(Encoding.DER)
        (folder / "holder.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
        self.signature = self.key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
        self.verifier = LocalVerifier()

    @property
    def answer(self) -> str:
        return encode(CardToken(self.certificate, self.signature))

    def outcome(self, answer: str, question: Question = QUESTION) -> Refusal | None:
        """Return the refusal, or None where the person is known; anything else is an error of the test."""
        began = time.process_time()
        try:
            verified = self.verifier.verify(answer, question, now=self.world.now)
        except Refused as refused:
            return refused.refusal
        finally:
            assert time.process_time() - began < SECONDS_MAX
        assert verified.proof == self.signature
        return None


@pytest.fixture(scope="module")
def trusted(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.write(tmp_path_factory.mktemp("any") / "trust")


@pytest.fixture(scope="module")
def known(world: World, trusted: Path) -> Holder:
    return Holder(world, trusted)


@pytest.fixture(autouse=True)
def holder(known: Holder, trusted: Path, settings: Settings) -> Holder:
    settings.TRUST = trusted
    return known


def test_the_honest_answer_is_accepted(holder: Holder) -> None:
    assert holder.outcome(holder.answer) is None


@pytest.mark.parametrize(
    "question",
    [
        Question("https://other.example", QUESTION.nonce, QUESTION.statement),
        Question(QUESTION.origin, "m" * 64, QUESTION.statement),
        Question(QUESTION.origin, QUESTION.nonce, QUESTION.statement + " "),
        Question(QUESTION.nonce, QUESTION.origin, QUESTION.statement),
    ],
)
def test_the_honest_answer_answers_no_other_question(holder: Holder, question: Question) -> None:
    assert holder.outcome(holder.answer, question) is Refusal.CARD_SIGNATURE_INVALID


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("RS256", "ES384"),
        lambda text: text.replace("RS256", "none"),
        lambda text: text.replace('"RS256"', '["RS256"]'),
        lambda text: text.replace('{"format"', '{"format": "x", "format"', 1),
        lambda text: text.replace('"signature": "', '"signature": " '),
        lambda text: text + " " * 9000,
        lambda text: text.replace('"}', '=="}'),
        lambda text: "NaN",
        lambda text: "\ud800" + text,
    ],
)
def test_an_answer_in_another_spelling_is_unreadable_or_of_another_method(
    holder: Holder, change: Callable[[str], str]
) -> None:
    changed = change(holder.answer)

    assert changed != holder.answer
    assert holder.outcome(changed) in {Refusal.CARD_ANSWER_UNREADABLE, Refusal.CERTIFICATE_METHOD_UNKNOWN}


@given(text=st.text(max_size=300) | st.from_regex(r'\{"format": "mynapoint-card-auth:1".{0,200}\}', fullmatch=True))
@examples(80)
def test_an_answer_of_any_text_is_refused(known: Holder, text: str) -> None:
    assert known.outcome(text) is Refusal.CARD_ANSWER_UNREADABLE


@given(
    members=st.dictionaries(
        st.sampled_from(["format", "algorithm", "certificate", "signature", "more"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20), st.lists, max_leaves=4
        ),
    )
)
@examples(60)
def test_an_answer_with_members_of_any_kind_is_refused(known: Holder, members: dict[str, object]) -> None:
    answer = json.dumps({**json.loads(known.answer), "more": 1, **members})

    assert known.outcome(answer) is Refusal.CARD_ANSWER_UNREADABLE


@given(certificate=st.binary(max_size=400), signature=st.binary(max_size=600))
@examples(80)
def test_a_certificate_of_any_bytes_is_refused(known: Holder, certificate: bytes, signature: bytes) -> None:
    assert known.outcome(encode(CardToken(certificate, signature))) is Refusal.CERTIFICATE_UNREADABLE
    assert known.outcome(encode(CardToken(known.certificate, signature))) is Refusal.CARD_SIGNATURE_INVALID


@given(
    places=st.lists(st.tuples(st.integers(0, 1300), st.integers(0, 255)), min_size=1, max_size=4),
    end=st.integers(0, 1300),
)
@examples(300)
def test_a_certificate_changed_anywhere_is_refused(known: Holder, places: list[tuple[int, int]], end: int) -> None:
    changed = bytearray(known.certificate)
    for at, value in places:
        changed[at % len(changed)] = value
    for certificate in (bytes(changed), bytes(changed[:end]), bytes(changed) + known.certificate[:end]):
        outcome = known.outcome(encode(CardToken(certificate, known.signature)))
        assert (outcome is None) == (certificate == known.certificate)


@given(data=st.data())
@examples(100)
def test_a_bad_certificate_of_the_corpus_stays_bad_however_it_is_changed(known: Holder, data: st.DataObject) -> None:
    case = data.draw(st.sampled_from([case for case in known.world.corpus.certificates if case.faults]))
    at = data.draw(st.integers(0, max(0, len(case.der) - 1)))
    changed = case.der[:at] + data.draw(st.binary(max_size=3)) + case.der[at + 1 :]

    assert known.outcome(encode(CardToken(changed, known.signature))) is not None


def test_the_next_cards_answer_is_accepted_where_it_is_in_force(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    on = tokyo_day(world.now)
    key = ec.generate_private_key(ec.SECP384R1())
    authority = new_root("JPKI for user authentication", valid_from=on, key=ec.generate_private_key(ec.SECP384R1()))
    certificate = issue_certificate(
        authority, key.public_key(), AUTH_PROFILE, valid_from=on, valid_until=on, municipality_code="13999"
    ).public_bytes(Encoding.DER)
    (tmp_path / "next.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
    settings.TRUST = tmp_path
    numbers = decode_dss_signature(key.sign(MESSAGE, ec.ECDSA(hashes.SHA384())))
    signature = b"".join(number.to_bytes(48, "big") for number in numbers)
    token = CardToken(certificate, signature, "ES384")

    with pytest.raises(Refused) as refused:
        LocalVerifier().verify(encode(token), QUESTION, now=world.now)
    assert refused.value.refusal is Refusal.CERTIFICATE_METHOD_UNKNOWN
    settings.CARD_ALGORITHMS = ["RS256", "ES384"]
    assert LocalVerifier().verify(encode(token), QUESTION, now=world.now).proof == signature
    for other in (signature[:95], signature + b"\0", bytes(96), signature[48:] + signature[:48]):
        with pytest.raises(Refused) as refused:
            LocalVerifier().verify(encode(CardToken(certificate, other, "ES384")), QUESTION, now=world.now)
        assert refused.value.refusal is Refusal.CARD_SIGNATURE_INVALID


def test_a_key_so_long_that_it_would_take_time_is_refused_before_it_is_used(holder: Holder) -> None:
    # No such key can be made quickly; its public half is enough: any odd number of 16,384 bits.
    numbers = rsa.RSAPublicNumbers(65537, (1 << 16383) + 1)
    certificate = issue_certificate(
        new_root("JPKI for user authentication", valid_from=tokyo_day(holder.world.now)),
        numbers.public_key(),
        AUTH_PROFILE,
        valid_from=tokyo_day(holder.world.now),
        valid_until=tokyo_day(holder.world.now),
        municipality_code="13999",
    )
    assert isinstance(certificate, x509.Certificate)

    answer = encode(CardToken(certificate.public_bytes(Encoding.DER), b"\1" * 2048))
    assert holder.outcome(answer) is Refusal.CERTIFICATE_METHOD_UNKNOWN
