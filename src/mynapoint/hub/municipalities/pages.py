"""A municipal page put together for one day: the law of the day, the municipality's own facts valid then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from mynapoint.hub import web, words
from mynapoint.hub.municipalities.actions import last_change
from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.models import (
    DAY_KINDS,
    BringItem,
    ClosedDays,
    Counter,
    Department,
    Edition,
    Link,
    Municipality,
    Purpose,
    Question,
    Text,
    YearlyRest,
    valid_on,
)
from mynapoint.hub.municipalities.open_now import Line, OpenNow, counter_now, department_now, lines_of
from mynapoint.hub.municipalities.placeholders import filled
from mynapoint.hub.words import PageWords


class NotYetPublished(LookupError):
    """The page did not exist on the day asked for; ``first_day`` is its first."""

    def __init__(self, first_day: date | None) -> None:
        super().__init__(f"first published on {first_day}")
        self.first_day = first_day


@dataclass(frozen=True, slots=True)
class CounterText:
    """One counter in words; ``has_ended`` when its period is over on the page's day; ``now`` on today's page alone."""

    place: PageWords
    period: str
    has_ended: bool
    hours: list[str]
    closed: list[str]
    now: OpenNow | None


@dataclass(frozen=True, slots=True)
class DepartmentText:
    """Who answers for the page, with their own hours in words; ``now`` on today's page alone."""

    row: Department
    hours: str
    now: OpenNow | None


@dataclass(frozen=True, slots=True)
class Bring:
    """One thing to bring, the law's figures filled in."""

    words: str
    note: str


@dataclass(frozen=True, slots=True)
class QuestionText:
    """One common question with its answer, the law's figures filled in."""

    topic: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class PageOfDay:
    """Everything the page of one municipality states as of one day."""

    municipality: Municipality
    day: date
    law: LawOfDay
    edition: Edition
    updated_on: date
    applications_ended_on: date | None
    notices: list[str]
    support: list[str]
    requests: list[str]
    counters: list[CounterText]
    pin_counters: list[CounterText]
    bring: list[Bring]
    bring_to_reset: list[Bring]
    questions: list[QuestionText]
    lines: list[Line]
    departments: list[DepartmentText]
    links: list[Link]

    @property
    def support_has_ended(self) -> bool:
        """Tell whether every support counter's period is over."""
        return all(counter.has_ended for counter in self.counters)


def page_of_day(
    municipality: Municipality, day: date, *, now: datetime | None = None, law: LawOfDay | None = None
) -> PageOfDay:
    """Return the page as it stood on a day in Tokyo. Raises NotYetPublished for a day before its first edition.

    ``now``  the present instant, for a page that says what is open; None: a page of another day, which does not
    ``law``  another law than the day's, to see what its changes do to the page
    """
    edition = Edition.objects.filter(valid_on(day), municipality=municipality).last()
    if edition is None:
        first = Edition.objects.filter(municipality=municipality).order_by("valid_from").first()
        raise NotYetPublished(first.valid_from if first else None)
    law = law or LawOfDay(day, web.language())
    figures = law.figures()
    closing = law.last_closing()
    changes = [one for one in (last_change(municipality, day=day), law.last_change()) if one]
    texts = list(Text.objects.filter(valid_on(day), municipality=municipality))
    return PageOfDay(
        municipality=municipality,
        day=day,
        law=law,
        edition=edition,
        updated_on=max(changes),
        applications_ended_on=closing if closing and closing < day and not law.takes_applications() else None,
        notices=_texts(texts, Text.Place.NOTICE, figures),
        support=_texts(texts, Text.Place.SUPPORT, figures),
        requests=_texts(texts, Text.Place.REQUEST, figures),
        counters=_counters(municipality, Purpose.SUPPORT, day, now),
        pin_counters=_counters(municipality, Purpose.PIN_RESET, day, now),
        bring=_bring(municipality, Purpose.SUPPORT, day, figures),
        bring_to_reset=_bring(municipality, Purpose.PIN_RESET, day, figures),
        questions=questions_of(municipality, day, figures),
        lines=lines_of(law, now),
        departments=_departments(municipality, day, now),
        links=list(Link.objects.filter(valid_on(day), municipality=municipality)),
    )


def hours_words(days: Sequence[str], opens: str, closes: str) -> str:
    """Return one opening in words: 「平日 午前9時から午後5時まで」."""
    return _("%(days)s %(opens)sから%(closes)sまで") % {"days": _day_kinds(days), "opens": opens, "closes": closes}


