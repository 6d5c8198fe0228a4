"""The rules in words (ja, en), made from the same figures that compute; nothing is said that a day could not know.

``era=True`` writes Japanese days as 令和4年1月24日 instead of 2022年1月24日.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from mynapoint.programme.ages import Birthdays, birthdays
from mynapoint.programme.areas import area_words
from mynapoint.programme.contacts import ContactHours, DayKind, MonthDay, YearEnd
from mynapoint.programme.incentives import DirectRule, Incentive, PremiumRule
from mynapoint.programme.parameters import Announcement, OnServiceLeft, Parameter, Topic, Unit, WhenSpent
from mynapoint.programme.sources import Confidence
from mynapoint.programme.values import Points
from mynapoint.programme.words import (
    Words,
    date_in,
    english_date,
    era_date,
    is_japanese,
    japanese_date,
    month_in,
)

__all__ = [
    "CONFIDENCE_WORDS",
    "TOPIC_WORDS",
    "announcement_words",
    "birthdays_on",
    "birthdays_words",
    "english_date",
    "era_date",
    "figure_words",
    "hours_words",
    "japanese_date",
    "rule_words",
]

TOPIC_WORDS = {
    Topic.PROGRAMME: Words("事業について", "The programme"),
    Topic.ROUND: Words("対象となる方", "Who takes part"),
    Topic.CARD: Words("カードと暗証番号", "Card and PIN"),
    Topic.RESERVATION: Words("予約", "Reservation"),
    Topic.APPLICATION: Words("申込", "Application"),
    Topic.COUNTERS: Words("支援窓口", "Support counters"),
    Topic.EARNING: Words("対象となる利用", "What counts"),
    Topic.POINTS: Words("ポイントの付与と使い方", "Award and use of points"),
    Topic.PRIVACY: Words("プライバシー", "Privacy"),
}
"""The heading of each topic, in the order in which pages print them."""

CONFIDENCE_WORDS = {
    Confidence.VERBATIM: Words("公表資料", "as published"),
    Confidence.SECONDARY: Words("報道による", "as reported"),
    Confidence.INFERRED: Words("推定", "inferred"),
    Confidence.DECISION: Words("当方の決定", "our decision"),
}

_AMOUNT_WORDS = {
    Unit.PERCENT: Words("{:,}%", "{:,} %"),
    Unit.POINTS: Words("{:,}ポイント", "{:,} points"),
    Unit.YEN: Words("{:,}円", "{:,} yen"),
    Unit.PEOPLE: Words("{:,}人", "{:,} people"),
    Unit.TRIES: Words("{}回", "{}"),
    Unit.DIGITS: Words("{}桁", "{}"),
    Unit.MENU_KEY: Words("{}番", "{}"),
    Unit.HOURS: Words("{:,}時間後", "{:,} h later"),
    Unit.DAYS: Words("{:,}日後", "{:,} days later"),
    Unit.DAYS_LONG: Words("{:,}日間", "{:,} days"),
    Unit.AGE_FROM: Words("{}歳以上", "{} or older"),
    Unit.AGE_UNTIL: Words("{}歳以下", "{} or younger"),
}

_CHOICE_WORDS: dict[str, Words] = {
    OnServiceLeft.REAPPLY: Words(
        "残りの分は、別の決済サービスに申し込めます", "the person may apply to another service for the rest"
    ),
    OnServiceLeft.ENDS: Words("残りの分は、なくなります", "the rest lapses"),
    WhenSpent.REFUSE: Words("申込の受付を終えます", "no more applications are taken"),
    WhenSpent.WAITING_LIST: Words(
        "順番待ちの名簿で、先着順にお待ちいただきます", "people wait on a list, in order of arrival"
    ),
}

_DAY_KIND_WORDS = {
    DayKind.WEEKDAY: Words("平日", "weekdays"),
    DayKind.SATURDAY: Words("土曜日", "Saturdays"),
    DayKind.SUNDAY: Words("日曜日", "Sundays"),
    DayKind.HOLIDAY: Words("祝日", "public holidays"),
}

_YEAR_END_WORDS = {
    YearEnd.OPEN: Words("年末年始も受け付けます", "Open over the New Year, too"),
    YearEnd.CLOSED: Words("年末年始はお休みです", "Closed over the New Year"),
}
_CLOSED_FROM_WORDS = Words("{first}から{last}まではお休みです", "Closed from {first} to {last}")


def figure_words(parameter: Parameter, day: date, language: str, *, era: bool = False) -> str | None:
    """Return what a page of ``day`` may state of a figure; None where nothing had been announced.

    A last day that has passed is marked as ended; a value officially left open reads 「未定」.
    """
    announcement = parameter.as_of(day)
    if announcement is None:
        return None
    words = announcement_words(parameter.unit, announcement, language, era=era)
    if has_ended(parameter, announcement, day):
        words += "(終了)" if is_japanese(language) else " (ended)"
    return words


def has_ended(parameter: Parameter, announcement: Announcement, day: date) -> bool:
    """Say whether an announced last day lies before ``day``."""
    last_day = announcement.value
    return parameter.unit is Unit.LAST_DAY and isinstance(last_day, date) and last_day < day


def announcement_words(unit: Unit, announcement: Announcement, language: str, *, era: bool = False) -> str:
    """Return one announcement's value in words: 「2023年2月28日まで」, 「25%」, 「未定(2022年6月頃の予定)」."""
    value = announcement.value
    if value is None:
        return _left_open_words(announcement, language, era=era)
    if isinstance(value, date):
        write = month_in if announcement.month_only else date_in
        return _day_words(unit, write(value, language, era=era), language)
    if isinstance(value, tuple):
        return area_words(value, language)
    if isinstance(value, OnServiceLeft | WhenSpent):
        return _CHOICE_WORDS[value].in_language(language)
    if unit is Unit.AGE_UNTIL and value == 0:
        return "0歳" if is_japanese(language) else "under 1"
    return _AMOUNT_WORDS[unit].in_language(language).format(value) if isinstance(value, int) else value


