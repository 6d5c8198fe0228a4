"""The sample of a claim: as small as finds a given rate of wrong lines, drawn so that anybody can draw it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from mynapoint.hub.audit.models import Act, AuditRecord, Checkpoint
from mynapoint.hub.settlement.actions import NotPossible, Reason, lock
from mynapoint.hub.settlement.figures import lines, state_of
from mynapoint.hub.settlement.models import Claim, Draw, DrawnLine, Finding, LineFinding, State
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty

RATE_PERMILLE = 10
CONFIDENCE_PERCENT = 95
"""One line in a hundred wrong is found with 95 %: 300 lines of a large claim at most."""


def sample_size(population: int, *, rate_permille: int, confidence_percent: int) -> int:
    """Return the least sample in which a wrong line is, with the confidence, if the rate of them or more is wrong.

    Drawn without putting back, so exactly hypergeometric: with D wrong lines of N none is in a sample of n in
    C(N - D, n) of C(N, n) cases. D is the rate of N, rounded up, and 1 at least. Whole numbers alone.

    >>> sample_size(1_000_000, rate_permille=10, confidence_percent=95)
    299
    >>> sample_size(20, rate_permille=10, confidence_percent=95)
    19
    """
    if population == 0:
        return 0
    assert 0 < rate_permille <= 1000
    assert 0 < confidence_percent < 100
    wrong = max(1, -(-population * rate_permille // 1000))
    missed, all_ways = 1, 1  # C(N - D, n) and C(N, n), both times n!
    for size in range(1, population + 1):
        missed *= population - wrong - size + 1
        all_ways *= population - size + 1
        if 100 * missed <= (100 - confidence_percent) * all_ways:
            return size
    return population


def seed_of(root: bytes, claim: Claim) -> str:
    """Return the seed of a claim's draw, hex: nobody knew the log's signed root when the claim was made."""
    named = f"{claim.payment_service.number}/{claim.claim_id}".encode()
    return hashlib.sha256(b"mynapoint/draw/v1\n" + root + b"\n" + named).hexdigest()


def drawn(line_ids: Iterable[str], *, seed: str, size: int) -> list[str]:
    """Return the ``size`` lines whose SHA-256 with the seed is least: the same for everybody, in whatever order."""
    return sorted(line_ids, key=lambda one: hashlib.sha256(f"{seed}\n{one}".encode()).digest())[:size]


@transaction.atomic
def draw(
    claim: Claim,
    *,
    staff: OnDuty,
    now: datetime,
    rate_permille: int = RATE_PERMILLE,
    confidence_percent: int = CONFIDENCE_PERCENT,
) -> Draw:
    """Draw a claim's sample, once, by the first checkpoint of the log that holds the claim. Raises NotPossible."""
    lock(claim.payment_service)
    if Draw.objects.filter(claim=claim).exists():
        raise NotPossible(Reason.DONE_BEFORE, f"{claim} was drawn from already")
    if state_of(claim) is not State.SUBMITTED:
        raise NotPossible(Reason.TURN, f"{claim} is {state_of(claim)}; a draw is made of a submitted claim")
    checkpoint = _checkpoint_after(claim)
    entries = {one.line_id: one for one in lines(claim)}
    size = sample_size(len(entries), rate_permille=rate_permille, confidence_percent=confidence_percent)
    seed = seed_of(bytes(checkpoint.root), claim)
    made = Draw.objects.create(
        claim=claim,
        rate_permille=rate_permille,
        confidence_percent=confidence_percent,
        population=len(entries),
        size=size,
        checkpoint=checkpoint.size,
        seed=seed,
        drawn_by=staff.account,
        drawn_at=now,
    )
    DrawnLine.objects.bulk_create(
        DrawnLine(draw=made, entry=entries[one], number=number)
        for number, one in enumerate(drawn(entries, seed=seed, size=size), start=1)
    )
    record_act(Act.CLAIM_STEP, staff=staff, now=now, subject=str(claim), step="drawn", seed=seed, size=size)
    return made


@transaction.atomic
def find(line: DrawnLine, finding: Finding, *, staff: OnDuty, now: datetime, note: str = "") -> LineFinding:
    """Record, once, what the evidence for a drawn line showed. Raises NotPossible."""
    lock(line.draw.claim.payment_service)
    if LineFinding.objects.filter(line=line).exists():
        raise NotPossible(Reason.DONE_BEFORE, f"{line} was looked at already")
    found = LineFinding.objects.create(
        line=line, finding=finding, note=note[:200], found_by=staff.account, found_at=now
    )
    subject = str(line.draw.claim)
    record_act(Act.CLAIM_STEP, staff=staff, now=now, subject=subject, step=f"finding {line.number}: {finding}")
    return found


def _checkpoint_after(claim: Claim) -> Checkpoint:
    submitted = AuditRecord.objects.filter(act=Act.CLAIM_STEP, subject=str(claim)).order_by("pk")[0]
    found = Checkpoint.objects.filter(through__gte=submitted.pk).order_by("size").first()
    if found is None:
        raise NotPossible(Reason.NOT_SEALED, f"{claim} is not in the sealed log yet; `mynapoint hub jobs` seals it")
    return found
