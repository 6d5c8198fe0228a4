"""Texts kept in two languages, which print themselves in the language of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models

from mynapoint.hub import web


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
