"""What a reader sees of an answer: its text without the markup."""

from __future__ import annotations

import html
import re
from typing import Any

_MARKUP = re.compile(r"<[^>]+>")
_SPACE = re.compile(r"\s+")


def markup(response: Any) -> str:
    return str(response.content.decode())


def text(response: Any) -> str:
    return _SPACE.sub(" ", html.unescape(_MARKUP.sub(" ", markup(response)))).strip()


def main_text(response: Any) -> str:
    """The text between <main> and </main>."""
    inside = re.search(r"<main.*</main>", markup(response), re.DOTALL)
    assert inside is not None
    return _SPACE.sub(" ", html.unescape(_MARKUP.sub(" ", inside.group()))).strip()
