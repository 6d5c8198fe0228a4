"""Comparing bytes says yes to no certificate that reading refuses, and to each that it accepts of a known kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.identity.judged import World, trust_of
from mynapoint.hub.identity import certificates
from mynapoint.hub.identity.bodies import read_body, signed_part
from mynapoint.hub.identity.certificates import IssuedCertificate
from mynapoint.hub.identity.faults import CertificateFault, CertificateRefused
from mynapoint.hub.identity.moulds import Mould
from mynapoint.hub.identity.profiles import CardProfile, decides
from mynapoint.hub.identity.trust import TrustStore

DAY = timedelta(days=1)


def issued(world: World, der: bytes, profile: CardProfile, **other: Any) -> IssuedCertificate:
    told: dict[str, Any] = {"algorithm": "RS256", "trust": world.trust, "now": world.now} | other
    return certificates.check_certificate(der, profile=profile, **told)


def fault(world: World, der: bytes, profile: CardProfile, **other: Any) -> CertificateFault | None:
    try:
        issued(world, der, profile, **other)
    except CertificateRefused as refused:
        return refused.fault
    return None


@pytest.fixture
def experienced(world: World) -> CardProfile:
    """A profile that has seen every certificate there is: its moulds are of all good ones."""
    profile = CardProfile()
    for case in world.corpus.certificates:
        fault(world, case.der, profile)
    return profile


def test_every_verdict_is_the_same_with_all_moulds_and_with_none(world: World, experienced: CardProfile) -> None:
    differ = {
        case.name
        for case in world.corpus.certificates
        if fault(world, case.der, experienced) != fault(world, case.der, CardProfile())
    }

    assert differ == set()


def test_a_certificate_of_a_known_kind_is_not_read_again_and_gives_the_same(
    world: World, experienced: CardProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_reading = issued(world, world.good, CardProfile())

    def must_not_be_read(signed: bytes) -> None:
        pytest.fail("it was read")

    monkeypatch.setattr(certificates, "read_body", must_not_be_read)
    by_mould = issued(world, world.good, experienced)

    assert by_mould.kept == by_reading.kept
    assert by_mould.root == by_reading.root
    assert by_mould.key.public_numbers() == by_reading.key.public_numbers()  # type: ignore[union-attr]


def test_periods_root_and_algorithm_are_looked_at_each_time(world: World, experienced: CardProfile) -> None:
    good = issued(world, world.good, experienced)
    others_root = trust_of((world.corpus.roots[1],))
    told: dict[CertificateFault, dict[str, Any]] = {
        CertificateFault.EXPIRED: {"now": good.kept.valid_until + DAY},
        CertificateFault.NOT_YET_VALID: {"now": good.kept.valid_from - DAY},
        CertificateFault.ISSUER: {"trust": others_root},
        CertificateFault.KEY: {"algorithm": "ES384"},
    }

    assert {expected: fault(world, world.good, experienced, **other) for expected, other in told.items()} == {
        expected: expected for expected in told
    }


def test_a_root_of_another_name_under_the_same_key_identifier_is_not_taken_for_it(
    world: World, experienced: CardProfile
) -> None:
    root = issued(world, world.good, experienced).root
    impostor = trust_of((world.corpus.roots[1],)).roots
    mixed = TrustStore({root.key_id: next(iter(impostor.values()))})

    assert fault(world, world.good, experienced, trust=mixed) is CertificateFault.ISSUER


def test_a_signature_of_nobody_is_refused_on_the_best_of_moulds(world: World, experienced: CardProfile) -> None:
    for at in (-1, -100, -256):
        forged = bytearray(world.good)
        forged[at] ^= 1
        assert fault(world, bytes(forged), experienced) is CertificateFault.ISSUER


def test_a_mould_fits_with_any_byte_changed_that_is_the_holders_own_and_with_no_other(world: World) -> None:
    der = world.good
    mould, own = mould_of(world), own_places(der)

    wrong = [at for at in range(len(der)) if fits_with(mould, der, at) is not (at in own)]

    assert wrong == []
    assert len(own) > 600


def mould_of(world: World) -> Mould:
    profile = CardProfile()
    issued(world, world.good, profile)
    mould = profile.moulds.fitting(world.good)
    assert mould is not None
    return mould


def own_places(der: bytes) -> set[int]:
    """Return the places of the holder's own bytes, found by what stands there, not by lengths as the mould finds them.

    They are serial, period, subject, modulus, signature, and extensions that never decide.
    """
    body = read_body(signed_part(der))
    serial = body.serial.to_bytes(der[14], "big")
    contents = [serial, bytes(body.period.data), bytes(body.subject.data), modulus_of(der), der[-256:]]
    contents += [one.value for one in body.extensions if not decides(one)]
    assert all(der.count(content) == 1 for content in contents)
    return {der.index(content) + at for content in contents for at in range(len(content))}


def modulus_of(der: bytes) -> bytes:
    key = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key.public_numbers().n.to_bytes(256, "big")


def fits_with(mould: Mould, der: bytes, at: int) -> bool:
    """Say whether the mould fits with one bit of a byte changed that ends no modulus of 2048 bits."""
    changed = bytearray(der)
    changed[at] ^= 1
    return mould.fits(bytes(changed))


def test_a_modulus_of_fewer_bits_does_not_fit(world: World) -> None:
    der, mould = world.good, mould_of(world)
    shorter = bytearray(der)
    shorter[der.index(modulus_of(der))] &= 0x7F

    assert not mould.fits(bytes(shorter))


def test_what_is_read_again_under_roots_read_again_takes_the_place_of_the_old_mould(world: World) -> None:
    profile = CardProfile()
    for _ in range(3):
        trust = trust_of(world.corpus.roots)
        assert issued(world, world.good, profile, trust=trust).root in trust.roots.values()

    assert len(profile.moulds) == 1
