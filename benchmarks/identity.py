"""How fast a card's answer is judged: against one bare RSA-2048 verification, and against pyhanko-certvalidator.

    ./run bench identity [--quick] [--cards N] [--turns N]

Everything takes turns in one process, in CPU time; ratios are medians of the turns' own ratios. *First sight* is of a
certificate that is not remembered, two RSA verifications and all the rest; *seen before* of one that is, as at the
second and third step of a journey. One line a mark: ``MARK name measured target ok|short``.
Exit 1 where a verdict is wrong; 0 where marks are short.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

NOW = datetime(2022, 7, 15, 3, 0, tzinfo=UTC)
SHA256, PKCS1 = hashes.SHA256(), padding.PKCS1v15()
TIMES_BARE_MOST = 5.0
TIMES_FASTER_LEAST = 5.0
BARE, FIRST, FIRST_READING = "bare RSA-2048", "check, first sight", "of it the certificate"
SEEN, RIVAL = "check, seen before", "pyhanko-certvalidator"
PACKAGES = ("cryptography", "pyhanko-certvalidator", "asn1crypto", "Django")


@dataclass(frozen=True)
class Job:
    """What is measured, and how often a turn does it."""

    name: str
    do: Callable[[], object]
    times: int


def main() -> int:
    """Measure and print; 1 where somebody is let in or kept out wrongly."""
    options = _options()
    print(f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in PACKAGES)}")
    print(f"{os.cpu_count()} processors, {options.cards} cards, {options.turns} turns, load {os.getloadavg()[0]:.1f}")
    with TemporaryDirectory(prefix="mynapoint-bench-") as folder:
        _hub_settings(Path(folder))
        jobs, wrong = _jobs(Path(folder), options.cards)
        if wrong:
            print(f"WRONG: {wrong}", file=sys.stderr)
            return 1
        spent = _measure(jobs, options.turns)
    for name, seconds in spent.items():
        middle, least = median(seconds), min(seconds)
        print(f"{name:24} {middle * 1e6:9.1f} µs CPU (least {least * 1e6:.1f}), {1 / middle:,.0f}/s a core")
    journey = [(first + 2 * seen) / 3 for first, seen in zip(spent[FIRST], spent[SEEN], strict=True)]
    _mark("token_check_first_sight_times_bare_rsa", _ratios(spent[FIRST], spent[BARE]), TIMES_BARE_MOST, at_most=True)
    _mark("token_check_seen_before_times_bare_rsa", _ratios(spent[SEEN], spent[BARE]), TIMES_BARE_MOST, at_most=True)
    _mark("token_check_in_a_journey_times_bare_rsa", _ratios(journey, spent[BARE]), TIMES_BARE_MOST, at_most=True)
    _mark("times_faster_than_pyhanko", _ratios(spent[RIVAL], spent[FIRST]), TIMES_FASTER_LEAST, at_most=False)
    return 0


def _jobs(folder: Path, cards: int) -> tuple[list[Job], str]:
    """Make many residents' answers; return what to measure, and what is wrong if anything is."""
    from mynapoint.award.refusals import Refused
    from mynapoint.exchange.card_token import decode
    from mynapoint.hub.identity.known_certificates import KnownCertificates
    from mynapoint.hub.identity.local_verifier import LocalVerifier, read_answer
    from mynapoint.hub.identity.trust import trust_store

    city = City.made(folder, cards)
    answer, rival = cycle(city.answers), _rival(city)
    remembers_one, remembers_all, known = LocalVerifier(known_max=1), LocalVerifier(), KnownCertificates(at_most=1)

    def check_by(verifier: LocalVerifier) -> object:
        return verifier.verify(next(answer), city.question, now=NOW)

    def without_signature() -> object:
        return read_answer(next(answer), known=known, trust=trust_store(), now=NOW)

    def check_by_rival() -> None:
        token = decode(next(answer))
        rival(token.certificate)
        city.public.verify(token.signature, city.message, PKCS1, SHA256)

    for verifier in (remembers_one, remembers_all, remembers_all):
        try:
            verifier.verify(city.revoked, city.question, now=NOW)
            return [], "a revoked certificate was let in"
        except Refused:
            check_by(verifier)
    check_by_rival()
    for one in city.answers:
        remembers_all.verify(one, city.question, now=NOW)
    jobs = [
        Job(BARE, lambda: city.public.verify(city.signature, city.message, PKCS1, SHA256), 200),
        Job(FIRST, lambda: check_by(remembers_one), 100),
        Job(FIRST_READING, without_signature, 100),
        Job(SEEN, lambda: check_by(remembers_all), 100),
        Job(RIVAL, check_by_rival, 10),
    ]
    return jobs, ""


