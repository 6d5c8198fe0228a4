"""What the law knows cannot be typed, only placed: finds its figures in a text, and the placeholder for each."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.placeholders import has_stray_brace, placed
from mynapoint.hub.municipalities.typed_figures import TypedDay, TypedNumber, days_in, numbers_in, plain, telephones_in
from mynapoint.programme.parameters import Announcement, Parameter, Unit

_MONEY = frozenset({Unit.YEN, Unit.POINTS})
_UNITS = {
    "money": _MONEY,
    "people": frozenset({Unit.PEOPLE}),
    "percent": frozenset({Unit.PERCENT}),
    "digits": frozenset({Unit.DIGITS}),
    "tries": frozenset({Unit.TRIES}),
    "key": frozenset({Unit.MENU_KEY}),
}
_NEEDS = {
    "tries": re.compile("ロック|間違|誤|lock|wrong", re.I),
    "key": re.compile("音声|押|ダイヤル|menu|press|dial", re.I),
}
"""Counts that are common in any text are the law's only beside such words."""


SEPARATOR_OF_WORDS = "\u241e"
"""Between the languages of a kept text (hub/words.py); nobody can type it in."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A figure of the law that was typed: the words as typed, and the names of the figures it may be."""

    text: str
    names: tuple[str, ...]


def typed_law(words: str, law: LawOfDay) -> list[Typed]:
    """Return every figure of the law that a text states by itself, in whatever writing.

    A figure counts by any value that was ever announced of it: one that is out of date is the worst to have typed.
    A day without its year, and a month's end, count as the law's day that they fit.
    """
    text = plain(words)
    found: dict[str, tuple[str, ...]] = {}
    for typed in days_in(text):
        _keep(found, typed.text, _names(law, partial(_is_day, typed)))
    for number in numbers_in(text):
        needs = _NEEDS.get(number.of)
        if needs is None or needs.search(text):
            _keep(found, number.text, _names(law, partial(_is_number, number)))
    for typed_as, digits in telephones_in(text):
        _keep(found, typed_as, _names(law, partial(_is_telephone, digits)))
    _keep_addresses(found, text, law)
    return [Typed(text, names) for text, names in found.items()]


def unknown_placeholders(words: str, law: LawOfDay) -> list[str]:
    """Return the names that a text places and that no figure has."""
    known = {name for name, _ in law.placeable()}
    return [name for name in placed(words) if name not in known]


def problems_of(words: str, law: LawOfDay) -> list[str]:
    """Return why a text cannot be published: figures of the law typed, unknown placeholders, stray braces."""
    problems = []
    not_announced = _("未公表")
    for typed in typed_law(words, law):
        figures = law.figures()
        offers = [f"{{{name}}} ({law.label(name)}: {figures.get(name) or not_announced})" for name in typed.names[:3]]
        problems.append(
            _("「%(text)s」は国の定めです。書かずに、次の差し込みを使ってください: %(offers)s")
            % {"text": typed.text, "offers": " / ".join(offers)}
        )
    for name in unknown_placeholders(words, law):
        problems.append(_("{%(name)s} という差し込みはありません。一覧から選んでください。") % {"name": name})
    if has_stray_brace(words) or SEPARATOR_OF_WORDS in words:
        problems.append(_("波かっこは、{pin_digits} のような差し込みにだけ使えます。"))
    return problems


def _names(law: LawOfDay, fits: Callable[[Parameter, Announcement], bool]) -> tuple[str, ...]:
    """Return the names of the figures that fit, those first that are stated so today, then the newest round's."""
    fitting = [
        (name, parameter)
        for name, parameter in law.placeable()
        if any(fits(parameter, announcement) for announcement in parameter.announcements)
    ]
    today = [name for name, one in fitting if (stated := one.as_of(law.day)) is not None and fits(one, stated)]
    names = [*(name for name, _ in fitting if name not in today), *today]
    return tuple(dict.fromkeys(reversed(names)))


def _keep(found: dict[str, tuple[str, ...]], text: str, names: tuple[str, ...]) -> None:
    if names:
        found[text] = tuple(dict.fromkeys((*found.get(text, ()), *names)))


def _is_day(typed: TypedDay, _parameter: Parameter, announcement: Announcement) -> bool:
    value = announcement.around if announcement.value is None else announcement.value
    if not isinstance(value, date) or typed.month != value.month:
        return False
    if typed.year is not None and typed.year != value.year:
        return False
    if typed.day is not None:
        return typed.day == value.day
    if typed.is_end:
        return value.day == calendar.monthrange(value.year, value.month)[1]
    is_month = announcement.month_only or announcement.around is not None
    return typed.year is not None and (typed.is_around or is_month)


def _is_number(typed: TypedNumber, parameter: Parameter, announcement: Announcement) -> bool:
    return parameter.unit in _UNITS[typed.of] and str(announcement.value) == str(typed.number)


def _is_telephone(digits: str, parameter: Parameter, announcement: Announcement) -> bool:
    return parameter.unit is Unit.TELEPHONE and re.sub(r"[^0-9]", "", str(announcement.value)) == digits


def _keep_addresses(found: dict[str, tuple[str, ...]], text: str, law: LawOfDay) -> None:
    for name, address in _addresses(law):
        if address and address in text:
            _keep(found, address, (name,))


def _addresses(law: LawOfDay) -> Iterator[tuple[str, str]]:
    for name, parameter in law.placeable():
        if parameter.unit is Unit.WEB_ADDRESS:
            for announcement in parameter.announcements:
                parts = urlsplit(str(announcement.value))
                yield name, f"{parts.netloc}{parts.path}".rstrip("/")
