"""The corpus's revocation lists: those in force, and one for each thing that can be wrong with a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from mynapoint.card.emulator.authority import Authority, authority_key, hash_for
from mynapoint.card.emulator.corpus.cases import ListCase, ListFault
from mynapoint.card.emulator.corpus.der import signed_with_sha1, without_end
from mynapoint.card.emulator.corpus.world import LIST_NUMBER, World

Revoked = Mapping[x509.ReasonFlags, x509.Certificate]
Named = Iterator[tuple[str, x509.CertificateRevocationList | bytes, set[ListFault]]]


@dataclass(frozen=True, slots=True)
class Listing:
    """What may differ from a list in order; hours are counted from the corpus's instant."""

    signer: Authority
    begins_hours: int = -12
    ends_hours: int = 12
    number: int | None = LIST_NUMBER
    partial: x509.ExtensionType | None = None


def list_in_force(world: World, authority: Authority, revoked: Revoked) -> bytes:
    """Return a root's list of the day."""
    return _signed(world, Listing(authority), revoked).public_bytes(Encoding.DER)


def list_cases(world: World, revoked: Revoked) -> list[ListCase]:
    """Make every case; ``revoked`` are the certificates of the newer generation that are on the good lists."""
    newer = world.newer.root
    cases = [
        ListCase(name, _der(signed), frozenset(faults), newer, LIST_NUMBER - 1)
        for name, signed, faults in (*_in_time(world, revoked), *_by_whom(world, revoked), *_of_what(world, revoked))
    ]
    # The same name stands on it as on the others: it is good, and says nothing of the newer generation's serials.
    other = list_in_force(world, world.older, {})
    return [*cases, ListCase("good, of the older generation", other, frozenset(), world.older.root, LIST_NUMBER - 1)]


def _in_time(world: World, revoked: Revoked) -> Named:
    newer = Listing(world.newer)
    yield "good", _signed(world, newer, revoked), set()
    yield "good, and empty", _signed(world, newer, {}), set()
    yield "good, in its last hour", _signed(world, Listing(world.newer, -23, 1), revoked), set()
    yield "good, with the number known already", _signed(world, _numbered(world, LIST_NUMBER - 1), revoked), set()
    yield "stale", _signed(world, Listing(world.newer, -48, -24), revoked), {ListFault.STALE}
    yield "of tomorrow", _signed(world, Listing(world.newer, 12, 36), revoked), {ListFault.NOT_YET}
    yield "without an end", without_end(_signed(world, newer, revoked), _rsa(world.newer)), {ListFault.NO_END}
    yield "of a lower number", _signed(world, _numbered(world, LIST_NUMBER - 2), {}), {ListFault.NUMBER}
    yield "without a number", _signed(world, _numbered(world, None), revoked), {ListFault.NUMBER}


def _by_whom(world: World, revoked: Revoked) -> Named:
    yield "an issuer of the same name", _signed(world, Listing(world.impostor), {}), {ListFault.SIGNATURE}
    forged = Authority(world.newer.root, world.impostor.key)
    signed = _signed(world, Listing(forged), {})
    yield "an issuer of the same name and key identifier", signed, {ListFault.SIGNATURE}
    resident = Authority(world.certificate(), world.holder)
    yield "signed by a resident", _signed(world, Listing(resident), {}), {ListFault.SIGNATURE}
    good = _der(_signed(world, Listing(world.newer), revoked))
    yield "tampered in its signature", good[:-1] + bytes((good[-1] ^ 1,)), {ListFault.SIGNATURE}
    serial = next(iter(revoked.values())).serial_number.to_bytes(20, "big").lstrip(b"\0")
    at = good.index(serial) + len(serial) - 1
    freed = good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :]
    yield "tampered to free a serial", freed, {ListFault.SIGNATURE}
    old_hash = signed_with_sha1(_signed(world, Listing(world.newer), revoked), _rsa(world.newer))
    yield "signed with SHA-1", old_hash, {ListFault.ALGORITHM}


def _of_what(world: World, revoked: Revoked) -> Named:
    delta = Listing(world.newer, partial=x509.DeltaCRLIndicator(LIST_NUMBER - 1))
    yield "a delta", _signed(world, delta, {}), {ListFault.PARTIAL}
    for name, attributes in {"of attribute certificates only": True, "of some reasons only": False}.items():
        point = x509.IssuingDistributionPoint(
            full_name=None,
            relative_name=None,
            only_contains_user_certs=False,
            only_contains_ca_certs=False,
            only_some_reasons=None if attributes else frozenset({x509.ReasonFlags.key_compromise}),
            indirect_crl=False,
            only_contains_attribute_certs=attributes,
        )
        yield name, _signed(world, Listing(world.newer, partial=point), {}), {ListFault.PARTIAL}
    good = _der(_signed(world, Listing(world.newer), revoked))
    yield "cut short", good[:-7], {ListFault.MALFORMED}
    yield "with something behind it", good + b"\0", {ListFault.MALFORMED}
    yield "empty", b"", {ListFault.MALFORMED}
    yield "a page of an error", b"<html>503 Service Unavailable</html>", {ListFault.MALFORMED}


def _numbered(world: World, number: int | None) -> Listing:
    return Listing(world.newer, number=number)


def _signed(world: World, listing: Listing, revoked: Revoked) -> x509.CertificateRevocationList:
    begins = world.now + timedelta(hours=listing.begins_hours)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(world.newer.root.subject)
        .last_update(begins)
        .next_update(world.now + timedelta(hours=listing.ends_hours))
        .add_extension(authority_key(listing.signer), critical=False)
    )
    if listing.number is not None:
        builder = builder.add_extension(x509.CRLNumber(listing.number), critical=False)
    if listing.partial is not None:
        builder = builder.add_extension(listing.partial, critical=True)
    for reason, certificate in revoked.items():
        builder = builder.add_revoked_certificate(_entry(certificate, reason, begins - timedelta(days=3)))
    return builder.sign(listing.signer.key, hash_for(listing.signer.key))


def _entry(certificate: x509.Certificate, reason: x509.ReasonFlags, revoked_at: datetime) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(revoked_at)
    # DER leaves the default out: a reason nobody specified is no extension at all.
    if reason is not x509.ReasonFlags.unspecified:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    return builder.build()


def _der(signed: x509.CertificateRevocationList | bytes) -> bytes:
    return signed if isinstance(signed, bytes) else signed.public_bytes(Encoding.DER)


def _rsa(authority: Authority) -> rsa.RSAPrivateKey:
    assert isinstance(authority.key, rsa.RSAPrivateKey), "today's authorities hold RSA keys"
    return authority.key
