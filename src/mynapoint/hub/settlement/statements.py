"""The statement of a service: what was awarded, claimed, paid and is carried, claim by claim; for its provider too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from mynapoint.exchange.messages import ClaimState, EvidenceRequest, SettlementStatement, StatedClaim
from mynapoint.hub import web
from mynapoint.hub.books.models import Account
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.payment_services.csv_sheet import neutral
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.settlement.figures import residue, with_state
from mynapoint.hub.settlement.models import DrawnLine, State
from mynapoint.hub.settlement.payments import unpaid
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber

_COLUMNS = ("service", "claim_id", "round", "incentive", "month", "points", "expired", "final", "state")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is told of a service: the sums, each claim in order, the lines drawn whose evidence is still looked at."""

    header: SettlementStatement
    claims: Sequence[StatedClaim]
    evidence: Sequence[EvidenceRequest]


def statement(service: PaymentService) -> Statement:
    """Return a service's statement as of now."""
    claims = list(with_state().filter(payment_service=service).order_by("pk"))
    recorded = LedgerEntry.objects.filter(payment_service=service).aggregate(all=Sum("points"))["all"] or 0
    header = SettlementStatement(
        service_number=ServiceNumber(service.number),
        recorded=Points(recorded),
        claimed=Points(sum(one.points for one in claims if _state(one) is not State.REFUSED)),
        paid=Points(residue(service)[Account.PAID]),
        carried=Points(sum(one.points for one in unpaid(service))),
        claims=len(claims),
    )
    waiting = DrawnLine.objects.filter(draw__claim__payment_service=service, finding=None)
    asked = waiting.order_by("draw", "number").values_list("draw__claim__claim_id", "entry__line_id")
    return Statement(header, [_stated(one) for one in claims], [EvidenceRequest(*one) for one in asked])


def as_csv(one: Statement) -> str:
    """Return the statement as CSV (RFC 4180, for ``utf-8-sig``): one row a claim, then the sums."""
    number = one.header.service_number.text
    rows: list[list[object]] = []
    for claim in one.claims:
        figures = [claim.points, claim.expired, "yes" if claim.final else "no", claim.state.value]
        rows.append([number, neutral(claim.claim_id), claim.round_id, claim.incentive, claim.month, *figures])
    for name in ("recorded", "claimed", "paid", "carried"):
        rows.append([number, name, "", "", "", getattr(one.header, name), "", "", ""])
    return web.as_csv(_COLUMNS, rows)


def _stated(claim: Any) -> StatedClaim:
    return StatedClaim(
        claim_id=claim.claim_id,
        round_id=claim.round_id,
        incentive=IncentiveId(claim.incentive),
        month=claim.month,
        points=Points(claim.points),
        expired=Points(claim.expired),
        final=claim.is_final,
        state=ClaimState(_state(claim).value),
    )


def _state(claim: Any) -> State:
    return State(claim.state)
