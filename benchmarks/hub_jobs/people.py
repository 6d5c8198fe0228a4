"""People who are about to apply: in the hub's tables as far as the last step, each with a card that has signed it."""

from __future__ import annotations

import itertools
import json
import secrets
import uuid
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from hub_jobs.clock import NOW

ORIGIN = "https://points.example"
STATEMENT = (
    "「サンプルPay」の決済サービスID ****1234(名義:ア*キ ハ*コ)に、第2弾「マイナンバーカードの新規取得等」"
    "(チャージに対して最大5,000ポイント)を申し込みます。申し込んだ後は、決済サービスを変更できません。"
)
INCENTIVE = "card_uptake"
_ROWS_AT_ONCE = 2_000
_key_ids = itertools.count(1)
"""Drawn by chance, 90,000 people would share one."""


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


def write_trust(folder: Path) -> str:
    """Write the roots and a list of 1,000 revoked certificates; return the issuing root's key id."""
    from cryptography import x509

    from mynapoint.card.emulator.authority import revocation_list

    world = _world()
    folder.mkdir(parents=True)
    for number, one in enumerate((world.expired, world.older, world.newer)):
        (folder / f"{number}.pem").write_bytes(one.root.public_bytes(Encoding.PEM))
    revoked = {2**90 + one: (NOW, x509.ReasonFlags.superseded) for one in range(1_000)}
    listed = revocation_list(world.newer, revoked, on=world.on, number=1)
    (folder / "2.crl").write_bytes(listed.public_bytes(Encoding.DER))
    return x509.SubjectKeyIdentifier.from_public_key(world.newer.root.public_key()).digest.hex()


def signed(count: int) -> list[Person]:
    """Return people with a certificate and a signature over a question of their own; two processes make them."""
    _world()  # made before the processes are, which inherit it
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        return list(pool.map(_signed, range(count), chunksize=200))


def keep(people: Sequence[Person], *, issuer_key_id: str, services: Sequence[int]) -> None:
    """Write everybody's rows: resident, certificate, reservation, proved draft, open question."""
    for start in range(0, len(people), _ROWS_AT_ONCE):
        chunk = people[start : start + _ROWS_AT_ONCE]
        _keep(chunk, start, issuer_key_id=issuer_key_id, services=services)


def _keep(people: Sequence[Person], start: int, *, issuer_key_id: str, services: Sequence[int]) -> None:
    from django.utils import timezone

    from mynapoint.hub.applications.models import Draft
    from mynapoint.hub.identity.models import Challenge, Credential, Resident
    from mynapoint.hub.reservations.models import Reservation

    Resident.objects.bulk_create(Resident(id=one.resident, first_seen_at=NOW) for one in people)
    made = Credential.objects.bulk_create(_credential(one, issuer_key_id) for one in people)
    kept = {row.resident_id: row for row in made}
    Reservation.objects.bulk_create(
        Reservation(
            resident_id=one.resident,
            my_key_id_text=f"{next(_key_ids):08X}",
            reserved_at=NOW,
            statement="予約します。",
            origin=ORIGIN,
            nonce=one.nonce,
            signature=b"s" * 256,
            credential=kept[one.resident],
            signed_at=NOW,
        )
        for one in people
    )
    Draft.objects.bulk_create(
        Draft(
            id=one.draft,
            resident_id=one.resident,
            session="s" * 64,
            payment_service_id=services[(start + number) % len(services)],
            incentive=INCENTIVE,
            round_id="round2",
            counts="top_up",
            account_key=secrets.token_hex(32),
            account_reference=secrets.token_urlsafe(24),
            masked_account="****1234",
            masked_holder="ア*キ ハ*コ",
            proof="p" * 600,
            created_at=NOW,
        )
        for number, one in enumerate(people)
    )
    # Put in the machine's future: people wait here longer than a question stays open.
    put_at = timezone.now() + timedelta(days=1)
    Challenge.objects.bulk_create(
        Challenge(
            nonce=one.nonce,
            purpose="apply",
            statement=STATEMENT,
            origin=ORIGIN,
            session="s" * 64,
            subject=str(one.draft),
            continue_to="/apply/signed/",
            created_at=put_at,
        )
        for one in people
    )


def _credential(one: Person, issuer_key_id: str) -> Any:
    from mynapoint.hub.identity.models import Credential

    return Credential(
        resident_id=one.resident,
        issuer_key_id=issuer_key_id,
        serial=one.serial,
        fingerprint=secrets.token_hex(32),
        public_key=b"k" * 294,
        valid_from=NOW - timedelta(days=400),
        valid_until=NOW + timedelta(days=1400),
        first_seen_at=NOW,
        links_asked_at=NOW,
    )


@cache
def _world() -> Any:
    from mynapoint.card.emulator.corpus.world import make_world

    return make_world(NOW)


def _signed(_number: int) -> Person:
    from mynapoint.exchange.card_token import CardToken, encode, signed_bytes

    world = _world()
    certificate = world.certificate()
    nonce = secrets.token_urlsafe(48)
    message = signed_bytes(origin=ORIGIN, nonce=nonce, statement=STATEMENT)
    signature = world.holder.sign(message, padding.PKCS1v15(), hashes.SHA256())
    der = certificate.public_bytes(Encoding.DER)
    serial = f"{certificate.serial_number:x}"
    return Person(uuid.uuid4(), uuid.uuid4(), nonce, serial, encode(CardToken(der, signature)))
