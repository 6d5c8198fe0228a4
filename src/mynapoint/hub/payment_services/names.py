"""Names as the search compares them: width, case, kana, romaji spelling and variant kanji made alike."""

from __future__ import annotations

import re
import unicodedata

import jaconv

# Characters that people use for one another and that NFKC keeps apart; then small kana, and v as b.
_VARIANTS = str.maketrans(
    "髙﨑濵濱邉邊齋齊斎澤廣國鷗德櫻嶋嶌龍瀨栁惠淵會學萬榮壽藏縣驛鐵𠮷ヶヵ〜～‐‑–—−ｰ",
    "高崎浜浜辺辺斉斉斉沢広国鴎徳桜島島竜瀬柳恵渕会学万栄寿蔵県駅鉄吉ケカ~~------",
)
_SMALL = str.maketrans("ぁぃぅぇぉゃゅょゎ", "あいうえおやゆよわ")
# One spelling for the romaji of Hepburn, Kunrei and everyday use, for long vowels and for doubled consonants.
_SPELLINGS = (
    (re.compile(r"v"), "b"),
    (re.compile(r"tch|cch"), "ch"),
    (re.compile(r"sh(?=[aiueo])"), "sy"),
    (re.compile(r"ch(?=[aiueo])"), "ty"),
    (re.compile(r"ts(?=u)"), "t"),
    (re.compile(r"d?j(?=[aiueo])"), "zy"),
    (re.compile(r"d(?=z)"), ""),
    (re.compile(r"du"), "zu"),
    (re.compile(r"([stz])yi"), r"\1i"),
    (re.compile(r"([kgsztdnhbpmr])y(?=[aueo])"), r"\1iy"),
    (re.compile(r"([stz])iye"), r"\1ie"),
    (re.compile(r"f(?=[aieo])"), "hu"),
    (re.compile(r"f(?=u)"), "h"),
    (re.compile(r"wo"), "o"),
    (re.compile(r"l"), "r"),
    (re.compile(r"m(?=[bpm])"), "n"),
    (re.compile(r"ou|oh(?![aiueoy])"), "o"),
    (re.compile(r"ei"), "e"),
    (re.compile(r"([aiueo])\1+"), r"\1"),
    (re.compile(r"([b-df-hj-np-tv-z])\1"), r"\1"),  # っ; three alike are no sound, and stay apart from one
)
_APART = re.compile(r"[^0-9a-z\u3041-\u309f\u30a1-\u30fa\u3400-\u9fff]|[ーｰ]")
_V = (("ゔぁ", "ば"), ("ゔぃ", "び"), ("ゔぇ", "べ"), ("ゔぉ", "ぼ"), ("ゔ", "ぶ"))
_MACRON = re.compile("[\u0302\u0304]")


def fold(text: str) -> str:
    """Return a name made comparable; kana become romaji, so 「サンプルペイ」 and “sampuru pei” are one.

    >>> fold("サンプルＰａｙ"), fold("ｻﾝﾌﾟﾙペイ") == fold("Sampuru Pei")
    ('sanpurupay', True)
    >>> fold("髙島カード") == fold("高島ｶｰﾄﾞ"), fold("おおさか") == fold("Ōsaka"), fold("キャッシュ") == fold("kyasshu")
    (True, True, True)
    """
    plain = unicodedata.normalize("NFKC", text.translate(_VARIANTS)).translate(_VARIANTS).casefold()
    latin = unicodedata.normalize("NFC", _MACRON.sub("", unicodedata.normalize("NFD", plain)))
    kana = str(jaconv.kata2hira(latin))
    for voiced, plainer in _V:
        kana = kana.replace(voiced, plainer)
    romaji = str(jaconv.kana2alphabet(_APART.sub("", kana).translate(_SMALL)))
    for spelling, one in _SPELLINGS:
        romaji = spelling.sub(one, romaji)
    return romaji


def search_key(*names: str) -> str:
    """Return the folded names of one payment service, one a line, for ``contains`` of a folded query."""
    return "\n".join(sorted({fold(name) for name in names}))


def sort_key(kana: str) -> str:
    """Return a reading as any database sorts it in the order of the kana: hiragana without marks, as hex digits."""
    plain = str(jaconv.kata2hira(unicodedata.normalize("NFKC", kana).translate(_VARIANTS).casefold()))
    return _APART.sub("", plain).translate(_SMALL).encode("utf-16-be").hex()
