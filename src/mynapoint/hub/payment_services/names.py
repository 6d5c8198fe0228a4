"""Names as the search compares them: width, case, kana, romaji spelling and variant kanji made alike."""

from __future__ import annotations

import re
import unicodedata

import jaconv

# Characters that people use for one another and that NFKC keeps apart.
_VARIANTS = str.maketrans("髙﨑濵邉邊齋齊斎澤ヶ〜‐‑–—−ｰ", "高崎浜辺辺斉斉斉沢ケ~------")
# One spelling for the romaji of Hepburn, Kunrei and everyday use.
_SPELLINGS = (
    (re.compile(r"sh(?=[aiueo])"), "sy"),
    (re.compile(r"ch(?=[aiueo])"), "ty"),
    (re.compile(r"ts(?=u)"), "t"),
    (re.compile(r"j(?=[aiueo])"), "zy"),
    (re.compile(r"([stz])yi"), r"\1i"),
    (re.compile(r"f(?=u)"), "h"),
    (re.compile(r"l"), "r"),
    (re.compile(r"m(?=[bpm])"), "n"),
    (re.compile(r"nn(?=[aiueoy])"), "n"),
    (re.compile(r"ou|oh(?![aiueoy])"), "o"),
    (re.compile(r"([aiueo])\1+"), r"\1"),
)
_APART = re.compile(r"[^0-9a-z\u3041-\u309f\u30a1-\u30fa\u3400-\u9fff]|[ーｰ]")


def fold(text: str) -> str:
    """Return a name made comparable; kana become romaji, so 「サンプルペイ」 and “sampuru pei” are one.

    >>> fold("サンプルＰａｙ"), fold("ｻﾝﾌﾟﾙペイ") == fold("Sampuru Pei")
    ('sanpurupay', True)
    >>> fold("髙島カード") == fold("高島ｶｰﾄﾞ")
    True
    """
    plain = unicodedata.normalize("NFKC", text.translate(_VARIANTS)).translate(_VARIANTS).casefold()
    romaji = str(jaconv.kana2alphabet(_APART.sub("", jaconv.kata2hira(plain))))
    for spelling, one in _SPELLINGS:
        romaji = spelling.sub(one, romaji)
    return romaji


def search_key(*names: str) -> str:
    """Return the folded names of one payment service, one a line, for ``contains`` of a folded query."""
    return "\n".join(sorted({fold(name) for name in names}))
