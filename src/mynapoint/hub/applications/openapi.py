"""The residents' door as OpenAPI 3.1 has it: its path and schemas, for the hub's one document."""

from __future__ import annotations

from typing import Any

from mynapoint.award.refusals import Refusal
from mynapoint.hub.applications import resident_door as door
from mynapoint.hub.payment_services.openapi import closed_object, ref
from mynapoint.hub.problems import PROBLEM_JSON

_REFUSAL_URN = "urn:mynapoint:refusal:"
_REPLAYED = {
    "description": "`true` where this key was answered before: the same answer, byte for byte.",
    "schema": {"const": "true"},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22,128}$"},
    "description": "128 random bits or more, made for this one application; kept with its answer for the programme's "
    "life.",
}
_PLACE = {
    "name": door.PLACE,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 4096},
    "description": "The place that a 503 of a last day gave to this key: whoever had it before midnight is served.",
}
_REFUSED = {
    "description": "Refused for the reasons told, or something in the request is wrong (`malformed`), or the key was "
    "used to ask something else (`other_content`). A refusal is kept under its key, too.",
    "headers": {"Idempotent-Replayed": _REPLAYED},
    "content": {PROBLEM_JSON: {"schema": {"anyOf": [ref("ApplicationRefused"), ref("Problem")]}}},
}

PATHS: dict[str, Any] = {
    door.PATH: {
        "post": {
            "operationId": "apply",
            "tags": ["resident"],
            "summary": "Apply, for good, with the card's signature over the statement that the resident has read",
            "description": "For kiosks, counters and own apps. The draft and its statement are made on the hub's "
            "pages; `nonce` names that question once, `token` is the card's answer. The person is the one whose card "
            f"signed. A body has at most {door.BODY_BYTES_MAX:,} bytes.",
            "security": [],
            "parameters": [_KEY, _PLACE],
            "requestBody": {"required": True, "content": {door.JSON: {"schema": ref("ApplicationAsked")}}},
            "responses": {
                "201": {
                    "description": "Applied; it cannot be changed.",
                    "headers": {"Idempotent-Replayed": _REPLAYED},
                    "content": {door.JSON: {"schema": ref("Applied")}},
                },
                "422": _REFUSED,
                **{str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in door.STATUSES},
            },
        }
    }
}

SCHEMAS: dict[str, Any] = {
    "ApplicationAsked": closed_object(
        {
            "nonce": {"type": "string", "pattern": "^[A-Za-z0-9+/_=-]{1,64}$"},
            "token": {"type": "string", "description": "As the card agent delivers it."},
        }
    ),
    "Applied": closed_object(
        {
            "application_id": {"type": "string", "format": "uuid"},
            "applied_at": {"type": "string", "format": "date-time"},
            "effective_from": {
                "type": "string",
                "format": "date-time",
                "description": "The first instant whose use counts.",
            },
            "expected_awards": {
                "type": "array",
                "description": "By the service's schedule; no promise.",
                "items": closed_object(
                    {
                        "use": {"enum": ["each", "in_month", "reached_in_month", "unreached"]},
                        "month": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
                        "expected_on": {"type": "string", "format": "date"},
                        "hours_after": {"type": "integer", "minimum": 0},
                    },
                    optional=("month", "expected_on", "hours_after"),
                ),
            },
        }
    ),
    "ApplicationRefused": closed_object(
        {
            "type": {"enum": [f"{_REFUSAL_URN}{refusal.code}" for refusal in Refusal]},
            "title": {"type": "string"},
            "status": {"const": 422},
            "reasons": {
                "type": "array",
                "minItems": 1,
                "items": closed_object({"code": {"enum": [one.code for one in Refusal]}, "detail": {"type": "string"}}),
            },
        }
    ),
}
