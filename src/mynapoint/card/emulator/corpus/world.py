"""The authorities and keys the corpus is made with: three generations under one name, strangers, and weak keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mynapoint.card.emulator import authority as shape
from mynapoint.card.emulator.authority import AUTH_PROFILE, Authority, Profile, PublicKey
from mynapoint.programme.values import tokyo_day

MUNICIPALITY_CODE = "13999"
LIST_NUMBER = 7

_AUTH, _SIGNATURE = "JPKI for user authentication", "JPKI for digital signature"


@dataclass(frozen=True, slots=True)
class World:
    """Who signs, and whose keys are signed. ``impostor`` has the trusted roots' name and a key of its own."""

    now: datetime
    expired: Authority
    older: Authority
    newer: Authority
    signature: Authority
    next_card: Authority
    impostor: Authority
    holder: rsa.RSAPrivateKey

    @property
    def on(self) -> date:
        """The Tokyo day of ``now``."""
        return tokyo_day(self.now)

    def certificate(
        self,
        *,
        issuer: Authority | None = None,
        profile: Profile = AUTH_PROFILE,
        key: PublicKey | None = None,
        valid_from_days: int = -400,
        valid_until_days: int = 1400,
    ) -> x509.Certificate:
        """Issue one certificate, in order but for what is given; days are counted from the corpus's."""
        return shape.issue_certificate(
            issuer or self.newer,
            key or self.holder.public_key(),
            profile,
            valid_from=self.on + timedelta(days=valid_from_days),
            valid_until=self.on + timedelta(days=valid_until_days),
            municipality_code=MUNICIPALITY_CODE,
        )


def make_world(now: datetime) -> World:
    """Make all keys anew."""
    on = tokyo_day(now)

    def root(purpose: str, days: int) -> Authority:
        return shape.new_root(purpose, valid_from=on + timedelta(days=days))

    return World(
        now=now,
        expired=root(_AUTH, -3700),
        older=root(_AUTH, -2400),
        newer=root(_AUTH, -1000),
        signature=root(_SIGNATURE, -2400),
        next_card=shape.new_root(
            _AUTH, valid_from=on - timedelta(days=500), key=ec.generate_private_key(ec.SECP384R1())
        ),
        impostor=root(_AUTH, -1000),
        holder=shape.new_key(),
    )
