"""A municipality's file read strictly into unsaved rows, every key and value checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mynapoint.hub.municipalities.models import DAY_KINDS, Purpose, Text, Topic, is_month_day
from mynapoint.hub.words import NO_WORDS, PageWords
from mynapoint.programme.areas import parse_code
from mynapoint.programme.prefectures import PREFECTURES, prefecture_of
from mynapoint.programme.rule_file import RuleTable, read_toml


@dataclass(frozen=True, slots=True)
class CounterEntry:
    """One ``[[counter]]`` with the rows that hang off it."""

    columns: dict[str, Any]
    hours: list[dict[str, Any]]
    closed_days: list[dict[str, Any]]
    yearly_rests: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One municipality's file: columns of its row, and of every dated fact by kind."""

    slug: str
    columns: dict[str, Any]
    editions: list[dict[str, Any]]
    texts: list[dict[str, Any]]
    counters: list[CounterEntry]
    bring: list[dict[str, Any]]
    departments: list[dict[str, Any]]
    yearly: list[dict[str, Any]] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)


def read_municipality(path: Path) -> Entry:
    """Return the facts of one file; its name is the address of the page. Raises RuleFileError."""
    with read_toml(path) as file:
        return Entry(
            slug=path.stem,
            columns={
                "code": _code(file),
                "name": _words(file, "name"),
                "site": file.text("site"),
                "section": _words(file, "section"),
            },
            editions=[_edition(row) for row in file.rows("edition")],
            texts=[_text(row) for row in file.rows("text")],
            counters=[_counter(row) for row in file.rows("counter")],
            bring=[_bring(row) for row in file.rows("bring")],
            departments=[_department(row) for row in file.rows("department")],
            yearly=[_yearly_rest(row) for row in file.rows("yearly_rest")],
            closed=[_closed_days(row) for row in file.rows("closed")],
            questions=[_question(row) for row in file.rows("question")],
            links=[_link(row) for row in file.rows("link")],
        )


def _code(file: RuleTable) -> str:
    code = parse_code(file, "code")
    if prefecture_of(code) not in PREFECTURES:
        raise file.error("code", f"{code} is in none of the 47 prefectures")
    return code


def _edition(row: RuleTable) -> dict[str, Any]:
    with row:
        path = [PageWords.of(one.words("name")) for one in _closed(row.rows("breadcrumb"))]
        return {
            **_validity(row),
            "title": _words(row, "title"),
            "number_label": _words(row, "number_label"),
            "number": row.text("number"),
            "breadcrumb": [[words.ja, words.en] for words in path],
        }


def _text(row: RuleTable) -> dict[str, Any]:
    with row:
        return {**_validity(row), "place": _one_of(row, "place", Text.Place.values), "words": _words(row, "words")}


def _counter(row: RuleTable) -> CounterEntry:
    with row:
        validity = _validity(row)
        return CounterEntry(
            columns={
                **validity,
                "purpose": _one_of(row, "purpose", Purpose.values),
                "place": _words(row, "place"),
                "first_day": row.day("first_day") if row.has("first_day") else None,
                "last_day": row.day("last_day") if row.has("last_day") else None,
            },
            hours=[_hours(one, validity) for one in row.rows("hours")],
            closed_days=[_closed_days(one, validity) for one in row.rows("closed")],
            yearly_rests=[_yearly_rest(one, validity) for one in row.rows("yearly_rest")],
        )


def _hours(row: RuleTable, inherited: dict[str, Any]) -> dict[str, Any]:
    with row:
        days = row.texts("days")
        if not days or set(days) - set(DAY_KINDS):
            raise row.error("days", f"must name some of {', '.join(DAY_KINDS)}; got {list(days)!r}")
        opens, closes = row.clock_time("opens"), row.clock_time("closes")
        if closes <= opens:
            raise row.error("closes", f"{closes} is not after {opens}")
        own = _validity(row) if row.has("valid_from") else inherited
        return {**own, "days": list(days), "opens": opens, "closes": closes}


def _closed_days(row: RuleTable, inherited: dict[str, Any] | None = None) -> dict[str, Any]:
    with row:
        first, last = row.day("first_day"), row.day("last_day")
        if last < first:
            raise row.error("last_day", f"{last} is before {first}")
        validity = _validity(row) if inherited is None else inherited
        return {**validity, "first_day": first, "last_day": last, "reason": _words(row, "reason")}


def _yearly_rest(row: RuleTable, inherited: dict[str, Any] | None = None) -> dict[str, Any]:
    with row:
        days = {key: row.text(key) for key in ("first", "last")}
        for key, text in days.items():
            if not is_month_day(text):
                raise row.error(key, f'must be a month and a day such as "12-29"; got {text!r}')
        validity = _validity(row) if inherited is None else inherited
        return {**validity, **days, "reason": _words(row, "reason")}


def _question(row: RuleTable) -> dict[str, Any]:
    with row:
        topic = _one_of(row, "topic", Topic.values)
        return {**_validity(row), "topic": topic, "question": _words(row, "question"), "answer": _words(row, "answer")}


def _bring(row: RuleTable) -> dict[str, Any]:
    with row:
        purpose = _one_of(row, "purpose", Purpose.values)
        return {**_validity(row), "purpose": purpose, "words": _words(row, "words"), "note": _optional(row, "note")}


def _department(row: RuleTable) -> dict[str, Any]:
    with row:
        return {
            **_validity(row),
            "name": _words(row, "name"),
            "concerns": _optional(row, "concerns"),
            "address": _optional(row, "address"),
            "phone": row.text("phone"),
            "fax": row.text("fax") if row.has("fax") else "",
            **_weekday_hours(row),
        }


def _weekday_hours(row: RuleTable) -> dict[str, Any]:
    if not row.has("opens") and not row.has("closes"):
        return {"opens": None, "closes": None}
    opens, closes = row.clock_time("opens"), row.clock_time("closes")
    if closes <= opens:
        raise row.error("closes", f"{closes} is not after {opens}")
    return {"opens": opens, "closes": closes}


def _link(row: RuleTable) -> dict[str, Any]:
    with row:
        return {**_validity(row), "label": _words(row, "label"), "url": row.text("url")}


def _validity(row: RuleTable) -> dict[str, Any]:
    begins = row.day("valid_from")
    ends = row.day("valid_until") if row.has("valid_until") else None
    if ends is not None and ends < begins:
        raise row.error("valid_until", f"{ends} is before {begins}")
    return {"valid_from": begins, "valid_until": ends}


def _words(row: RuleTable, key: str) -> PageWords:
    return PageWords.of(row.words(key))


def _optional(row: RuleTable, key: str) -> PageWords:
    return _words(row, key) if row.has(key) else NO_WORDS


def _one_of(row: RuleTable, key: str, choices: Iterable[str]) -> str:
    text, known = row.text(key), list(choices)
    if text not in known:
        raise row.error(key, f"must be one of {', '.join(known)}; got {text!r}")
    return text


def _closed(rows: Iterable[RuleTable]) -> Iterable[RuleTable]:
    for row in rows:
        yield row
        with row:
            pass
