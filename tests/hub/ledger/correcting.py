"""Corrections in tests: staff without a browser, and every step as its own short call."""

from __future__ import annotations

from datetime import datetime

from hub import clock
from hub.people import CARD_UPTAKE, draft, reserves, signature, signs_in
from hub.staff import desk
from mynapoint.hub.applications import actions as applying
from mynapoint.hub.applications.correction_models import Correction, CorrectionStep
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.actions import signer
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger import corrections
from mynapoint.hub.staff.actions import _begin
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import Role

MISLINK = CorrectionStep.Outcome.MISLINK
NOT_A_MISLINK = CorrectionStep.Outcome.NOT_A_MISLINK
VISIT = CorrectionStep.Evidence.VISIT


def on_duty(role: Role = Role.HELPER, municipality: str = "hadano", name: str = "") -> OnDuty:
    """Somebody of the staff at a terminal of their own."""
    who = desk.person(role, municipality, name)
    where = desk.desk(who.account.municipality, f"{who.account.name}'s counter")
    session, _ = _begin(who.account, where.terminal, now=clock.now())
    return OnDuty(who.account, where.terminal, session)


def decided(
    application: Application, outcome: CorrectionStep.Outcome, first: OnDuty, second: OnDuty, now: datetime
) -> Correction:
    """Open, look, propose, approve."""
    correction = corrections.open_correction(application=application, by=first, now=now, municipality="hadano")
    corrections.add_evidence(correction=correction, evidence=VISIT, reference="visit 12", by=first, now=now)
    corrections.propose(correction=correction, outcome=outcome, staff=first, now=now)
    corrections.approve(correction=correction, staff=second, now=now)
    return correction


def applies_with_account_of(name: CertificateId, before: Application, now: datetime) -> Application:
    """Apply with the account that another application was made with. Raises Refused."""
    reserves(name, now)
    resident = signs_in(name, now)
    mine = draft(resident, CARD_UPTAKE, now)
    mine.account_key, mine.account_reference = before.account_key, before.account_reference
    mine.save()
    signed = signature(name, now, subject=str(mine.pk))
    return applying.apply(
        draft=mine, signature=signed, credential=signer(signature=signed, resident=resident, now=now), now=now
    )
