"""The doors of settlement as OpenAPI 3.1 has them, for the hub's one document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mynapoint.exchange.messages import EvidenceRequest, SettlementClaim, SettlementStatement, StatedClaim
from mynapoint.hub.payment_services.openapi import ref
from mynapoint.hub.settlement import api

TAG = {"name": "settlement", "description": "What a provider claims for awards, and what became of it."}


_REPLAYED = {"description": "`true` where the claim was known.", "schema": {"const": "true"}}
_TOLD = {
    "type": "array",
    "prefixItems": [ref(SettlementStatement.__name__)],
    "items": {"oneOf": [ref(StatedClaim.__name__), ref(EvidenceRequest.__name__)]},
    "minItems": 1,
}
_ABOUT_CLAIMS = (
    "At most what the hub has recorded, less `expired`, less earlier claims; less than 0 pays back. The final claim is "
    "of exactly that, on actual figures, when every award was reported. The same id and bytes get the same answer; "
    "the same id with other bytes is refused (`other_content`). One that cannot be taken: `malformed`, with a field "
    "and what is due."
)


def paths(
    *, media_type: str, signature: list[Any], service: Any, examples: Mapping[str, Any], refusals: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the paths; ``refusals`` are those of a body, which is asked for at one of them alone."""

    def content(schema: Mapping[str, Any], example: str) -> dict[str, Any]:
        return {media_type: {"schema": schema, "examples": {example: {"value": examples[example]}}}}

    taken = {
        "description": "Taken; `state` is `submitted`.",
        "headers": {api.REPLAYED: _REPLAYED},
        "content": content(ref(StatedClaim.__name__), "stated_claim"),
    }
    claim = {
        "operationId": "claims",
        "tags": [TAG["name"]],
        "summary": "Claim the points of one service and incentive, up to and with a month, one line",
        "description": _ABOUT_CLAIMS,
        "parameters": signature,
        "requestBody": {"required": True, "content": content(ref(SettlementClaim.__name__), "claim")},
        "responses": {"200": taken, **refusals},
    }
    told = {
        "operationId": "statement",
        "tags": [TAG["name"]],
        "summary": "What was awarded, claimed, paid and is carried of one of your services, and every claim",
        "description": "The sums, then the claims in order, then the lines drawn whose evidence the office waits for.",
        "parameters": [service, *signature],
        "responses": {
            "200": {"description": "A header, then the rest.", "content": content(_TOLD, "statement")},
            **refusals,
        },
    }
    return {f"/api/{api.CLAIMS}": {"post": claim}, f"/api/{api.STATEMENT}": {"get": told}}
