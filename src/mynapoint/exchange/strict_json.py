"""JSON from outside: an object with a member twice is refused, because readers disagree on which one counts."""

from __future__ import annotations

import json


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands there twice")
    return members


STRICT_JSON = json.JSONDecoder(object_pairs_hook=_without_doubles)
"""Decodes text. Raises ValueError for no JSON or a member that stands twice, RecursionError for too deep a nesting."""
