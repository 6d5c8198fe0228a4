"""Makes the whole corpus for one instant."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from mynapoint.card.emulator.corpus.answers import answer_cases
from mynapoint.card.emulator.corpus.cases import Corpus, NextCard
from mynapoint.card.emulator.corpus.certificates import REASONS, certificate_cases
from mynapoint.card.emulator.corpus.lists import list_cases, list_in_force
from mynapoint.card.emulator.corpus.world import World, make_world


def make_corpus(*, now: datetime) -> Corpus:
    """Make authorities, keys and every case anew, in memory, to be judged at ``now``."""
    world = make_world(now)
    revoked = {reason: world.certificate() for reason in REASONS}
    return Corpus(
        now=now,
        roots=(world.expired.root, world.older.root, world.newer.root),
        lists=(list_in_force(world, world.older, {}), list_in_force(world, world.newer, revoked)),
        certificates=tuple(certificate_cases(world, revoked)),
        next_card=_next_card(world),
        list_cases=tuple(list_cases(world, revoked)),
        answer_cases=tuple(answer_cases(world)),
    )


def _next_card(world: World) -> NextCard:
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    return NextCard(
        root=world.next_card.root,
        revocation_list=list_in_force(world, world.next_card, {}),
        certificate=world.certificate(issuer=world.next_card, key=key).public_bytes(Encoding.DER),
        from_todays_root=world.certificate(key=key).public_bytes(Encoding.DER),
    )
