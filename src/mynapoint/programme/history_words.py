"""An announcement or a change in words (ja, en): what it was before, what it became, and by how many days it moved."""

from __future__ import annotations

from datetime import date

from mynapoint.programme import explain
from mynapoint.programme.graces import Grace
from mynapoint.programme.history import (
    Change,
    Event,
    FigureAnnounced,
    FigureChange,
    GraceAnnounced,
    HoursAnnounced,
    StatementAnnounced,
)
from mynapoint.programme.parameters import Parameter, Unit
from mynapoint.programme.rounds import Round
from mynapoint.programme.words import Words, date_in, is_japanese

_TEXTS = {
    "first": Words("{name}:{after}", "{name}: {after}"),
    "again": Words("{name}:{after}(前と同じ)", "{name}: {after} (as before)"),
    "changed": Words("{name}:{before} → {after}", "{name}: {before} → {after}"),
    "reworded": Words("{after}(改める前:{before})", "{after} (before: {before})"),
    "numbers": Words("施策{numbers} {label}", "Incentive {numbers}: {label}"),
    "grace": Words(
        "{name}の特例:{until}。対象:{reach}。理由:{reason}({authority})",
        "{name}, exception: {until}. For: {reach}. Reason: {reason} ({authority})",
    ),
    "no_day": Words("日の定めなし", "no day named"),
    "until": Words("{day}まで", "until {day}"),
    "later": Words("({days}日延長)", " ({days} days later)"),
    "earlier": Words("({days}日繰り上げ)", " ({days} days earlier)"),
    "postponed": Words("({days}日延期)", " ({days} days later)"),
    "ended": Words("(終了)", " (ended)"),
}


def key_of(event: Event | Change) -> str:
    """Return the key of what was announced, as the programme file names it."""
    match event:
        case FigureAnnounced() | FigureChange():
            return event.parameter.key
        case StatementAnnounced():
            return event.statement.key
        case HoursAnnounced():
            return event.line.key
        case GraceAnnounced():
            return event.grace.id


def event_words(law: Round, event: Event, language: str) -> str:
    """Return one announcement in words, as it was made on its day."""
    match event:
        case FigureAnnounced():
            unit, name = event.parameter.unit, figure_name(law, event.parameter, language)
            after = explain.announcement_words(unit, event.after, language)
            if event.before is None:
                return _text("first", language, name=name, after=after)
            if event.repeats:
                return _text("again", language, name=name, after=after)
            before = explain.announcement_words(unit, event.before, language)
            return _text("changed", language, name=name, before=before, after=after)
        case HoursAnnounced():
            return _hours(event, event.after.announced_on, language)
        case StatementAnnounced():
            return _statement(event, language)
        case GraceAnnounced():
            return grace_words(law, event.grace, language)


def change_words(law: Round, change: Change, later: date, language: str) -> str:
    """Return one change in words, as people see it on the later day."""
    match change:
        case FigureChange():
            return _figure_change(law, change, language)
        case HoursAnnounced():
            return _hours(change, later, language)
        case StatementAnnounced():
            return _statement(change, language)
        case GraceAnnounced():
            return grace_words(law, change.grace, language)


def figure_name(law: Round, parameter: Parameter, language: str) -> str:
    """Return a figure's label, led by the numbers of the incentives it belongs to where a round has several."""
    label = parameter.label.in_language(language)
    numbers = [str(i.number) for i in law.incentives.values() if parameter in i.parts().values()]
    if not numbers or len(law.incentives) == 1:
        return label
    joined = ("・" if is_japanese(language) else ", ").join(numbers)
    return _text("numbers", language, numbers=joined, label=label)


def grace_words(law: Round, grace: Grace, language: str) -> str:
    """Return an exception in words: of which last day, until when, for whom, by whose authority and why."""
    until = _text("until", language, day=date_in(grace.until, language)) if grace.until else _text("no_day", language)
    return _text(
        "grace",
        language,
        name=figure_name(law, grace.parameter, language),
        until=until,
        reach=grace.reach.in_language(language),
        authority=grace.authority.in_language(language),
        reason=grace.reason.in_language(language),
    )


def _figure_change(law: Round, change: FigureChange, language: str) -> str:
    unit, name = change.parameter.unit, figure_name(law, change.parameter, language)
    after = explain.announcement_words(unit, change.after, language)
    moved = change.days_moved
    if moved:
        how = "earlier" if moved < 0 else "later" if unit is Unit.LAST_DAY else "postponed"
        after += _text(how, language, days=abs(moved))
    if change.ended:
        after += _text("ended", language)
    if change.before is None or (change.ended and moved == 0):
        return _text("first", language, name=name, after=after)
    before = explain.announcement_words(unit, change.before, language)
    return _text("changed", language, name=name, before=before, after=after)


def _statement(event: StatementAnnounced, language: str) -> str:
    after = event.after.words.in_language(language)
    if event.before is None:
        return after
    return _text("reworded", language, before=event.before.words.in_language(language), after=after)


def _hours(event: HoursAnnounced, day: date, language: str) -> str:
    comma = "、" if is_japanese(language) else "; "
    after = comma.join(explain.hours_words(event.after, day, language))
    return _text("first", language, name=event.line.label.in_language(language), after=after)


def _text(text: str, language: str, **figures: object) -> str:
    return _TEXTS[text].in_language(language).format(**figures)
