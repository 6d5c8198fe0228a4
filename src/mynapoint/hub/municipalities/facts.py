"""Facts as the staff area knows them: each kind with its table and form, and rows to and from what a change keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from mynapoint.hub.municipalities.changes import Kind
from mynapoint.hub.municipalities.counter_form import CounterForm
from mynapoint.hub.municipalities.fact_forms import (
    BringForm,
    ClosedForm,
    DepartmentForm,
    EditionForm,
    FactForm,
    LinkForm,
    QuestionForm,
    TextForm,
    YearlyForm,
)
from mynapoint.hub.municipalities.models import (
    BringItem,
    ClosedDays,
    Counter,
    CounterHours,
    Dated,
    Department,
    Edition,
    Link,
    Municipality,
    Question,
    Text,
    YearlyRest,
)
from mynapoint.hub.words import PageWords

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spec:
    """One kind of fact: where its rows stand, and the form that edits one."""

    model: type[Dated]
    form: type[FactForm]


SPECS: Mapping[Kind, Spec] = {
    Kind.EDITION: Spec(Edition, EditionForm),
    Kind.TEXT: Spec(Text, TextForm),
    Kind.COUNTER: Spec(Counter, CounterForm),
    Kind.CLOSED: Spec(ClosedDays, ClosedForm),
    Kind.YEARLY: Spec(YearlyRest, YearlyForm),
    Kind.BRING: Spec(BringItem, BringForm),
    Kind.QUESTION: Spec(Question, QuestionForm),
    Kind.DEPARTMENT: Spec(Department, DepartmentForm),
    Kind.LINK: Spec(Link, LinkForm),
}


def columns_of(kind: Kind, row: Dated) -> Columns:
    """Return what a row states, as a change keeps it."""
    form = SPECS[kind].form
    columns: Columns = {"position": row.position, "valid_until": _plain(row.valid_until)}
    for name in (*form.WORDS, *form.COLUMNS):
        columns[name] = _plain(getattr(row, "counter_id" if name == "counter" else name))
    if isinstance(row, Edition):
        columns["breadcrumb"] = ["\n".join(names) for names in zip(*row.breadcrumb, strict=True)] or ["", ""]
    if isinstance(row, Counter):
        hours = (one for one in row.hours.all() if one.valid_until in {None, row.valid_until})
        columns["hours"] = [_opening(one) for one in hours]
    return columns


def add_row(kind: Kind, municipality: Municipality, columns: Columns, *, first: date, follows: Dated | None) -> Dated:
    """Add the row that states a change from its first day on, with what hangs off it."""
    values = {name: _kept(name, value) for name, value in columns.items() if name not in {"hours", "breadcrumb"}}
    if kind is Kind.EDITION:
        values["breadcrumb"] = _breadcrumb(columns["breadcrumb"])
    if "counter" in columns:
        values["counter"] = _latest_counter(columns["counter"], municipality)
    if isinstance(follows, Counter):
        values["follows"] = follows
    row = SPECS[kind].model._default_manager.create(municipality=municipality, valid_from=first, **values)
    if isinstance(row, Counter):
        _add_hours(row, columns.get("hours", []))
        if isinstance(follows, Counter):
            _take_rests_along(follows, row, first)
    return row


def texts_of(kind: Kind, columns: Mapping[str, Any]) -> Iterable[str]:
    """Yield every text that a change would state, in both languages."""
    for name in SPECS[kind].form.WORDS:
        yield from columns.get(name, [])


def summary(kind: Kind, columns: Mapping[str, Any]) -> PageWords:
    """Return the first text of a fact: what it is known by in a list."""
    name = next(iter(SPECS[kind].form.WORDS))
    ja, en = columns.get(name) or ["", ""]
    return PageWords(ja, en)


def end_row(row: Dated, *, first: date) -> None:
    """Let a row be stated up to the day before ``first``; one that was to begin then was never stated, and goes."""
    if row.valid_from >= first:
        row.delete()
        return
    row.valid_until = first - timedelta(days=1)
    row.save(update_fields=["valid_until"])


def _add_hours(counter: Counter, hours: list[dict[str, Any]]) -> None:
    dated = {
        "municipality": counter.municipality,
        "valid_from": counter.valid_from,
        "valid_until": counter.valid_until,
    }
    for position, one in enumerate(hours):
        opens, closes = time.fromisoformat(one["opens"]), time.fromisoformat(one["closes"])
        CounterHours.objects.create(
            counter=counter, position=position, days=one["days"], opens=opens, closes=closes, **dated
        )


def _take_rests_along(old: Counter, new: Counter, first: date) -> None:
    """State a counter's days of rest for the row that takes its place, too, from its first day."""
    rests: list[ClosedDays | YearlyRest] = [*old.closed_days.all(), *old.yearly_rests.all()]
    for rest in rests:
        if rest.valid_until is None or rest.valid_until >= first:
            rest.pk, rest._state.adding = None, True
            rest.counter, rest.valid_from = new, max(rest.valid_from, first)
            rest.save()


def _latest_counter(pk: int | None, municipality: Municipality) -> Counter | None:
    if pk is None:
        return None
    counter = Counter.objects.get(pk=pk, municipality=municipality)
    while (following := counter.followed_by.order_by("-valid_from").first()) is not None:
        counter = following
    return counter


def _opening(hours: CounterHours) -> dict[str, Any]:
    return {"days": hours.days, "opens": f"{hours.opens:%H:%M}", "closes": f"{hours.closes:%H:%M}"}


def _breadcrumb(lines: list[str]) -> list[list[str]]:
    ja, en = (text.splitlines() for text in lines)
    return [list(pair) for pair in zip(ja, en, strict=True)]


def _kept(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return PageWords(*value)
    if value is not None and name in {"valid_until", "first_day", "last_day"}:
        return date.fromisoformat(value)
    if value is not None and name in {"opens", "closes"}:
        return time.fromisoformat(value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, PageWords):
        return [value.ja, value.en]
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value
