"""Words of a page: texts kept in two languages, and the filters that write days, times and numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Protocol

from django import template
from django.db import models
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from mynapoint.hub import web
from mynapoint.programme.values import TOKYO
from mynapoint.programme.words import date_in, era_date, japanese_date

NOON = 12
_PHRASE_END = re.compile(
    r"([、。!?・]|[」)](?=[^ぁ-ゖ])|(?:[をにではがとのやも]|から|まで|より)(?=[^ぁ-ゖー、。」)!?・]))(?=.)"
)
"""Where a phrase ends: a sign, or a particle before something that is not hiragana; misses some, breaks no word."""


class _InTwoLanguages(Protocol):
    @property
    def ja(self) -> str: ...
    @property
    def en(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PageWords:
    """One text in Japanese and English; ``str()`` gives the page's language when it is asked, not when made."""

    ja: str
    en: str

    @classmethod
    def of(cls, words: _InTwoLanguages) -> PageWords:
        """Return the law's words as words of a page."""
        return cls(words.ja, words.en)

    def __str__(self) -> str:
        return self.en if web.language() == "en" else self.ja

    def __bool__(self) -> bool:
        return bool(self.ja)


NO_WORDS = PageWords("", "")


def no_words() -> PageWords:
    """Return the empty text: the default of a column that may stay empty."""
    return NO_WORDS


if TYPE_CHECKING:
    _Base = models.TextField[PageWords, PageWords]
else:
    _Base = models.TextField


class WordsField(_Base):
    """A column of PageWords: Japanese, the sign U+241E (symbol for record separator), English."""

    _SEPARATOR = "\u241e"

    def from_db_value(self, value: str | None, *_: Any) -> PageWords | None:
        """Return the stored texts."""
        return None if value is None else self.to_python(value)

    def to_python(self, value: Any) -> PageWords:
        """Return the texts of a stored value."""
        if isinstance(value, PageWords):
            return value
        ja, _, en = str(value).partition(self._SEPARATOR)
        return PageWords(ja, en)

    def get_prep_value(self, value: Any) -> str | None:
        """Return what is stored; a text may not hold the separator."""
        if value is None:
            return None
        words = self.to_python(value)
        if self._SEPARATOR in words.ja + words.en:
            raise ValueError(f"a text may not hold {self._SEPARATOR!r}")
        return f"{words.ja}{self._SEPARATOR}{words.en}"


register = template.Library()
"""Filters known in every template: ``{{ on|day }}``, ``{{ on|era_day }}``, ``{{ points|grouped }}``,
``{{ heading|phrases }}``."""


@register.filter
def day(value: date | None) -> str:
    """Return a day as people read it: 「2022年7月15日」, “15 July 2022”; nothing for no day."""
    return date_in(value, web.language()) if value else ""


@register.filter
def era_day(value: date | None) -> str:
    """Return a day with both years: 「2022年(令和4年)7月15日」, “15 July 2022”."""
    if value is None or web.language() != "ja":
        return day(value)
    year, _, _ = era_date(value).partition("年")
    return japanese_date(value).replace("年", f"年({year}年)", 1)


@register.filter
def instant(value: datetime) -> str:
    """Return an instant as day and time in Tokyo: 「2022年7月15日 10:00」, “15 July 2022, 10:00”."""
    there = value.astimezone(TOKYO)
    return f"{day(there.date())}{' ' if web.language() == 'ja' else ', '}{there:%H:%M}"


@register.filter
def clock(value: time | datetime) -> str:
    """Return a time of day: 「午前9時30分」, 「正午」, “9:30”."""
    if web.language() != "ja":
        return f"{value.hour}:{value.minute:02}"
    if (value.hour, value.minute) == (NOON, 0):
        return "正午"
    half, hour = ("午前", value.hour) if value.hour < NOON else ("午後", value.hour - NOON)
    return f"{half}{hour}時{value.minute}分" if value.minute else f"{half}{hour}時"


@register.filter
def grouped(value: int) -> str:
    """Return a whole number with its thousands apart: “20,000”."""
    return f"{value:,}"


@register.filter
def phrases(value: object) -> SafeString:
    """Return a heading with a mark wherever its line may break, for browsers that cannot find phrases themselves."""
    return mark_safe(_PHRASE_END.sub(r"\1<wbr>", escape(value)))  # noqa: S308 - escaped before it is marked
