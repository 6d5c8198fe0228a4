"""Which pages a change of the law reaches: those that state, or place, what was announced between two days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from mynapoint.hub.municipalities import faq
from mynapoint.hub.municipalities.changes import Kind
from mynapoint.hub.municipalities.facts import SPECS, columns_of, texts_of
from mynapoint.hub.municipalities.law import FAQ, PIN_FIGURES, ROUND_IDS
from mynapoint.hub.municipalities.models import Edition, Municipality, valid_on
from mynapoint.hub.municipalities.placeholders import placed
from mynapoint.programme.history import Change, FigureChange, HoursAnnounced, StatementAnnounced, changes
from mynapoint.programme.history_words import key_of
from mynapoint.programme.parameters import Unit
from mynapoint.programme.rounds import Round


@dataclass(frozen=True, slots=True)
class Affected:
    """One page: its address, and the keys of what changed on it, as the programme file names them."""

    address: str
    keys: tuple[str, ...]


def affected_pages(law: Round, earlier: date, later: date) -> list[Affected]:
    """Return the pages of this hub that say something else on the later day because of the round's announcements.

    Municipal pages state every figure, rule and telephone line of the national rounds, and what their texts place.
    Of other programmes no page states anything.
    """
    if law.id not in ROUND_IDS:
        return []
    found = changes(law, earlier, later)
    stated = {key_of(one) for one in found if _is_on_municipal_pages(law, one)}
    names = {key_of(one): key_of(one) for one in found} | {f"{law.id}_{key_of(one)}": key_of(one) for one in found}
    pages = [
        Affected(reverse("help:faq"), _keys(found, _national_names(), names)),
        Affected(reverse("help:help"), tuple(key_of(one) for one in found if _is_of_a_line(law, one))),
    ]
    for town in Municipality.objects.order_by("slug"):
        own = set(_names_placed(town, later, tuple(Kind)))
        asked = set(_names_placed(town, later, (Kind.QUESTION,))) | _national_names()
        pages.append(Affected(reverse("municipalities:faq", args=[town.slug]), _keys(found, asked, names)))
        if Edition.objects.filter(valid_on(later), municipality=town).exists():
            keys = stated | {names[name] for name in own if name in names}
            kept = tuple(key_of(one) for one in found if key_of(one) in keys)
            pages.append(Affected(reverse("municipalities:page", args=[town.slug]), kept))
    return sorted((page for page in pages if page.keys), key=lambda page: page.address)


def _keys(found: Iterable[Change], wanted: set[str], names: dict[str, str]) -> tuple[str, ...]:
    keys = {names[name] for name in wanted if name in names}
    return tuple(key_of(one) for one in found if key_of(one) in keys)


def _is_on_municipal_pages(law: Round, change: Change) -> bool:
    if isinstance(change, StatementAnnounced | HoursAnnounced):
        return True
    if not isinstance(change, FigureChange):
        return False
    parameter = change.parameter
    parts = [part for one in law.incentives.values() for part in one.parts().values()]
    shown = (part for part in parts if part.unit is not Unit.ON_SERVICE_LEFT)
    return (
        parameter in list(shown)
        or parameter.key in PIN_FIGURES
        or parameter.unit is Unit.WEB_ADDRESS
        or _is_of_a_line(law, change)
    )


def _is_of_a_line(law: Round, change: Change) -> bool:
    if isinstance(change, HoursAnnounced):
        return True
    figures = [figure for line in law.contact_lines.values() for figure in (line.number, line.menu_key) if figure]
    return isinstance(change, FigureChange) and change.parameter in figures


def _names_placed(town: Municipality, day: date, kinds: Iterable[Kind]) -> Iterator[str]:
    for kind in kinds:
        for row in SPECS[kind].model._default_manager.filter(valid_on(day), municipality=town):
            for text in texts_of(kind, columns_of(kind, row)):
                yield from placed(text)


def _national_names() -> set[str]:
    figures = {name for text in faq.national_texts() for name in placed(text)}
    return figures | {key for keys in FAQ.values() for key in keys}
