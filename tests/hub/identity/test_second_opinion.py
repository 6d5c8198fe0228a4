"""A second opinion over the whole corpus: pyhanko-certvalidator agrees with the hub, or why it does not is in a table.

It knows RFC 5280 and RFC 6960, not this certificate's profile; where it is laxer, the hub's own rule refuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, RevokedError, ValidationError
from pyhanko_certvalidator.policy_decl import PKIXValidationParams
from pytest_django import Settings

from hub.identity.judged import World
from mynapoint.hub.identity.ocsp import Inquiry, Learned
from mynapoint.hub.identity.profiles import AUTHENTICATION_POLICY
from mynapoint.hub.identity.revocation_lists import BadList, read_list
from mynapoint.hub.identity.trust import Root

LAXER_ON_CERTIFICATES = {
    "any policy": "RFC 5280 lets anyPolicy stand for every policy; a card's certificate names its own",
    "key usage with nonRepudiation": "digitalSignature is there; the other bit is the profile's to refuse",
    "key usage of an authority beside digitalSignature": "the same with an authority's bits",
    "an authority as a resident": "RFC 5280 lets an authority's certificate end a path",
    "RSA of 1024 bits": "only algorithms of the path's signatures are judged, not the key at its end",
    "RSA with exponent 3": "the same",
    "P-256": "the same: no card has such a key, and RFC 5280 does not ask",
}
LAXER_ON_ANSWERS = {
    "another nonce": "it is handed an answer and does not know the question, so a replay looks sound",
    "no nonce": "the same",
}
LAXER_ON_LISTS = {
    "of a lower number": "it keeps no number from one list to the next",
    "without a number": "RFC 5280 asks issuers for one, verifiers not",
    "signed with SHA-1": "its default is to believe SHA-1 in revocation data",
}

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(autouse=True)
def _production(settings: Settings) -> None:
    settings.CARD_ENVIRONMENT = "production"


def second(world: World, der: bytes, *, lists: Sequence[bytes] = (), answers: Sequence[bytes] = ()) -> str:
    """Return ``good``, ``revoked``, or ``refused``. A list or an answer it cannot read is as none."""
    context = ValidationContext(
        trust_roots=[Certificate.load(root.public_bytes(Encoding.DER)) for root in world.corpus.roots],
        crls=read(CertificateList, lists),
        ocsps=read(OCSPResponse, answers),
        allow_fetching=False,
        revocation_mode="require",
        moment=world.now,
    )
    policy = frozenset({AUTHENTICATION_POLICY.dotted_string})
    params = PKIXValidationParams(user_initial_policy_set=policy, initial_explicit_policy=True)
    try:
        certificate = Certificate.load(der, strict=True)
        validator = CertificateValidator(certificate, validation_context=context, pkix_params=params)
        usage = {"digital_signature"}, {"client_auth"}
        asked = validator.async_validate_usage(*usage, extended_optional=True)  # type: ignore[no-untyped-call]
        asyncio.run(asked)
    except RevokedError:
        return "revoked"
    except (ValidationError, PathBuildingError, ValueError):
        return "refused"
    return "good"


def read(kind: type[CertificateList] | type[OCSPResponse], ders: Sequence[bytes]) -> list[object]:
    found = []
    for der in ders:
        try:
            found.append(kind.load(der, strict=True))
        except ValueError:
            continue
    return found


def test_both_say_the_same_of_every_certificate_but_where_the_profile_is_stricter(world: World) -> None:
    differing = {}
    for case in world.corpus.certificates:
        ours, theirs = world.fault(case.der), second(world, case.der, lists=world.corpus.lists)
        if (ours is None) != (theirs == "good"):
            differing[case.name] = (ours, theirs)

    assert set(differing) == set(LAXER_ON_CERTIFICATES)
    assert all(ours is not None for ours, _ in differing.values()), "the hub is the stricter one"


def test_both_know_the_same_certificates_as_revoked(world: World) -> None:
    for case in world.corpus.certificates:
        ours = world.fault(case.der)
        assert (ours == "revoked") == (second(world, case.der, lists=world.corpus.lists) == "revoked"), case.name


def test_both_learn_the_same_from_every_answer_but_where_only_the_asker_knows_the_nonce(world: World) -> None:
    words = {Learned.GOOD: "good", Learned.REVOKED: "revoked"}
    differing = {}
    for case in world.corpus.answer_cases:
        inquiry = Inquiry(case.certificate, Root.of(case.issuer))
        answer = case.answer(inquiry.request)
        ours = words.get(inquiry.learn(answer, now=world.now), "refused")
        theirs = second(world, case.certificate.public_bytes(Encoding.DER), answers=[answer])
        if ours != theirs:
            differing[case.name] = (ours, theirs)

    assert set(differing) == set(LAXER_ON_ANSWERS)
    assert all(ours == "refused" for ours, _ in differing.values()), "the hub is the stricter one"


def test_both_believe_the_same_lists_but_where_the_hub_wants_a_number_and_a_sound_hash(world: World) -> None:
    differing = {}
    generations = {world.corpus.roots[1]: "good, of the older generation", world.corpus.roots[2]: "good"}
    for case in world.corpus.list_cases:
        try:
            _, listed = read_list(case.der, world.trust.roots)
            ours = not list(listed.faults_as_news(now=world.now, number_known=case.number_known))
        except BadList:
            ours = False
        theirs = second(world, world.corpus.certificate(generations[case.issuer]).der, lists=[case.der]) == "good"
        if ours != theirs:
            differing[case.name] = (ours, theirs)

    assert set(differing) == set(LAXER_ON_LISTS)
    assert not any(ours for ours, _ in differing.values()), "the hub is the stricter one"


def test_the_next_card_is_sound_to_both(world: World) -> None:
    card = world.corpus.next_card
    root = Certificate.load(card.root.public_bytes(Encoding.DER))
    context = ValidationContext(
        trust_roots=[root],
        crls=read(CertificateList, [card.revocation_list]),
        ocsps=[],
        allow_fetching=False,
        revocation_mode="require",
        moment=world.now,
    )
    validator = CertificateValidator(Certificate.load(card.certificate), validation_context=context)

    asyncio.run(validator.async_validate_usage({"digital_signature"}))  # type: ignore[no-untyped-call]
