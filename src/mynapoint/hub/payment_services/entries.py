"""The register's file read strictly: every provider and payment service checked before anything is stored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from mynapoint.exchange.card_token import shows_what_it_says
from mynapoint.hub.payment_services.entry_rows import (
    channels,
    one_of,
    participations,
    pattern,
    require_once,
    security_codes,
)
from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.models import Kind, PaymentService, Prior, Provider, Timing
from mynapoint.hub.words import NO_WORDS, PageWords
from mynapoint.programme.rule_file import RuleTable, read_toml
from mynapoint.programme.schedules import MalformedSchedule, Threshold, parse_schedule
from mynapoint.programme.service_rules import Effective, Rounding

TERMS = (
    *("summary", "counts", "effective", "minimum_yen", "rounding", "schedule", "prior", "link", "as_of"),
    *("account_label", "account_help", "account_pattern", "points_name", "points_used", "points_use", "points_expiry"),
)
"""What an entry states before anybody can apply: everything a resident is told, and all the form is built from."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u241e\ud800-\udfff]")

_NAMES_IN_STATEMENTS = ("name", "name_en")
"""A resident's card signs them (``applications.statements``), so they show what they say."""


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """One ``[[provider]]`` of the file."""

    slug: str
    name: PageWords
    account_api_url: str
    table: RuleTable


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``[[payment_service]]``: columns of PaymentService, and the rows that hang off it."""

    number: str
    provider: str
    names: tuple[str, ...]
    columns: dict[str, Any]
    security_codes: list[dict[str, Any]]
    channels: list[dict[str, Any]]
    participations: list[dict[str, Any]]
    table: RuleTable


@dataclass(frozen=True, slots=True)
class Entered:
    """``[entered]`` of the file: the staff ids of who wrote it and who has seen it, and since when it holds."""

    by: str
    seen_by: str
    on: date


def read_register(path: Path) -> tuple[list[ProviderEntry], list[Entry], Entered | None]:
    """Return a file's providers, services, and who entered them. Raises RuleFileError naming the key at fault."""
    with read_toml(path) as file:
        providers = [provider_entry(row) for row in file.rows("provider")]
        entries = [service_entry(row) for row in file.rows("payment_service")]
        require_once(file, "provider", (one.slug for one in providers))
        require_once(file, "payment_service", (one.number for one in entries))
        require_known(providers, entries)
        return providers, entries, _entered(file.table("entered")) if file.has("entered") else None


def require_known(providers: Iterable[ProviderEntry], entries: Iterable[Entry]) -> None:
    """Refuse an entry whose provider is not in the file. Raises RuleFileError."""
    known = {one.slug for one in providers}
    for entry in entries:
        if entry.provider not in known:
            raise entry.table.error("provider", f"{entry.provider!r} is no provider of this file")


def provider_entry(row: RuleTable) -> ProviderEntry:
    """Return one provider, checked. Raises RuleFileError."""
    with row:
        url = row.text("account_api_url") if row.has("account_api_url") else ""
        entry = ProviderEntry(row.text("id"), PageWords.of(row.words("name")), url, row)
        _clean(Provider(slug=entry.slug, name=entry.name, account_api_url=url), row, names={"slug": "id"})
        return entry


def service_entry(row: RuleTable) -> Entry:
    """Return one payment service, checked. Raises RuleFileError."""
    with row:
        names = (row.text("name"), row.text("kana"), row.text("name_en"))
        entry = Entry(
            number=row.text("number"),
            provider=row.text("provider"),
            names=names,
            columns={
                **dict(zip(("name", "kana", "name_en"), names, strict=True)),
                "state": one_of(row, "state", State.values),
                "kind": one_of(row, "kind", Kind.values),
                "summary": _words(row, "summary"),
                **_award_columns(row),
                **_account_columns(row),
                **_points_columns(row),
                **_prior_columns(row),
                "extra": _words(row, "extra"),
                "notes": _words(row, "notes"),
                "link": row.text("link") if row.has("link") else "",
                "as_of": row.day("as_of") if row.has("as_of") else None,
                "sources": list(row.texts("sources")),
            },
            security_codes=security_codes(row),
            channels=channels(row),
            participations=participations(row),
            table=row,
        )
        _require_terms(entry)
        _require_plain_text(entry)
        _clean(PaymentService(number=entry.number, **entry.columns), row)
        return entry


