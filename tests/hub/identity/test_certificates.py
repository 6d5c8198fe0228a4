"""Which certificates may answer: the whole corpus, each bad one refused for its own fault, each good one accepted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pytest_django import Settings

from hub.identity.judged import World, trust_of
from mynapoint.award.refusals import Refusal
from mynapoint.card.emulator.authority import SigningKey, new_key, new_root
from mynapoint.hub.identity.certificates import check_certificate
from mynapoint.hub.identity.faults import CertificateFault, CertificateRefused
from mynapoint.hub.identity.profiles import CardProfile
from mynapoint.programme.values import tokyo_day

NEXT_CARDS = CardProfile(algorithms=frozenset({"RS256", "ES384"}))


@pytest.fixture(autouse=True)
def _production(settings: Settings) -> None:
    settings.CARD_ENVIRONMENT = "production"


def test_every_good_certificate_is_accepted_and_every_bad_one_refused_for_its_fault(world: World) -> None:
    wrong = {}
    for case in world.corpus.certificates:
        fault = world.fault(case.der)
        expected: set[CertificateFault | None] = {CertificateFault[one.name] for one in case.faults} or {None}
        if fault not in expected:
            wrong[case.name] = (fault, expected)

    assert wrong == {}
    assert len(world.corpus.certificates) > 45


def test_an_accepted_certificate_is_known_by_its_roots_key_and_serial(world: World) -> None:
    names = ("good", "good, of the older generation")
    kept = [world.issued(world.corpus.certificate(name).der).kept for name in names]

    older, newer = (trust_of((root,)) for root in world.corpus.roots[1:])
    assert [one.issuer_key_id for one in kept] == [key_id.hex() for store in (newer, older) for key_id in store.roots]
    certificate = x509.load_der_x509_certificate(world.good)
    assert kept[0].serial == f"{certificate.serial_number:x}"
    assert kept[0].valid_until == certificate.not_valid_after_utc


def test_a_root_is_chosen_by_its_key_in_whatever_order_the_roots_of_one_name_stand(world: World) -> None:
    roots = world.corpus.roots
    for order in (roots, roots[::-1], (roots[1], roots[2]), (roots[2], roots[1])):
        assert world.issued(world.good, trust=trust_of(order)).root.certificate == roots[2]
    with pytest.raises(CertificateRefused) as refused:
        world.issued(world.good, trust=trust_of(roots[:2]))
    assert refused.value.fault is CertificateFault.ISSUER


def test_the_last_second_of_a_period_belongs_to_it(world: World) -> None:
    last = x509.load_der_x509_certificate(world.good).not_valid_after_utc
    day = tokyo_day(last)

    assert check_certificate(world.good, **at(world, last)).kept.valid_until == last
    with pytest.raises(CertificateRefused) as refused:
        check_certificate(world.good, **at(world, last + timedelta(seconds=1)))
    assert (refused.value.fault, refused.value.reasons[0].figures) == (CertificateFault.EXPIRED, {"expired_on": day})


def at(world: World, instant: datetime) -> dict[str, Any]:
    return {"algorithm": "RS256", "profile": CardProfile(), "trust": world.trust, "now": instant}


def test_the_next_cards_certificate_is_accepted_by_a_hub_that_is_told_of_it(world: World) -> None:
    card = world.corpus.next_card
    trust = trust_of((*world.corpus.roots, card.root), (card.revocation_list,))

    for der in (card.certificate, card.from_todays_root):
        issued = world.issued(der, trust=trust, algorithm="ES384", profile=NEXT_CARDS)
        assert isinstance(issued.key, ec.EllipticCurvePublicKey)
        for algorithm, profile in (("ES384", CardProfile()), ("RS256", NEXT_CARDS)):
            with pytest.raises(CertificateRefused) as refused:
                world.issued(der, trust=trust, algorithm=algorithm, profile=profile)
            assert refused.value.fault is CertificateFault.KEY


def test_a_verdict_is_the_same_the_second_time_and_for_another_resident(world: World) -> None:
    profile = CardProfile()
    for _ in range(2):
        for case in world.corpus.certificates:
            try:
                world.issued(case.der, profile=profile)
                found = None
            except CertificateRefused as refused:
                found = refused.fault
            expected = {CertificateFault[one.name] for one in case.faults} - {CertificateFault.REVOKED}
            assert found in expected if expected else found is None, case.name


def test_every_fault_tells_the_resident_what_to_do_and_the_log_no_certificate(world: World) -> None:
    with pytest.raises(CertificateRefused) as refused:
        world.issued(world.corpus.certificate("signature certificate").der)

    assert refused.value.refusal is Refusal.CERTIFICATE_OF_ANOTHER_KIND
    assert len(refused.value.fingerprint) == 64
    assert str(refused.value) == "certificate_of_another_kind"
    assert {fault.refusal.code for fault in CertificateFault} <= {refusal.code for refusal in Refusal}


def test_a_certificate_that_names_no_issuers_key_is_tried_with_every_root(world: World) -> None:
    authority = new_root("JPKI for user authentication", valid_from=tokyo_day(world.now) - timedelta(days=9))
    nameless = like_the_good_one(world, authority.root.subject, authority.key)

    assert world.issued(nameless, trust=trust_of((*world.corpus.roots, authority.root))).kept.serial == f"{4711:x}"
    assert world.fault(nameless) is CertificateFault.ISSUER


def test_a_root_issues_under_its_own_name_only(world: World) -> None:
    authority = new_root("JPKI for user authentication", valid_from=tokyo_day(world.now) - timedelta(days=9))
    other = new_root("JPKI for digital signature", valid_from=tokyo_day(world.now), key=authority.key).root.subject

    for name, fault in ((authority.root.subject, None), (other, CertificateFault.ISSUER)):
        certificate = like_the_good_one(world, name, authority.key)
        try:
            world.issued(certificate, trust=trust_of((authority.root,)))
            found = None
        except CertificateRefused as refused:
            found = refused.fault
        assert found is fault


def like_the_good_one(world: World, issuer: x509.Name, key: SigningKey) -> bytes:
    """Return a certificate in order, but that it does not name its issuer's key."""
    good = x509.load_der_x509_certificate(world.good)
    builder = x509.CertificateBuilder(issuer, good.subject, new_key().public_key(), 4711)
    builder = builder.not_valid_before(good.not_valid_before_utc).not_valid_after(good.not_valid_after_utc)
    for extension in good.extensions:
        if not isinstance(extension.value, x509.AuthorityKeyIdentifier):
            builder = builder.add_extension(extension.value, critical=extension.critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
