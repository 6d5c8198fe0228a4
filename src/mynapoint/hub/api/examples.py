"""The document's examples: real messages, encoded by the codec; the tests send them and are answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from mynapoint.exchange.codec import encode
from mynapoint.exchange.messages import (
    AccountProof,
    AccountProofRequest,
    ApplicationNotice,
    AwardLine,
    AwardReceiptHeader,
    AwardReportHeader,
    ClaimState,
    Counts,
    EvidenceRequest,
    LineRefusal,
    Message,
    NoticeKind,
    NoticesHeader,
    RefusedLine,
    SettlementClaim,
    SettlementStatement,
    StatedClaim,
)
from mynapoint.programme.values import AccountId, IncentiveId, Points, ServiceNumber

_SERVICE = ServiceNumber("MP0000001")
_INCENTIVE = IncentiveId("card_uptake")
_APPLICATION = "6f9c1a52-7d2e-4b8e-9f0a-2c4d6e8f0a1b"
_REFERENCE = "r9Vt0cJq3kYw5mXh7bNz1sLd2fGp4aEu"
_PROOF = "eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoibXktcGF5LTEifQ.e30.c2lnbmF0dXJl"

_CLAIM = ("claim-2022-07", "round2", _INCENTIVE, "2022-07", Points(4_900), Points(100), False)


def _lines(*messages: Message) -> list[Any]:
    return [json.loads(encode(message)) for message in messages]


EXAMPLES: Mapping[str, Any] = {
    "notices": _lines(
        NoticesHeader(_SERVICE, 1, 1),
        ApplicationNotice(
            cursor=1,
            kind=NoticeKind.APPLICATION,
            application_id=_APPLICATION,
            service_number=_SERVICE,
            incentive=_INCENTIVE,
            account_reference=_REFERENCE,
            counts=Counts.TOP_UP,
            applied_at=datetime(2022, 7, 15, 1, 30, tzinfo=UTC),
            room=Points(5_000),
            points=Points(0),
            proof=_PROOF,
        ),
    ),
    "report": _lines(
        AwardReportHeader("store-1-r1", _SERVICE, datetime(2022, 7, 15, tzinfo=UTC), 1, Points(5_000)),
        AwardLine("store-1-l1", _APPLICATION, _INCENTIVE, Points(5_000), date(2022, 7, 15)),
    ),
    "receipt": _lines(
        AwardReceiptHeader("store-1-r1", 0, 0, 1, Points(0)),
        RefusedLine(2, "store-1-l1", LineRefusal.UNKNOWN_APPLICATION),
    ),
    "proof_request": _lines(
        AccountProofRequest("5b1f0c6e9a7d4e32", _SERVICE, _INCENTIVE, AccountId("SP00001234"), ("482913",))
    )[0],
    "proof": _lines(AccountProof("5b1f0c6e9a7d4e32", _REFERENCE, "ア*キ ハ*コ", "****1234", _PROOF))[0],
    "claim": _lines(SettlementClaim(_CLAIM[0], _SERVICE, *_CLAIM[1:]))[0],
    "stated_claim": _lines(StatedClaim(*_CLAIM, ClaimState.SUBMITTED))[0],
    "statement": _lines(
        SettlementStatement(_SERVICE, Points(5_000), Points(4_900), Points(0), Points(0), 1),
        StatedClaim(*_CLAIM, ClaimState.SUBMITTED),
        EvidenceRequest("claim-2022-07", "store-1-l1"),
    ),
}
"""Each as the array of its lines; a single line as itself."""
