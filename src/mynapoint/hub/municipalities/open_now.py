"""Help that is open now: telephone lines and counters with how they stand at an instant, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from mynapoint.hub import words
from mynapoint.hub.municipalities.law import LawOfDay, LineText
from mynapoint.hub.municipalities.models import Counter, Department
from mynapoint.hub.municipalities.opening_hours import Standing, line_plan, standing
from mynapoint.hub.municipalities.schedules import schedule_of, schedule_of_department
from mynapoint.programme.values import TOKYO, tokyo_day


@dataclass(frozen=True, slots=True)
class OpenNow:
    """How something stands, in words: 「受付中」「今日は17時30分まで」; ``state`` is open, closed or unknown."""

    state: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone line as a page states it; ``now`` on today's page alone."""

    text: LineText
    now: OpenNow | None


def lines_of(law: LawOfDay, now: datetime | None) -> list[Line]:
    """Return the national telephone lines of a day's law, and how they stand at an instant; asks no database."""
    return [
        Line(one, None if now is None else in_words(standing(line_plan(one.line, law.day), now), now))
        for one in law.contact_lines()
    ]


def counter_now(counter: Counter, now: datetime) -> OpenNow | None:
    """Return how a counter stands at an instant; None where it states no hours."""
    schedule = schedule_of(counter)
    return None if schedule is None else in_words(standing(schedule, now), now)


def department_now(department: Department, now: datetime) -> OpenNow | None:
    """Return how a department stands at an instant; None where it states no hours."""
    schedule = schedule_of_department(department)
    return None if schedule is None else in_words(standing(schedule, now), now)


def in_words(found: Standing, now: datetime) -> OpenNow:
    """Return a standing in words, days named as people at ``now`` name them."""
    if found.is_open is None:
        return OpenNow("unknown", _("確認できません"), _("いまの受付時間は、公表されたものを確認できません。"))
    if found.until is not None:
        until = _("今日は%(time)sまで開いています。") % {"time": _time(found.until)}
        return OpenNow("open", _("受付中"), until)
    if found.next is None:
        return OpenNow("closed", _("時間外"), _("次に開く日は、公表されていません。"))
    opens = {"day": _day(found.next, now), "time": _time(found.next)}
    return OpenNow("closed", _("時間外"), _("次は%(day)s%(time)sに開きます。") % opens)


def _day(at: datetime, now: datetime) -> str:
    day, today = tokyo_day(at), tokyo_day(now)
    if day == today:
        return _("今日の")
    if day == today + timedelta(days=1):
        return _("明日の")
    return _("%(day)s(%(weekday)s)の") % {"day": words.day(day), "weekday": weekday(at)}


def weekday(at: datetime) -> str:
    """Return the short name of an instant's weekday in Tokyo."""
    names = (_("月"), _("火"), _("水"), _("木"), _("金"), _("土"), _("日"))
    return names[at.astimezone(TOKYO).weekday()]


def _time(at: datetime) -> str:
    return words.clock(at.astimezone(TOKYO).time())
