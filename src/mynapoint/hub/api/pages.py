"""What is published about the doors for machines, for programs and for the people who write them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mynapoint.hub.api.document import document as make_document
from mynapoint.hub.applications.secrets import published_keys
from mynapoint.hub.problems import MEANINGS


@require_safe
def document(_request: HttpRequest) -> HttpResponse:
    """Answer the OpenAPI document; the same bytes from every process of one version."""
    return HttpResponse(_document(), content_type="application/json", headers={"Cache-Control": "public, max-age=300"})


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the document to people: no script, nothing from elsewhere."""
    described = make_document()
    context = {
        "info": described["info"],
        "operations": [
            *(_operation(path, item) for path, item in described["paths"].items()),
            *(_operation(f"… {name}", item) for name, item in described["webhooks"].items()),
        ],
        "messages": [_message(name, schema) for name, schema in described["components"]["schemas"].items()],
        "problems": MEANINGS.items(),
    }
    return render(request, "api/page.html", context)


@require_safe
def hub_keys(_request: HttpRequest) -> HttpResponse:
    """Answer the public keys the hub signs with, those announced too, as a JSON Web Key Set (RFC 7517, 8037)."""
    keys = [one.as_jwk() for one in published_keys()]
    return JsonResponse({"keys": keys}, content_type="application/jwk-set+json", headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=1)
def _document() -> bytes:
    return json.dumps(make_document(), ensure_ascii=False, indent=1).encode()


def _operation(path: str, item: dict[str, Any]) -> dict[str, Any]:
    method, told = next(iter(item.items()))
    answer = next(one for status, one in told["responses"].items() if status.startswith("2"))
    sent = [_body(media, content) for media, content in told.get("requestBody", {}).get("content", {}).items()]
    return {
        "method": method.upper(),
        "path": path,
        "id": told["operationId"],
        "summary": told["summary"],
        "description": told.get("description", ""),
        "parameters": [(one, _shape(one["schema"])) for one in told["parameters"] if "name" in one],
        "sent": sent,
        "headers": answer.get("headers", {}).items(),
        "answered": [_body(media, content) for media, content in answer.get("content", {}).items()],
        "statuses": [(status, one["description"]) for status, one in told["responses"].items() if "$ref" not in one],
    }


def _body(media: str, content: dict[str, Any]) -> dict[str, Any]:
    lines: list[Any] = []
    for one in content.get("examples", {}).values():
        lines += one["value"] if isinstance(one["value"], list) else [one["value"]]
    schema = content["schema"]
    refs = [*schema.get("prefixItems", []), *schema.get("oneOf", [])]
    refs += [one for one in (schema.get("items"), schema) if one and "$ref" in one]
    return {
        "media": media,
        "messages": [one["$ref"].rpartition("/")[2] for one in refs],
        "example": "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines),
    }


def _message(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "description": schema.get("description", ""),
        "members": [(member, _shape(one), one.get("description", "")) for member, one in schema["properties"].items()],
    }


def _shape(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"] if one != "")
    if schema.get("type") == "string" and "pattern" in schema and "format" not in schema:
        return str(schema["pattern"])
    if "minimum" in schema:
        bounds = f"{schema['minimum']} … {schema.get('maximum', '')}"
        return f"integer, {bounds}{', not 0' if 'not' in schema else ''}"
    if "$ref" in schema or "oneOf" in schema:
        refs = [one.get("$ref", "") for one in (schema, *schema.get("oneOf", ()))]
        return " | ".join(ref.rpartition("/")[2] for ref in refs if ref)
    shape = schema.get("format") or schema["type"]
    return " | ".join(shape) if isinstance(shape, list) else str(shape)
