"""The search for machines as OpenAPI 3.1 has it: its paths and schemas, for the hub's one document."""

from __future__ import annotations

from typing import Any

from mynapoint.hub.payment_services.forms import PAGE_MAX, PER_PAGES
from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.models import ChannelKind, Kind, Prior, Timing
from mynapoint.hub.payment_services.open_incentives import NATIONAL_ROUNDS
from mynapoint.hub.payment_services.search import PUBLIC, SORTS
from mynapoint.programme.rounds import load_round

_INCENTIVES = sorted({str(name) for round_ in NATIONAL_ROUNDS for name in load_round(round_).incentives})
_DAY = {"type": ["string", "null"], "format": "date"}
_TEXT = {"type": ["string", "null"]}


def closed_object(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of an object with these members and no others; all are required but the optional ones."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def ref(name: str) -> dict[str, str]:
    """Return a reference to a schema of the hub's document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _words(what: str) -> dict[str, Any]:
    return {"oneOf": [ref("RegisterWords"), {"type": "null"}], "description": what}


def _enum(values: list[str]) -> dict[str, Any]:
    return {"type": "string", "enum": values}


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _answer(description: str, schema: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    return {"description": description, "content": {media: {"schema": schema}}}


_PROBLEM = "application/problem+json"

PARAMETERS = [
    _parameter("q", {"type": "string", "maxLength": 60}, "Name or number, in kana, kanji or romaji of any width."),
    _parameter("kind", _enum(["", *Kind.values]), "What the service is."),
    _parameter("timing", _enum(["", *Timing.values]), "When points come."),
    _parameter("counts", _enum(["", "top_up", "purchase"]), "What earns; services that leave it to the resident too."),
    _parameter("channel", _enum(["", *ChannelKind.values]), "A way to apply."),
    _parameter("prior", _enum(["", *Prior.values]), "Without prior registration, or with one."),
    _parameter("incentive", _enum(["", *_INCENTIVES]), "An incentive it takes part in; known from its announcement."),
    _parameter("round", _enum(["", *NATIONAL_ROUNDS]), "A round it takes part in, with the incentive if one is given."),
    _parameter("on", {"type": "string", "pattern": r"^(\d{4}-\d{2}-\d{2})?$"}, "A day in Tokyo on which it is open."),
    _parameter("sort", _enum(["", *(name for name in SORTS if name != "name")]), "Order; empty: by kana."),
    _parameter("per_page", _enum([value for value, _ in PER_PAGES]), "Services on a page; empty: 20."),
    _parameter("page", {"type": "integer", "minimum": 1, "maximum": PAGE_MAX}, "The page, from 1."),
]

PATHS: dict[str, Any] = {
    "/api/public/v1/payment-services": {
        "get": {
            "operationId": "search_payment_services",
            "summary": "Find payment services; the same question as the page asks, with the same parameters",
            "tags": ["public"],
            "security": [],
            "parameters": PARAMETERS,
            "responses": {
                "200": _answer("One page of what fits, in a stable order.", ref("PaymentServicePage")),
                "400": _answer("A parameter is wrong, unknown, or there twice.", ref("SearchProblem"), _PROBLEM),
            },
        }
    },
    "/api/public/v1/payment-services/{number}": {
        "get": {
            "operationId": "payment_service",
            "summary": "One payment service as it stands today, also after it was suspended or has left",
            "tags": ["public"],
            "security": [],
            "parameters": [{"name": "number", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": _answer("The service.", ref("PaymentService")),
                "400": _answer("This address has no parameters.", ref("SearchProblem"), _PROBLEM),
                "404": _answer("There is none of this number.", ref("SearchProblem"), _PROBLEM),
            },
        }
    },
}

SCHEMAS: dict[str, Any] = {
    "RegisterWords": closed_object({"ja": {"type": "string"}, "en": {"type": "string"}}),
    "PaymentServicePage": closed_object(
        {
            "on": {"type": "string", "format": "date", "description": "The day its openness was judged on."},
            **{name: {"type": "integer", "minimum": 0} for name in ("total", "page", "pages", "per_page", "count")},
            "payment_services": {"type": "array", "items": ref("PaymentService")},
            "relax": {
                "type": "array",
                "description": "Only where nothing fits: how many would without this parameter.",
                "items": closed_object({"parameter": {"type": "string"}, "total": {"type": "integer", "minimum": 1}}),
            },
        },
        optional=("relax",),
    ),
    "PaymentService": closed_object(
        {
            "number": {"type": "string", "pattern": "^MP[0-9]{7}$"},
            "number_is_sample": {"type": "boolean", "description": "The official number is not known."},
            "name": closed_object({name: {"type": "string"} for name in ("ja", "kana", "en")}),
            "provider": _words("Who offers it."),
            "kind": _enum(Kind.values),
            "state": _enum([State(one).value for one in PUBLIC]),
            "effect": _words("What its state means for applications."),
            "summary": _words("What it is."),
            "counts": {"type": "array", "items": _enum(["top_up", "purchase"])},
            "minimum_yen": {"type": ["integer", "null"]},
            **dict.fromkeys(("effective", "rounding", "timing"), _TEXT),
            "schedule": {"type": ["object", "null"]},
            "schedule_words": _words("When points come, in the provider's words."),
            "account": {"type": "object"},
            "security_codes": {"type": "array", "maxItems": 3, "items": {"type": "object"}},
            "prior": _TEXT,
            "prior_registration": _words("What to do before applying."),
            "channels": {
                "type": "array",
                "items": closed_object({"kind": _enum(ChannelKind.values), "first_day": _DAY, "last_day": _DAY}),
            },
            "incentives": {
                "type": "array",
                "items": closed_object(
                    {
                        "incentive": {"type": "string"},
                        "round": {"type": "string"},
                        "joined_on": _DAY,
                        "left_on": _DAY,
                    }
                ),
            },
            "open": closed_object(
                {name: {"type": "array", "items": {"type": "string"}} for name in ("channels", "incentives")}
            ),
            "points": closed_object(
                {"name": _words("Its name."), "used": _TEXT, "use": _words("How."), "expiry": _words("Until when.")}
            ),
            "extra": _words("The provider's own gift, outside the programme."),
            "notes": _words("What to mind."),
            "link": _TEXT,
            "as_of": _DAY,
            "sources": {"type": "array", "items": {"type": "string"}},
        }
    ),
    "SearchProblem": closed_object(
        {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "reasons": {
                "type": "array",
                "items": closed_object({"parameter": {"type": "string"}, "detail": {"type": "string"}}),
            },
        },
        optional=("reasons",),
    ),
}
