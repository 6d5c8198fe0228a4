"""Log lines as JSON on standard error: what happened where, and nothing about anybody."""

from __future__ import annotations

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request this thread answers; made here, random, in the answer's header X-Request-Id too."""

_OWN = "mynapoint"
_OTHERS_WORDS = "(a message of another library; its words may hold what somebody typed)"
_FIELDS = ("route", "method", "status", "duration_ms", "count")
_FRAMES_MAX = 30


class JsonLines(logging.Formatter):
    """One object a line. What is written is chosen, so that nothing has to be taken out afterwards.

    Of messages, those of our own modules, which say no more than they must. Of other libraries' the level and the
    logger alone: Django's name paths, which hold one-time names, and hosts that somebody made up. Of exceptions the
    types and the places in the code: their words may hold a row's values, their frames what somebody typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        own = record.name.split(".", 1)[0] == _OWN
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if own else _OTHERS_WORDS,
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= {name: getattr(record, name) for name in _FIELDS if own and hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = places(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def places(error: BaseException) -> list[dict[str, Any]]:
    """Return an exception and what it came from: types, and file, line and function of each frame; no words."""
    told, seen = list[dict[str, Any]](), set[int]()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.StackSummary.extract(
            traceback.walk_tb(current.__traceback__), lookup_lines=False, capture_locals=False
        )
        kind = type(current)
        told.append(
            {
                "type": f"{kind.__module__}.{kind.__qualname__}",
                "frames": [f"{one.filename}:{one.lineno} {one.name}" for one in frames[-_FRAMES_MAX:]],
            }
        )
        current = current.__cause__ or current.__context__
    return told
