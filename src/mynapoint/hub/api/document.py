"""The OpenAPI 3.1 document of the provider door, made from what the code itself reads, refuses and answers by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mynapoint.exchange.messages import (
    AccountProof,
    AccountProofRefused,
    AccountProofRequest,
    ApplicationNotice,
    AwardLine,
    AwardReceiptHeader,
    AwardReportHeader,
    NoticesHeader,
    RefusedLine,
)
from mynapoint.exchange.schemas import schemas
from mynapoint.exchange.shapes import REPORT_LINES_MAX
from mynapoint.hub.api.examples import EXAMPLES
from mynapoint.hub.applications import api as notices
from mynapoint.hub.applications import openapi as applying
from mynapoint.hub.applications.provider_door import BODY_BYTES_MAX, MEDIA_TYPE, Parameter
from mynapoint.hub.ledger import api as reports
from mynapoint.hub.municipalities import openapi as service_status
from mynapoint.hub.payment_services import openapi
from mynapoint.hub.problems import MEANINGS, PROBLEM_JSON, URN, ProblemCode
from mynapoint.hub.settlement import api as settlement
from mynapoint.hub.settlement import openapi as settling

Member = dict[str, Any]

_ANY = (
    ProblemCode.BAD_REQUEST,
    ProblemCode.NOT_SIGNED,
    ProblemCode.UNKNOWN_SERVICE,
    ProblemCode.METHOD_NOT_ALLOWED,
    ProblemCode.NOT_ACCEPTABLE,
    ProblemCode.BODY_TOO_LONG,
    ProblemCode.UNSUPPORTED_ENCODING,
    ProblemCode.MALFORMED,
    ProblemCode.INTERNAL,
    ProblemCode.BUSY,
    ProblemCode.OUTCOME_UNKNOWN,
    ProblemCode.LENGTH_REQUIRED,
)
_OF_A_BODY = (
    ProblemCode.TOO_SLOW,
    ProblemCode.IN_FLIGHT,
    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
    ProblemCode.OTHER_CONTENT,
)

_DESCRIPTION = (
    f"Providers' bodies are JSON lines ({MEDIA_TYPE}), one message a line. A media type of lines is described as the "
    "array of its lines, as OpenAPI 3.2 does it: the first item is the first line. Whole numbers are written without "
    "fraction or exponent.\n\n"
    "Every request of a provider is signed (RFC 9421, Ed25519) with a nonce of its own, and refused the second time. "
    "Unknown members and query parameters are refused. Every “no” is problem+json; a provider's has a code of a closed "
    "list."
)


def document() -> Member:
    """Return the whole document; it depends on nothing but the code."""
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": "mynapoint: the doors for programs", "version": "1", "description": _DESCRIPTION},
        "servers": [{"url": "/", "description": "This hub."}],
        "tags": [
            {"name": "provider", "description": "Between a payment service's provider and the hub."},
            settling.TAG,
            {"name": "resident", "description": "For what residents apply with; unsigned, the card signs."},
            {"name": "public", "description": "For everybody, unsigned: the search, the service status."},
        ],
        "paths": {
            f"/api/{notices.PATH}": {"get": _notices()},
            f"/api/{reports.PATH}": {"post": _award_reports()},
            **_settlement(),
            **applying.PATHS,
            **openapi.PATHS,
            **service_status.PATHS,
        },
        "webhooks": {"accountProof": {"post": _account_proof()}},
        "components": {
            "schemas": {
                **schemas(),
                "Problem": _problem(),
                **applying.SCHEMAS,
                **openapi.SCHEMAS,
                **service_status.SCHEMAS,
            },
            "parameters": {name.replace("-", ""): one for name, one in _HEADERS.items()},
            "responses": _problem_responses(),
        },
    }


def _notices() -> Member:
    following = {
        "operationId": "notices",
        "parameters": {"service": "$request.query.service", "after": "$response.body#/0/next_cursor"},
        "description": "The page after this one; ask until `count` is 0.",
    }
    return {
        "operationId": "notices",
        "tags": ["provider"],
        "summary": "Applications, award instructions, stops and resumptions of one of your services, oldest first",
        "description": "A cursor is never skipped and never reused: what is told under a cursor stays so, and nothing "
        "appears later under a cursor that you have passed.",
        "parameters": [*map(_query_parameter, notices.PARAMETERS, notices.PARAMETERS.values()), *_signature()],
        "responses": {
            "200": _lines("A header, then notices in order.", "notices", NoticesHeader, ApplicationNotice)
            | {"links": {"next_page": following}},
            **_refusals(_ANY),
        },
    }


def _award_reports() -> Member:
    again = {
        "operationId": "award_reports",
        "requestBody": "$request.body",
        "description": "The same report again: the same answer, byte for byte.",
    }
    replayed = {
        "description": "`true` where the report was known: this is the answer it got, byte for byte.",
        "schema": {"const": "true"},
    }
    answer = _lines("A receipt, then each line that was not recorded.", "receipt", AwardReceiptHeader, RefusedLine)
    return {
        "operationId": "award_reports",
        "tags": ["provider"],
        "summary": "Report points posted to applications; the same report again is answered the same",
        "description": f"At most {REPORT_LINES_MAX} lines and {BODY_BYTES_MAX} bytes; the declared totals are those of "
        "the lines. `report_id` is the key: kept with the answer for the programme's life. The same id and bytes get "
        "the same answer; the same id with other bytes is refused (`other_content`).",
        "parameters": _signature(),
        "requestBody": {
            "required": True,
            "content": {MEDIA_TYPE: _content("report", AwardReportHeader, AwardLine, REPORT_LINES_MAX)},
        },
        "responses": {
            "200": answer | {"headers": {reports.REPLAYED: replayed}, "links": {"again": again}},
            **_refusals((*_ANY, *_OF_A_BODY)),
        },
    }


def _settlement() -> Member:
    return settling.paths(
        media_type=MEDIA_TYPE,
        signature=_signature(),
        service=_query_parameter("service", settlement.PARAMETERS["service"]),
        examples=EXAMPLES,
        refusals=_refusals((*_ANY, *_OF_A_BODY)),
    )


def _account_proof() -> Member:
    answers = [{"$ref": f"#/components/schemas/{kind.__name__}"} for kind in (AccountProof, AccountProofRefused)]
    given = {MEDIA_TYPE: {"schema": {"oneOf": answers}, "examples": _examples("proof")}}
    return {
        "operationId": "account_proof",
        "tags": ["provider"],
        "summary": "What you serve: the hub asks whether an account and its security codes belong together",
        "description": "Sent to `/v1/account-proofs` below the address in your register entry; one line each way. See "
        "docs/providers.md; `mynapoint provider check` tries an implementation.",
        "parameters": _signature(),
        "requestBody": {
            "required": True,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": f"#/components/schemas/{AccountProofRequest.__name__}"},
                    "examples": _examples("proof_request"),
                }
            },
        },
        "responses": {
            "200": {"description": "A proof, or the reason for none.", "content": given},
            "401": {"description": "Not signed by the hub, as it stands and for the first time."},
            "413": {"description": "Longer than 8,192 bytes."},
            "422": {"description": "Not the message it should be, or the request_id was used with other content."},
            "503": {"description": "Come again; the answer will be the same."},
        },
    }


def _lines(description: str, example: str, first: type[Any], further: type[Any]) -> Member:
    return {"description": description, "content": {MEDIA_TYPE: _content(example, first, further)}}


def _content(example: str, first: type[Any], further: type[Any], most: int | None = None) -> Member:
    schema: Member = {
        "type": "array",
        "prefixItems": [{"$ref": f"#/components/schemas/{first.__name__}"}],
        "items": {"$ref": f"#/components/schemas/{further.__name__}"},
        "minItems": 1,
    }
    return {"schema": schema | ({"maxItems": most + 1} if most else {}), "examples": _examples(example)}


def _examples(name: str) -> Member:
    return {name: {"value": EXAMPLES[name]}}


def _query_parameter(name: str, one: Parameter) -> Member:
    schema: Member = {"type": "string", "pattern": f"^{one.pattern}$"}
    if one.least is not None:
        schema = {"type": "integer", "minimum": one.least, "maximum": one.most, "default": int(one.default or 0)}
    described = {"name": name, "in": "query", "description": one.description, "schema": schema}
    return described | ({"required": True, "example": "MP0000001"} if one.default is None else {})


_HEADERS: Mapping[str, Member] = {
    name: {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": text}
    for name, text in (
        (
            "Signature-Input",
            'Label and tag `mynapoint`; covers "@method" "@target-uri" "content-digest"; created, expires, nonce '
            "(22 to 128 characters), keyid.",
        ),
        ("Signature", "RFC 9421, Ed25519, under the label `mynapoint`."),
        ("Content-Digest", "RFC 9530, sha-256 alone, of the body as sent; also when it is empty."),
    )
}


def _signature() -> list[Member]:
    return [{"$ref": f"#/components/parameters/{name.replace('-', '')}"} for name in _HEADERS]


def _problem() -> Member:
    return {
        "type": "object",
        "description": "RFC 9457. `type` is one of a closed list and never changes its meaning.",
        "properties": {
            "type": {"enum": [f"{URN}{code}" for code in ProblemCode]},
            "title": {"type": "string", "description": "One sentence for an operator."},
            "status": {"enum": sorted({meaning.status for meaning in MEANINGS.values()})},
            "line": {"type": "integer", "minimum": 1, "description": "The line at fault; the header is line 1."},
            "field": {"type": "string", "description": "The field at fault."},
            "fields": {"type": "array", "items": {"type": "string"}, "description": "Query parameters at fault."},
        },
        "required": ["type", "title", "status"],
        "additionalProperties": False,
    }


def _problem_responses() -> Member:
    described: Member = {}
    for status in sorted({meaning.status for meaning in MEANINGS.values()}):
        codes = {code: meaning for code, meaning in MEANINGS.items() if meaning.status == status}
        narrowed = {"properties": {"type": {"enum": [f"{URN}{code}" for code in codes]}, "status": {"const": status}}}
        headers: Member = {}
        if status == MEANINGS[ProblemCode.METHOD_NOT_ALLOWED].status:
            headers["Allow"] = {"description": "What the address takes.", "schema": {"type": "string"}}
        if any(meaning.again for meaning in codes.values()):
            headers["Retry-After"] = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        described[f"Problem{status}"] = {
            "description": " ".join(f"`{code}`: {meaning.title}" for code, meaning in codes.items()),
            "content": {PROBLEM_JSON: {"schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]}}},
            **({"headers": headers} if headers else {}),
        }
    return described


def _refusals(codes: Sequence[ProblemCode]) -> Member:
    statuses = sorted({MEANINGS[code].status for code in codes})
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}
