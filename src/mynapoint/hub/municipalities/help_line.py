"""Where help is to be had right now: the programme's telephone lines, for the foot of every page and every refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django import template

from mynapoint.hub import web
from mynapoint.hub.municipalities.law import ROUND_IDS
from mynapoint.hub.municipalities.opening_hours import Standing, line_plan, standing
from mynapoint.hub.words import PageWords
from mynapoint.programme import explain
from mynapoint.programme.contacts import ContactLine
from mynapoint.programme.rounds import load_round
from mynapoint.programme.values import tokyo_day

register = template.Library()
"""A tag known in every template: ``{% help_lines as lines %}``."""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One line: who answers, the number, the key to press in its menu if any, and whether it is open."""

    label: PageWords
    number: str
    menu_key: str | None
    standing: Standing


@register.simple_tag
def help_lines() -> Sequence[HelpLine]:
    """Return the lines that had been announced by now, with how each stands at this minute of the programme's clock."""
    return _lines(web.now().replace(second=0, microsecond=0), web.language())


@lru_cache(maxsize=16)
def _lines(now: datetime, language: str) -> tuple[HelpLine, ...]:
    lines = load_round(ROUND_IDS[0]).contact_lines.values()
    return tuple(found for line in lines if (found := _line(line, now, language)))


def _line(line: ContactLine, now: datetime, language: str) -> HelpLine | None:
    day = tokyo_day(now)
    number = line.number.as_of(day)
    if number is None:
        return None
    menu_key = explain.figure_words(line.menu_key, day, language) if line.menu_key else None
    return HelpLine(PageWords.of(line.label), str(number.value), menu_key, standing(line_plan(line, day), now))
