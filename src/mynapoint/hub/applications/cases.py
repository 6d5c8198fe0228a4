"""What is known when a resident has signed: the choice, the person, the service; read at once, judged in memory."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mynapoint.award.eligibility import EarlierApplication
from mynapoint.award.means import Service, has_left
from mynapoint.exchange.messages import Counts
from mynapoint.hub.identity.models import Credential
from mynapoint.programme.incentives import Incentive
from mynapoint.programme.rounds import load_round
from mynapoint.programme.values import IncentiveId, Points


@dataclass(frozen=True, slots=True)
class KnownCertificate:
    """One of a person's certificates as the law asks about it. ``is_renewal``: it replaced another one known here."""

    id: int
    issuer_key_id: str
    serial: str
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
    is_renewal: bool

    @classmethod
    def of(cls, row: Credential) -> KnownCertificate:
        """Return what a kept certificate says."""
        return cls(
            id=row.pk,
            issuer_key_id=row.issuer_key_id,
            serial=row.serial,
            fingerprint=row.fingerprint,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            is_renewal=row.predecessor_id is not None,
        )


@dataclass(frozen=True, slots=True)
class Earlier:
    """The application that stands for a person and incentive, and what the law asks about it.

    ``service``   the name of its payment service, as people read it; ``offer``, what the register says of that
    ``recorded``  points recorded for the person and incentive, at all services
    ``is_held``   a correction of it is open: nothing takes its place meanwhile
    """

    application: uuid.UUID
    round_id: str
    applied_on: date
    service: str
    offer: Service
    recorded: Points
    is_held: bool

    def on(self, day: date) -> EarlierApplication:
        """Return what it is to the law on a day."""
        takes_part = self.is_held or not has_left(self.offer, on=day)
        return EarlierApplication(applied_on=self.applied_on, service=self.service, takes_part=takes_part)


@dataclass(frozen=True, slots=True)
class Case:
    """One proved choice with everything that the rules ask about it.

    ``resident``      under whom the choice was proved; ``survivor``, by which pseudonym that person goes today
    ``offer``         what the register says of the incentive at the service
    ``effective``     from when use counts, and ``schedule``, when points come, as the register has them; empty: unsaid
    ``earlier``       the application that stands for the person and incentive
    ``reservation``   the one that stands for the person; None: there is none
    ``certificates``  all that were seen of the person
    """

    draft: uuid.UUID
    session: str
    resident: uuid.UUID
    survivor: uuid.UUID
    incentive: IncentiveId
    round_id: str
    counts: Counts
    service_number: str
    offer: Service
    effective: str
    schedule: Mapping[str, object]
    earlier: Earlier | None
    reservation: int | None
    certificates: tuple[KnownCertificate, ...]

    @property
    def law(self) -> Incentive:
        """The incentive as the law of the round in which the choice is made has it."""
        return load_round(self.round_id).incentives[self.incentive]


@dataclass(frozen=True, slots=True)
class Put:
    """The question that was put to the card for a choice; ``put_at`` by the machine's clock."""

    statement: str
    origin: str
    session: str
    subject: str
    put_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What a machine was answered before, and the digest of what it had asked."""

    asked: str
    is_refusal: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What is there for a key and a question: an answer given before, or the question and the choice it is about."""

    kept: Kept | None = None
    put: Put | None = None
    case: Case | None = None