@dataclass(frozen=True)
class City:
    """Residents whose cards answered one question; the trust folder; what a rival needs of it."""

    question: Any
    message: bytes
    signature: bytes
    public: rsa.RSAPublicKey
    answers: list[str]
    revoked: str
    roots: list[x509.Certificate]
    listed: bytes

    @classmethod
    def made(cls, folder: Path, cards: int) -> City:
        """Issue the cards; one holder's key for all: keys take long to make, and are the same to a verifier."""
        from mynapoint.card.emulator.authority import revocation_list
        from mynapoint.card.emulator.corpus.world import make_world
        from mynapoint.exchange.card_token import CardToken, encode, signed_bytes
        from mynapoint.hub.identity.verification import Question

        world = make_world(NOW)
        certificates = [world.certificate() for _ in range(cards + 1)]
        reason = (NOW, x509.ReasonFlags.superseded)
        serials = {certificates[-1].serial_number: reason} | {2**90 + one: reason for one in range(999)}
        listed = revocation_list(world.newer, serials, on=world.on, number=1).public_bytes(Encoding.DER)
        roots = [one.root for one in (world.expired, world.older, world.newer)]
        for number, root in enumerate(roots):
            (folder / f"trust/{number}.pem").write_bytes(root.public_bytes(Encoding.PEM))
        (folder / "trust/2.crl").write_bytes(listed)
        question = Question("https://points.example", "n" * 64, "サンプルPay(****1234)に第2弾①を申し込みます。")
        message = signed_bytes(origin=question.origin, nonce=question.nonce, statement=question.statement)
        signature = world.holder.sign(message, PKCS1, SHA256)
        answers = [encode(CardToken(one.public_bytes(Encoding.DER), signature)) for one in certificates]
        public = world.holder.public_key()
        return cls(question, message, signature, public, answers[:-1], answers[-1], roots, listed)


def _rival(city: City) -> Callable[[bytes], None]:
    """Return pyhanko-certvalidator doing the same to a certificate: path, policy, usage, revocation by the same list.

    Roots and list are parsed once, outside what is measured; each certificate gets a context of its own.
    """
    from asn1crypto import crl
    from asn1crypto import x509 as asn1_x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.policy_decl import PKIXValidationParams

    roots = [asn1_x509.Certificate.load(root.public_bytes(Encoding.DER)) for root in city.roots]
    lists = [crl.CertificateList.load(city.listed)]
    policy = frozenset({"1.2.392.200149.8.5.1.3.30"})
    params = PKIXValidationParams(user_initial_policy_set=policy, initial_explicit_policy=True)
    loop = asyncio.new_event_loop()

    def judge(der: bytes) -> None:
        context = ValidationContext(
            trust_roots=roots, crls=lists, ocsps=[], allow_fetching=False, revocation_mode="require", moment=NOW
        )
        certificate = asn1_x509.Certificate.load(der, strict=True)
        validator = CertificateValidator(certificate, validation_context=context, pkix_params=params)
        usage = {"digital_signature"}, {"client_auth"}
        loop.run_until_complete(validator.async_validate_usage(*usage, extended_optional=True))

    return judge


def _measure(jobs: list[Job], turns: int) -> dict[str, list[float]]:
    """Let all jobs take turns; return each one's CPU seconds a piece, turn by turn."""
    spent: dict[str, list[float]] = {job.name: [] for job in jobs}
    for turn in range(turns + 1):
        for job in jobs:
            began = time.process_time()
            for _ in range(job.times):
                job.do()
            if turn:  # the first turn warms up
                spent[job.name].append((time.process_time() - began) / job.times)
    return spent


def _ratios(above: list[float], below: list[float]) -> list[float]:
    return [one / other for one, other in zip(above, below, strict=True)]


def _mark(name: str, ratios: list[float], target: float, *, at_most: bool) -> None:
    measured = median(ratios)
    met = measured <= target if at_most else measured >= target
    print(f"MARK {name} {measured:.2f} {target:.2f} {'ok' if met else 'short'}")
    ordered = sorted(ratios)
    print(f"     half of the turns between {ordered[len(ordered) // 4]:.2f} and {ordered[len(ordered) * 3 // 4]:.2f}")


def _hub_settings(folder: Path) -> None:
    """Make the hub's settings those of a folder of its own; in production real roots alone are believed."""
    (folder / "trust").mkdir()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "mynapoint.hub.settings",
        "MYNAPOINT_STATE": str(folder),
        "MYNAPOINT_TRUST": str(folder / "trust"),
        "MYNAPOINT_ENVIRONMENT": "emulated",
        "MYNAPOINT_SECRET_KEY": "only-for-benchmarks",
    }
    import django

    django.setup()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench identity", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer cards and turns: some seconds")
    parser.add_argument("--cards", type=int, help="how many certificates, instead of 500")
    parser.add_argument("--turns", type=int, help="how many turns, instead of 101")
    options = parser.parse_args()
    options.cards = options.cards or (50 if options.quick else 500)
    options.turns = options.turns or (31 if options.quick else 101)
    return options


if __name__ == "__main__":
    sys.exit(main())