def _award_columns(row: RuleTable) -> dict[str, Any]:
    schedule = None
    if row.has("schedule"):
        try:
            schedule = parse_schedule(row.value("schedule"))
        except MalformedSchedule as error:
            raise row.error(error.key, error.why) from error
    rounding = _maybe(row, "rounding", Rounding)
    if isinstance(schedule, Threshold) and rounding == Rounding.EACH:
        raise row.error("rounding", 'cannot be "each" with a threshold schedule')
    minimum = row.integer("minimum_yen") if row.has("minimum_yen") else None
    if minimum is not None and minimum < 1:
        raise row.error("minimum_yen", f"must be at least 1; got {minimum}")
    table = schedule.as_table() if schedule else None
    timing = _maybe(row, "timing", Timing.values)
    if table and timing not in {"", table["kind"]}:
        raise row.error("timing", f"is {timing!r}, but the schedule is {table['kind']!r}")
    return {
        "counts": _maybe(row, "counts", [value for value, _ in PaymentService.COUNTS]),
        "effective": _maybe(row, "effective", Effective),
        "minimum_yen": minimum,
        "rounding": rounding,
        "schedule": table,
        "schedule_words": _words(row, "schedule_words"),
        "timing": table["kind"] if table else timing,
    }


def _account_columns(row: RuleTable) -> dict[str, Any]:
    if not row.has("account"):
        return {}
    with row.table("account") as table:
        fits = pattern(table) if table.has("pattern") else ""
        example = table.text("example") if table.has("example") else ""
        if example and fits and not re.fullmatch(fits, example):
            raise table.error("example", f"{example!r} does not fit the pattern {fits!r}")
        return {
            "account_label": _words(table, "label"),
            "account_help": _words(table, "help"),
            "account_pattern": fits,
            "account_example": example,
        }


def _points_columns(row: RuleTable) -> dict[str, Any]:
    if not row.has("points"):
        return {}
    with row.table("points") as table:
        return {
            "points_name": _words(table, "name"),
            "points_used": _maybe(table, "used", [value for value, _ in PaymentService.USE]),
            "points_use": _words(table, "use"),
            "points_expiry": _words(table, "expiry"),
        }


def _prior_columns(row: RuleTable) -> dict[str, Any]:
    words, prior = _words(row, "prior_registration"), _maybe(row, "prior", Prior.values)
    if words and prior == Prior.NONE:
        raise row.error("prior", "is 'none', but prior_registration says what to do before")
    return {"prior": Prior.NEEDED.value if words else prior, "prior_registration": words}


def _require_terms(entry: Entry) -> None:
    dated = any(row["first_day"] for row in entry.channels) and any(row["joined_on"] for row in entry.participations)
    missing = [
        name.replace("_", ".", 1) if name.startswith(("account_", "points_")) else name
        for name in TERMS
        if not entry.columns.get(name)
    ]
    if dated and missing:
        raise entry.table.error(
            missing[0], "is missing: an entry with dated channels and incentives takes applications"
        )


def _require_plain_text(entry: Entry) -> None:
    for name, value in [*entry.columns.items(), *(("security_code", code) for code in entry.security_codes)]:
        if _CONTROL.search(_as_text(value)):
            raise entry.table.error(name, "holds a control character, or a sign the register keeps for itself (U+241E)")
    for name in _NAMES_IN_STATEMENTS:
        if refused := sorted({one for one in entry.columns[name] if one == "\n" or not shows_what_it_says(one)}):
            told = ", ".join(f"U+{ord(one):04X} {unicodedata.name(one, '')}".rstrip() for one in refused)
            raise entry.table.error(name, f"holds what no signed statement can show: {told}")
    for source in entry.columns["sources"]:
        if not source.strip() or "\n" in source:
            raise entry.table.error("sources", f"must be texts of one line each; got {source!r}")


def _as_text(value: object) -> str:
    if isinstance(value, PageWords):
        return value.ja + value.en
    if isinstance(value, dict):
        return "".join(map(_as_text, value.values()))
    return "".join(value) if isinstance(value, list) else str(value)


def _clean(row: PaymentService | Provider, table: RuleTable, *, names: dict[str, str] | None = None) -> None:
    """Check a row's columns as the database keeps them: lengths, numbers, addresses. Raises RuleFileError."""
    try:
        row.clean_fields(exclude=["id", "provider", "search_key", "sort_key"])
    except ValidationError as error:
        column, messages = next(iter(error.message_dict.items()))
        raise table.error((names or {}).get(column, column), " ".join(messages)) from error


def _entered(table: RuleTable) -> Entered:
    with table:
        return Entered(table.text("by"), table.text("seen_by"), table.day("on"))


def _words(table: RuleTable, key: str) -> PageWords:
    return PageWords.of(table.words(key)) if table.has(key) else NO_WORDS


def _maybe(table: RuleTable, key: str, choices: Iterable[str]) -> str:
    return one_of(table, key, choices) if table.has(key) else ""