def questions_of(municipality: Municipality, day: date, figures: Mapping[str, str]) -> list[QuestionText]:
    """Return a municipality's own common questions of a day; one whose figures nobody had announced is left out."""
    rows = Question.objects.filter(valid_on(day), municipality=municipality)
    texts = (QuestionText(row.topic, filled(row.question, figures), filled(row.answer, figures)) for row in rows)
    return [text for text in texts if text.question and text.answer]


def _departments(municipality: Municipality, day: date, now: datetime | None) -> list[DepartmentText]:
    rows = Department.objects.filter(valid_on(day), municipality=municipality)
    return [_department(row, now) for row in rows]


def _department(row: Department, now: datetime | None) -> DepartmentText:
    if row.opens is None or row.closes is None:
        return DepartmentText(row, "", None)
    hours = hours_words(["weekday"], words.clock(row.opens), words.clock(row.closes))
    return DepartmentText(row, hours, department_now(row, now) if now is not None else None)


def _counters(municipality: Municipality, purpose: Purpose, day: date, now: datetime | None) -> list[CounterText]:
    rows = Counter.objects.filter(valid_on(day), municipality=municipality, purpose=purpose)
    return [_counter(row, day, now) for row in rows]


def _counter(row: Counter, day: date, now: datetime | None) -> CounterText:
    hours = list(row.hours.filter(valid_on(day)))
    shut = [kind for kind in DAY_KINDS if not any(kind in one.days for one in hours)] if hours else []
    closed = [_("%(days)sはお休みです。") % {"days": _day_kinds(shut)}] if shut else []
    has_ended = row.last_day is not None and row.last_day < day
    return CounterText(
        place=row.place,
        period=_period(row.first_day, row.last_day),
        has_ended=has_ended,
        hours=[hours_words(one.days, words.clock(one.opens), words.clock(one.closes)) for one in hours],
        closed=[*closed, *_rests(row, day)],
        now=counter_now(row, now) if now is not None and not has_ended else None,
    )


def _rests(row: Counter, day: date) -> list[str]:
    here = Q(counter=row) | Q(counter=None)
    lines = []
    for rest in YearlyRest.objects.filter(here, valid_on(day), municipality=row.municipality_id):
        figures = {"first": _month_day(rest.first), "last": _month_day(rest.last), "reason": rest.reason}
        lines.append(_("毎年%(first)sから%(last)sまではお休みです(%(reason)s)。") % figures)
    closed = ClosedDays.objects.filter(here, valid_on(day), municipality=row.municipality_id, last_day__gte=day)
    for days in closed.order_by("first_day"):
        figures = {"first": words.day(days.first_day), "last": words.day(days.last_day), "reason": days.reason}
        if days.first_day == days.last_day:
            lines.append(_("%(first)sはお休みです(%(reason)s)。") % figures)
        else:
            lines.append(_("%(first)sから%(last)sまではお休みです(%(reason)s)。") % figures)
    return lines


def _month_day(text: str) -> str:
    month, day = (int(part) for part in text.split("-"))
    return date(2000, month, day).strftime(f"{day} %B") if web.language() == "en" else f"{month}月{day}日"


def _period(first: date | None, last: date | None) -> str:
    if last is None:
        return _("%(first)sから当面の間") % {"first": words.day(first)} if first else _("当面の間")
    if first is None:
        return _("%(last)sまで") % {"last": words.day(last)}
    return _("%(first)sから%(last)sまで") % {"first": words.day(first), "last": words.day(last)}


def _texts(rows: Sequence[Text], place: Text.Place, figures: Mapping[str, str]) -> list[str]:
    return [text for one in rows if one.place == place and (text := filled(one.words, figures))]


def _bring(municipality: Municipality, purpose: Purpose, day: date, figures: Mapping[str, str]) -> list[Bring]:
    rows = BringItem.objects.filter(valid_on(day), municipality=municipality, purpose=purpose)
    return [Bring(filled(row.words, figures), filled(row.note, figures)) for row in rows]


def _day_kinds(days: Sequence[str]) -> str:
    names = {"weekday": _("平日"), "saturday": _("土曜日"), "sunday": _("日曜日"), "holiday": _("祝日")}
    return _("・").join(names[kind] for kind in DAY_KINDS if kind in days)
