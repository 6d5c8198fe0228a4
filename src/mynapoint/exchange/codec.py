"""Messages ⇄ JSON lines: one object a line with its type and version, read strictly, refused by line and field."""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_origin

from mynapoint.exchange.messages import Message
from mynapoint.exchange.shapes import DAY, INSTANT, INTEGER_MAX, ITEMS_MAX
from mynapoint.programme.values import AccountId, MalformedValue, ServiceNumber

VERSION = 1
LINE_BYTES_MAX = 8 * 1024

MessageT = TypeVar("MessageT", bound=Message)

_HINTS: dict[type[Any], Mapping[str, Any]] = {}
"""Looked up once a class: a report has 50,000 lines of one."""
_INSTANT = re.compile(INSTANT, re.ASCII)
_DAY = re.compile(DAY, re.ASCII)
_NO_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of characters: no field holds them, databases and logs choke on them."""


class MalformedMessage(ValueError):
    """Bytes that are not the message they should be: which line, which field, why. Values are not repeated."""

    def __init__(self, line: int, field: str, why: str) -> None:
        super().__init__(f"line {line}: {field}: {why}")
        self.line = line
        self.field = field
        self.why = why


def encode(message: Message) -> bytes:
    """Return one message as one line of JSON, UTF-8, with its newline; the same message gives the same bytes."""
    members: dict[str, Any] = {"type": type_name(type(message)), "version": VERSION}
    for field in fields(message):
        members[field.name] = _to_json(getattr(message, field.name))
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def encode_lines(lines: Iterable[Message]) -> bytes:
    """Return several messages as JSON lines, in order."""
    return b"".join(encode(message) for message in lines)


def decode(data: bytes, *expected: type[MessageT], line: int = 1) -> MessageT:
    """Read one line as one of the expected messages.

    Raises  MalformedMessage for anything else: too long, not UTF-8, not one JSON object, a doubled, missing
            or unknown field, another type or version, a number that is not whole, a value out of its shape
    """
    if len(data) > LINE_BYTES_MAX:
        raise MalformedMessage(line, "line", f"longer than {LINE_BYTES_MAX} bytes")
    members = _parse_object(data, line)
    named = {type_name(kind): kind for kind in expected}
    name_of_type, version = members.pop("type", None), members.pop("version", None)
    if not isinstance(name_of_type, str) or name_of_type not in named:
        raise MalformedMessage(line, "type", f"must be {' or '.join(sorted(named))}")
    if type(version) is not int or version != VERSION:
        raise MalformedMessage(line, "version", f"must be {VERSION}")
    kind = named[name_of_type]
    hints = hints_of(kind)
    for name in hints:
        if name not in members:
            raise MalformedMessage(line, name, "is missing")
    for name in members:
        if name not in hints:
            raise MalformedMessage(line, _shown(name), "is unknown")
    return kind(**{name: _from_json(members[name], hint, name, line) for name, hint in hints.items()})


def decode_lines(data: bytes, header: type[MessageT], row: type[MessageT]) -> Iterator[MessageT]:
    """Read JSON lines lazily: the first as ``header``, each further one as ``row``. Raises MalformedMessage."""
    lines = data.splitlines()
    if not lines:
        raise MalformedMessage(1, "line", "is missing; the message is empty")
    yield decode(lines[0], header, line=1)
    for number, text in enumerate(lines[1:], start=2):
        yield decode(text, row, line=number)


def type_name(kind: type[Any]) -> str:
    """Return the ``type`` that a message's lines carry.

    >>> from mynapoint.exchange.messages import AwardLine
    >>> type_name(AwardLine)
    'award_line'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def hints_of(kind: type[Any]) -> Mapping[str, Any]:
    """Return each field's type with its shape (exchange.shapes), in order."""
    if kind not in _HINTS:
        hints = typing.get_type_hints(kind, include_extras=True)
        _HINTS[kind] = {field.name: hints[field.name] for field in fields(kind)}
    return _HINTS[kind]


def _parse_object(data: bytes, line: int) -> dict[str, Any]:
    def no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            doubled = next(name for name, _ in pairs if [other for other, _ in pairs].count(name) > 1)
            raise MalformedMessage(line, _shown(doubled), "appears twice")
        return members

    def no_fractions(text: str) -> Any:
        raise MalformedMessage(line, "number", "must be whole")

    try:
        parsed = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=no_doubles,
            parse_float=no_fractions,
            parse_constant=no_fractions,
        )
    except MalformedMessage:
        raise
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(line, "line", "is not JSON in UTF-8") from error
    if not isinstance(parsed, dict):
        raise MalformedMessage(line, "line", "must be one JSON object")
    return parsed


def _shown(name: str) -> str:
    """Return a stranger's field name as it can be logged: short, ASCII, on one line."""
    return ascii(name[:64])[1:-1]


def _to_json(value: Any) -> Any:
    match value:
        case datetime():
            if value.tzinfo is None:
                raise ValueError("a message carries instants with a time zone only")
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case AccountId() | ServiceNumber():
            return value.text
        case StrEnum():
            return value.value
        case tuple():
            return [_to_json(item) for item in value]
        case _:
            return value


def _from_json(value: Any, hint: Any, name: str, line: int) -> Any:
    if get_origin(hint) is Annotated:
        read = _from_json(value, hint.__origin__, name, line)
        if expected := hint.__metadata__[0].refusal(read):
            raise MalformedMessage(line, name, f"must be {expected}")
        return read
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, types.GenericAlias):
        if not isinstance(value, list) or len(value) > ITEMS_MAX:
            raise MalformedMessage(line, name, f"must be a list of at most {ITEMS_MAX}")
        return tuple(_from_json(item, hint.__args__[0], name, line) for item in value)
    if hint is bool or hint is int:
        if type(value) is not hint or (hint is int and abs(value) > INTEGER_MAX):
            raise MalformedMessage(line, name, "must be true or false" if hint is bool else "must be a whole number")
        return value
    if not isinstance(value, str):
        raise MalformedMessage(line, name, "must be text")
    if _NO_TEXT.search(value):
        raise MalformedMessage(line, name, "must be text without control characters")
    try:
        return _from_text(value, hint)
    except (ValueError, OverflowError) as error:
        # The reason names the shape only: the text itself may be a secret.
        expected = error.expected if isinstance(error, MalformedValue) else hint.__name__
        raise MalformedMessage(line, name, f"must be {expected}") from None


def _from_text(text: str, hint: Any) -> Any:
    if hint is str:
        return text
    if hint is datetime:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text).astimezone(UTC)
    if hint is date:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    return hint(text)