def rule_words(incentive: Incentive, day: date, language: str) -> str | None:
    """Return an incentive's rule in one sentence, by the figures of ``day``; None before they were announced."""
    points = _number(incentive.points, day)
    if points is None:
        return None
    if isinstance(incentive.rule, DirectRule):
        if is_japanese(language):
            return f"条件を満たす方が申し込むと、{points:,}ポイントが付与されます。"
        return f"{points:,} points are given to those who qualify and apply."
    rate = _number(incentive.premium_rate, day) if incentive.premium_rate else None
    if rate is None:
        return None
    rule = PremiumRule(rate, Points(points))
    if is_japanese(language):
        return (
            f"チャージまたは買い物の額の{rate}%が、1人あたり{points:,}ポイントまで付与されます"
            f"({rule.yen_to_fill:,}円で上限)。"
        )
    return (
        f"{rate} % of the amount topped up or spent is given, up to {points:,} points per person; "
        f"{rule.yen_to_fill:,} yen reach the cap."
    )


def birthdays_words(incentive: Incentive, day: date, language: str, *, era: bool = False) -> str | None:
    """Return the days of birth that an incentive's ages come to, by the figures of ``day``; None without ages."""
    born = birthdays_on(incentive, day)
    if born is None:
        return None
    last = date_in(born.last, language, era=era)
    if born.first is None:
        return f"対象は、{last}までに生まれた方です。" if is_japanese(language) else f"For people born by {last}."
    first = date_in(born.first, language, era=era)
    if is_japanese(language):
        return f"対象は、{first}から{last}までに生まれた方です。"
    return f"For people born from {first} until {last}."


def birthdays_on(incentive: Incentive, day: date) -> Birthdays | None:
    """Return the days of birth that an incentive's ages come to, by the figures of ``day``; None without ages."""
    judged = incentive.age_on.as_of(day) if incentive.age_on else None
    if judged is None or not isinstance(judged.value, date):
        return None
    youngest, oldest = (_number(age, day) if age else None for age in (incentive.age_from, incentive.age_until))
    return birthdays(age_from=youngest, age_until=oldest, on=judged.value)


def hours_words(hours: ContactHours, day: date, language: str, *, era: bool = False) -> list[str]:
    """Return a line's hours as a page of ``day`` may state them, one text a kind of day, then what else is said.

    Hours that have lapsed by ``day`` say so and are not stated as in force.
    """
    japanese = is_japanese(language)
    if hours.lapsed(day) and hours.valid_until is not None:
        until = date_in(hours.valid_until, language, era=era)
        return [
            f"未確認(最後に公表された受付時間は{until}まで)" if japanese else f"not known (last stated until {until})"
        ]
    lines = []
    for opening in hours.openings:
        kinds = [_DAY_KIND_WORDS[kind].in_language(language) for kind in DayKind if kind in opening.days]
        if japanese:
            lines.append(f"{'・'.join(kinds)} {_time_ja(opening.opens)}から{_time_ja(opening.closes)}まで")
        else:
            days = _listed(kinds)
            lines.append(f"{days[0].upper()}{days[1:]} {opening.opens:%H:%M} to {opening.closes:%H:%M}")
    if hours.closed is not None:
        first, last = (_month_day_in(one, language) for one in hours.closed)
        lines.append(_CLOSED_FROM_WORDS.in_language(language).format(first=first, last=last))
    elif hours.year_end in _YEAR_END_WORDS:
        lines.append(_YEAR_END_WORDS[hours.year_end].in_language(language))
    if hours.valid_until is not None:
        until = date_in(hours.valid_until, language, era=era)
        lines.append(f"この受付時間は{until}まで" if japanese else f"These hours are valid until {until}")
    return lines


def _left_open_words(announcement: Announcement, language: str, *, era: bool) -> str:
    around = announcement.around
    if is_japanese(language):
        return f"未定({month_in(around, language, era=era)}頃の予定)" if around else "未定"
    planned = f" (planned around {month_in(around, language)})" if around else ""
    return f"not yet announced{planned}"


def _day_words(unit: Unit, day: str, language: str) -> str:
    if unit is Unit.AGE_DAY:
        return f"{day}時点" if is_japanese(language) else f"on {day}"
    first = unit is Unit.FIRST_DAY
    if is_japanese(language):
        return f"{day}{'から' if first else 'まで'}"
    return f"{'from' if first else 'until'} {day}"


def _number(parameter: Parameter, day: date) -> int | None:
    announcement = parameter.as_of(day)
    return announcement.value if announcement and isinstance(announcement.value, int) else None


def _time_ja(at: time) -> str:
    return f"{at.hour}時{at.minute}分" if at.minute else f"{at.hour}時"


def _month_day_in(day: MonthDay, language: str) -> str:
    if is_japanese(language):
        return f"{day.month}月{day.day}日"
    return english_date(date(2000, day.month, day.day)).removesuffix(" 2000")


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
