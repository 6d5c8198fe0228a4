"""JSON Schemas of the messages, made from the classes that the codec reads by: what is published cannot drift."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import GenericAlias
from typing import Annotated, Any, get_args, get_origin

from mynapoint.exchange.codec import VERSION, hints_of, type_name
from mynapoint.exchange.messages import Message
from mynapoint.exchange.shapes import DAY, INSTANT, INTEGER_MAX, ITEMS_MAX, PLAIN_TEXT, NumberShape, TextShape
from mynapoint.programme.values import AccountId, ServiceNumber

Schema = dict[str, Any]

_TEXTS: Mapping[object, Schema] = {
    str: {"pattern": f"^{PLAIN_TEXT}$", "description": "Text without control characters."},
    datetime: {"format": "date-time", "pattern": f"^{INSTANT}$", "description": "An instant with its offset."},
    date: {"format": "date", "pattern": f"^{DAY}$", "description": "A day in Tokyo."},
    ServiceNumber: {"pattern": "^MP[0-9]{7}$", "description": "A registered payment service: MP and 7 digits."},
    AccountId: {"pattern": "^[ -~]{1,64}$", "description": "An account number: 1 to 64 printable ASCII characters."},
}


def schemas() -> dict[str, Schema]:
    """Return the JSON Schema (2020-12) of every message, by the name of its class."""
    return {kind.__name__: schema_of(kind) for kind in get_args(Message)}


def schema_of(kind: type[Any]) -> Schema:
    """Return the JSON Schema of one message as it stands on its line: exactly these members, none left out."""
    properties: dict[str, Schema] = {"type": {"const": type_name(kind)}, "version": {"const": VERSION}}
    properties |= {name: _schema(hint) for name, hint in hints_of(kind).items()}
    return {
        "type": "object",
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _schema(hint: Any) -> Schema:
    if get_origin(hint) is Annotated:
        return _shaped(hint.__metadata__[0])
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, GenericAlias):
        return {"type": "array", "items": _schema(hint.__args__[0]), "maxItems": ITEMS_MAX}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [one.value for one in hint]}
    numbers: dict[object, Schema] = {
        bool: {"type": "boolean"},
        int: {"type": "integer", "minimum": -INTEGER_MAX, "maximum": INTEGER_MAX},
    }
    return numbers[hint] if hint in numbers else {"type": "string", **_TEXTS[hint]}


def _shaped(shape: NumberShape | TextShape) -> Schema:
    if isinstance(shape, TextShape):
        return {"type": "string", "pattern": f"^{shape.pattern}$", "description": f"{shape.expected}."}
    bounds: Schema = {"type": "integer", "minimum": shape.least, "maximum": shape.most}
    return bounds | ({"not": {"const": 0}} if shape.not_zero else {})
