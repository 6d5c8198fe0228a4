"""The figures of a reason in words: days, instants, numbers and lists as people read them in Japanese and English."""

from __future__ import annotations

from datetime import date, datetime

from mynapoint.programme.values import tokyo_day
from mynapoint.programme.words import Words, date_in, is_japanese


def in_words(figure: object, language: str) -> object:
    """Return a figure as a sentence in ``ja`` or ``en`` has it.

    Days are written 「2023年9月30日」 or “30 September 2023” (an instant as its day in Tokyo), whole numbers with
    thousands set off, several things one after the other; anything else prints itself.
    """
    if isinstance(figure, Words):
        return figure.in_language(language)
    if isinstance(figure, tuple):
        return ("、" if is_japanese(language) else ", ").join(str(in_words(one, language)) for one in figure)
    if isinstance(figure, datetime):
        figure = tokyo_day(figure)
    if isinstance(figure, date):
        return date_in(figure, language)
    return f"{figure:,}" if isinstance(figure, int) else figure
