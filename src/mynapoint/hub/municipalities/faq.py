"""The FAQ of a day: common questions of the whole programme and of one municipality, by topic, with search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jaconv

from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.models import Municipality, Topic
from mynapoint.hub.municipalities.pages import questions_of
from mynapoint.hub.municipalities.placeholders import filled
from mynapoint.hub.words import PageWords
from mynapoint.programme.rule_file import read_toml

FILE = Path(__file__).with_name("faq.toml")
_VARIANTS = str.maketrans("髙﨑濵邉邊齋澤廣國ヶヵ", "高崎浜辺辺斉沢広国ケカ")
_APART = re.compile(r"[^0-9a-z\u3041-\u309fー\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with its answers, in words of the page's language."""

    topic: str
    question: str
    answers: list[str]


@dataclass(frozen=True, slots=True)
class Section:
    """The questions of one topic."""

    topic: str
    label: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class _National:
    topic: str
    question: PageWords
    answer: PageWords | None
    statements: str


def faq_of(law: LawOfDay, municipality: Municipality | None, query: str = "") -> list[Section]:
    """Return the questions that the day's law lets us answer, a municipality's own first, those that fit a search.

    ``query``  words, each of which must stand in question or answer: width, case, kana and variant kanji alike
    """
    figures = law.figures()
    entries: list[Entry] = []
    if municipality is not None:
        own = questions_of(municipality, law.day, figures)
        entries += [Entry(one.topic, one.question, one.answer.splitlines()) for one in own]
    for question in _national():
        answers = law.faq()[question.statements] if question.answer is None else [filled(question.answer, figures)]
        if any(answers):
            entries.append(Entry(question.topic, str(question.question), list(answers)))
    wanted = [folded for word in query.split() if (folded := fold(word))]
    fitting = [entry for entry in entries if all(word in _text(entry) for word in wanted)]
    return _by_topic(fitting)


def national_texts() -> list[str]:
    """Return the answers to the whole programme's questions as they are written, figures placed."""
    return [text for one in _national() if one.answer is not None for text in (one.answer.ja, one.answer.en)]


def fold(text: str) -> str:
    """Return a text made comparable: width, case, katakana and variant kanji made alike, spaces and marks left out.

    >>> fold("ﾎﾟｲﾝﾄ は、いつ?") == fold("ぽいんとはいつ"), fold("髙島") == fold("高島")
    (True, True)
    """
    plain = unicodedata.normalize("NFKC", text).translate(_VARIANTS).casefold()
    return _APART.sub("", str(jaconv.kata2hira(plain)))


def _text(entry: Entry) -> str:
    return fold("".join([entry.question, *entry.answers]))


def _by_topic(entries: Sequence[Entry]) -> list[Section]:
    sections = [
        Section(topic, str(label), [entry for entry in entries if entry.topic == topic])
        for topic, label in Topic.choices
    ]
    return [section for section in sections if section.entries]


@cache
def _national() -> tuple[_National, ...]:
    with read_toml(FILE) as file:
        questions = []
        for row in file.rows("question"):
            with row:
                questions.append(
                    _National(
                        topic=Topic(row.text("topic")).value,
                        question=PageWords.of(row.words("question")),
                        answer=PageWords.of(row.words("answer")) if row.has("answer") else None,
                        statements=row.text("statements") if row.has("statements") else "",
                    )
                )
        return tuple(questions)
