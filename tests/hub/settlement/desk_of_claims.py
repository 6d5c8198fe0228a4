"""Settlement in tests: a provider that claims, two people of the office, and a log that holds the claims."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.people import CARD_UPTAKE
from hub.sample_pay import NUMBER
from hub.staff.desk import begin, desk, person
from mynapoint.exchange.codec import encode
from mynapoint.exchange.messages import SettlementClaim
from mynapoint.hub.audit.models import AuditRecord, Checkpoint
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.hub.settlement import actions, payments, sampling
from mynapoint.hub.settlement.figures import lines
from mynapoint.hub.settlement.models import Claim, Finding
from mynapoint.hub.settlement.zengin import Payee
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import Role, StaffSession
from mynapoint.programme.values import Points, ServiceNumber

AFTER_ALL = datetime(2024, 4, 10, 1, 0, tzinfo=UTC)
"""Every award of round 2 is due and reported by then."""
PAYEE = Payee("0001", "001", "1", "1234567", "カ)サンプルペイ")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Office:
    """Two people of the office, each at a terminal of their own."""

    first: OnDuty
    second: OnDuty


def office() -> Office:
    return Office(on_duty("first"), on_duty("second"))


def on_duty(name: str) -> OnDuty:
    who, where = person(Role.OFFICE, name=name), desk("", name)
    begin(who, where)
    return OnDuty(who.account, where.terminal, StaffSession.objects.get(account=who.account, ended_at=None))


def service() -> PaymentService:
    return PaymentService.objects.get(number=NUMBER)


def message(points: int, month: str, *, expired: int = 0, final: bool = False, claim_id: str = "") -> SettlementClaim:
    claim_id = claim_id or f"c-{next(_numbers)}"
    return SettlementClaim(
        claim_id, ServiceNumber(NUMBER), "round2", CARD_UPTAKE, month, Points(points), Points(expired), final
    )


def claims(points: int, month: str, now: datetime, *, expired: int = 0, final: bool = False) -> Claim:
    """The provider claims. Raises ClaimRefused."""
    asked = message(points, month, expired=expired, final=final)
    own = service()
    key = ProviderKey(key_id="sample-pay-1", provider=own.provider)
    actions.submit(service=own, key=key, claim=asked, body=encode(asked), now=now)
    return Claim.objects.get(claim_id=asked.claim_id)


def seals() -> None:
    """Put everything on record under a checkpoint; how it is signed is not what these tests are about."""
    through = AuditRecord.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    if not Checkpoint.objects.filter(through=through).exists():
        made = {"root": through.to_bytes(32), "subtrees": b"", "sealed_at": AFTER_ALL, "key_id": "k", "signature": b""}
        Checkpoint.objects.create(size=through, through=through, **made)


def is_shown(claim: Claim, by: OnDuty, now: datetime) -> None:
    """Draw, and find everything drawn in order."""
    if lines(claim).exists():
        seals()
        for line in sampling.draw(claim, staff=by, now=now).lines.all():
            sampling.find(line, Finding.IN_ORDER, staff=by, now=now)


def is_approved(claim: Claim, at: Office, now: datetime) -> None:
    is_shown(claim, at.first, now)
    claim = Claim.objects.get(pk=claim.pk)
    actions.check(claim, staff=at.first, now=now)
    actions.approve(claim, staff=at.second, now=now)


def has_account(at: Office, now: datetime) -> None:
    payments.confirm_account(
        payments.enter_account(service(), PAYEE, staff=at.first, now=now), staff=at.second, now=now
    )
