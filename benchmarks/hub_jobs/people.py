"""People who are about to apply: each has a certificate and a signature of their own."""

from __future__ import annotations

import json
import secrets
import string
import uuid
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from hub_jobs.clock import NOW
from mynapoint.exchange.card_token import CardToken, encode, signed_bytes

ORIGIN = "https://points.example"
STATEMENT = (
    "「サンプルPay」の決済サービスID ****1234(名義:ア*キ ハ*コ)に、第2弾「マイナンバーカードの新規取得等」"
    "(チャージに対して最大5,000ポイント)を申し込みます。申し込んだ後は、決済サービスを変更できません。"
)
INCENTIVE = "card_uptake"
PROCESSES = 2
_SERIAL_BYTES = 20
_NUMBER_CHARACTERS = 14
"""Of a subject's number; what follows names municipality and card."""
_LETTERS = string.ascii_uppercase + string.digits
_SIGNATURE_BYTES = 256


@dataclass(frozen=True, slots=True)
class Person:
    """One person: the names of their rows, and what their card delivers."""

    resident: uuid.UUID
    draft: uuid.UUID
    nonce: str
    serial: str
    token: str

    @property
    def request(self) -> bytes:
        """The body of the request that applies."""
        return json.dumps({"nonce": self.nonce, "token": self.token}).encode()


@dataclass(frozen=True, slots=True)
class Mint:
    """What certificates and signatures are made with: one certificate as the mould, its issuer's key, and one card's.

    A certificate is the mould with another serial and subject, signed: a quarter cheaper than building each.
    """

    mould: bytes
    issuer: rsa.RSAPrivateKey
    holder: rsa.RSAPrivateKey

    def person(self) -> Person:
        """Return a person nobody has seen, whose card has signed."""
        serial, certificate = self._certificate()
        nonce = secrets.token_urlsafe(48)
        message = signed_bytes(origin=ORIGIN, nonce=nonce, statement=STATEMENT)
        signature = self.holder.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return Person(uuid.uuid4(), uuid.uuid4(), nonce, serial, encode(CardToken(certificate, signature)))

    def _certificate(self) -> tuple[str, bytes]:
        made = x509.load_der_x509_certificate(self.mould)
        serial = bytes([0x40 | secrets.randbits(6)]) + secrets.token_bytes(_SERIAL_BYTES - 1)
        number = "".join(secrets.choice(_LETTERS) for _ in range(_NUMBER_CHARACTERS)).encode()
        before = made.tbs_certificate_bytes
        after = before.replace(made.serial_number.to_bytes(_SERIAL_BYTES), serial)
        after = after.replace(_number(made)[:_NUMBER_CHARACTERS], number)
        signature = self.issuer.sign(after, padding.PKCS1v15(), hashes.SHA256())
        return serial.hex(), self.mould.replace(before, after)[:-_SIGNATURE_BYTES] + signature

    def save(self, folder: Path) -> None:
        """Write it to a folder, for people made later of the same authority; they are no secrets."""
        (folder / "mould.der").write_bytes(self.mould)
        for name, key in (("issuer", self.issuer), ("holder", self.holder)):
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (folder / f"{name}.key").write_bytes(pem)

    @classmethod
    def load(cls, folder: Path) -> Mint:
        """Read what ``save`` wrote."""
        issuer, holder = (load_pem_private_key((folder / f"{name}.key").read_bytes(), None) for name in _KEYS)
        if not isinstance(issuer, rsa.RSAPrivateKey) or not isinstance(holder, rsa.RSAPrivateKey):
            raise TypeError(f"not our keys: {folder}")
        return cls((folder / "mould.der").read_bytes(), issuer, holder)


_KEYS = ("issuer", "holder")


def open_mint(trust: Path) -> Mint:
    """Make an authority; write its roots and a list of 1,000 revoked certificates to a new trust folder."""
    from mynapoint.card.emulator.authority import revocation_list
    from mynapoint.card.emulator.corpus.world import make_world

    world = make_world(NOW)
    trust.mkdir(parents=True)
    for number, one in enumerate((world.expired, world.older, world.newer)):
        (trust / f"{number}.pem").write_bytes(one.root.public_bytes(Encoding.PEM))
    revoked = {2**90 + one: (NOW, x509.ReasonFlags.superseded) for one in range(1_000)}
    listed = revocation_list(world.newer, revoked, on=world.on, number=1)
    (trust / "2.crl").write_bytes(listed.public_bytes(Encoding.DER))
    mould = world.certificate()
    while (mould.serial_number.bit_length() + 8) // 8 != _SERIAL_BYTES:  # as long as those that take its place
        mould = world.certificate()
    assert isinstance(world.newer.key, rsa.RSAPrivateKey), "today's authorities sign with RSA"
    return Mint(mould.public_bytes(Encoding.DER), world.newer.key, world.holder)


def issuer_key_id(mint: Mint) -> str:
    """Return the key id by which the hub knows who issued these people's certificates."""
    return x509.SubjectKeyIdentifier.from_public_key(mint.issuer.public_key()).digest.hex()


def signed(mint: Mint, count: int, *, processes: int = PROCESSES) -> list[Person]:
    """Return so many people."""
    with ProcessPoolExecutor(processes, get_context("fork"), _use, (mint,)) as pool:
        return list(pool.map(_signed, range(count), chunksize=200))


_mints: list[Mint] = []


def _use(mint: Mint) -> None:
    _mints.append(mint)


def _signed(_number: int) -> Person:
    return _mints[-1].person()


def _number(certificate: x509.Certificate) -> bytes:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value).encode()
