"""Text in columns on a terminal: padded and wrapped by cells, as Japanese characters take two."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rich.cells import cell_len

_NOT_AT_LINE_START = frozenset("、。,.・)」』】!?:;ーっゃゅょッャュョ々〜")


def pad(text: str, cells: int) -> str:
    """Return ``text`` followed by the blanks that fill ``cells``; longer text is left as it is."""
    return text + " " * (cells - cell_len(text))


def widths(rows: Iterable[Sequence[str]]) -> list[int]:
    """Return the widest cell length of each column; rows of unequal length are allowed."""
    widest: list[int] = []
    for row in rows:
        widest.extend([0] * (len(row) - len(widest)))
        for column, text in enumerate(row):
            widest[column] = max(widest[column], cell_len(text))
    return widest


def wrap(text: str, cells: int, *, first: str, rest: str) -> list[str]:
    """Return ``text`` in lines of at most ``cells``, the first one led by ``first``, the others by ``rest``.

    English breaks at blanks. Japanese breaks anywhere but before a closing mark or a small kana, which may
    stand out by a cell or two.
    """
    if text.isascii():
        return textwrap.wrap(text, cells, initial_indent=first, subsequent_indent=rest, break_long_words=False)
    lines, line = [], first
    for token in _tokens(text):
        fits = cell_len(line) + cell_len(token) <= cells
        if not fits and token[0] not in _NOT_AT_LINE_START and line.strip():
            lines.append(line.rstrip())
            line = rest + token.lstrip()
        else:
            line += token
    return [*lines, line.rstrip()]


def _tokens(text: str) -> list[str]:
    """Return what may not be broken: runs of ASCII (figures, addresses, marks) and single other characters."""
    tokens: list[str] = []
    for character in text:
        if tokens and character.isascii() and character != " " and tokens[-1][-1].isascii():
            tokens[-1] += character
        else:
            tokens.append(character)
    return tokens
