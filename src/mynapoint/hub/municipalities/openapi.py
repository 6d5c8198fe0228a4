"""The service status for machines as OpenAPI 3.1 has it: its path and schema, for the hub's one document."""

from __future__ import annotations

from typing import Any

from mynapoint.hub.municipalities.notices import StatusNotice

_INSTANT = {"type": "string", "format": "date-time"}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


PATHS: dict[str, Any] = {
    "/api/public/v1/status": {
        "get": {
            "operationId": "service_status",
            "summary": "What is out of order, crowded or being maintained now, as the page tells it",
            "tags": ["public"],
            "security": [],
            "parameters": [],
            "responses": {
                "200": {
                    "description": "The notices of the present; none: nothing is known to be wrong.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ServiceStatus"}}},
                }
            },
        }
    }
}

SCHEMAS: dict[str, Any] = {
    "ServiceStatus": _closed(
        {
            "at": _INSTANT | {"description": "The present, by the programme's clock."},
            "notices": {
                "type": "array",
                "items": _closed(
                    {
                        "id": {"type": "integer"},
                        "kind": {"type": "string", "enum": StatusNotice.Kind.values},
                        "words": _closed({name: {"type": "string"} for name in ("ja", "en")}),
                        "starts_at": _INSTANT,
                        "ends_at": {"type": ["string", "null"], "format": "date-time"},
                    }
                ),
            },
        }
    )
}
