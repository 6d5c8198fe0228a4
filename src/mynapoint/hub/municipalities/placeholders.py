"""Placeholders: how a municipal text places a figure of the law, ``{card_requested_by}``, instead of stating it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mynapoint.hub.words import PageWords

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_BRACE = re.compile(r"[{}]")


def filled(text: PageWords, figures: Mapping[str, str]) -> str:
    """Return a text with the law's figures in it, in the page's language; nothing when one had not been announced."""
    words = str(text)
    if any(name not in figures for name in placed(words)):
        return ""
    return _PLACEHOLDER.sub(lambda found: figures[found.group(1)], words)


def placed(words: str) -> list[str]:
    """Return the names of the figures that a text places, in its order."""
    return _PLACEHOLDER.findall(words)


def has_stray_brace(words: str) -> bool:
    """Say whether a text has a brace that belongs to no placeholder."""
    return _BRACE.search(_PLACEHOLDER.sub("", words)) is not None
