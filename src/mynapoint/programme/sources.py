"""Source: the page or article a figure is taken from: publisher, title, date, address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources

from mynapoint.programme.rule_file import RuleTable, read_toml
from mynapoint.programme.words import Words

OURS = "mynapoint(このソフトウェア)"
"""The publisher of what this software itself decided."""


class Confidence(StrEnum):
    """How sure a figure is, from the words of a source to a decision of ours."""

    VERBATIM = "verbatim"
    """stated by the authority or municipality itself"""
    SECONDARY = "secondary"
    """reported by the press or a company"""
    INFERRED = "inferred"
    """follows from stated figures; its note says how"""
    DECISION = "decision"
    """no official rule was found; this project decided, and says so"""


@dataclass(frozen=True, slots=True)
class Source:
    """One page or article. ``date`` is the page's own date; it and ``url`` are None where they are not known."""

    id: str
    publisher: str
    title: str
    date: date | None
    url: str | None


@cache
def load_sources() -> Mapping[str, Source]:
    """Return every source of data/sources.toml by id. Raises RuleFileError."""
    return parse_sources(read_toml(resources.files("mynapoint.programme") / "data" / "sources.toml"))


def known_by(day: date, first: Source, others: Sequence[Source]) -> tuple[Source, ...]:
    """Return the first source and those others that a page of ``day`` could have seen; undated ones count as seen."""
    return (first, *(other for other in others if other.date is None or other.date <= day))


def parse_sources(file: RuleTable) -> dict[str, Source]:
    """Return the sources of a table with one table per id. Raises RuleFileError."""
    return {id_: parse_source(id_, file.table(id_)) for id_ in file.other_keys()}


def parse_source(id_: str, table: RuleTable) -> Source:
    """Return the source of one table. Raises RuleFileError."""
    with table:
        return Source(
            id=id_,
            publisher=table.text("publisher"),
            title=table.text("title"),
            date=table.day("date") if table.has("date") else None,
            url=table.web_address("url") if table.has("url") else None,
        )


def named_source(row: RuleTable, sources: Mapping[str, Source]) -> Source:
    """Return the source a row names. Raises RuleFileError for one that neither the file nor sources.toml holds."""
    return _known(row, "source", row.text("source"), sources)


def also_in(row: RuleTable, sources: Mapping[str, Source]) -> tuple[Source, ...]:
    """Return the further sources a row names under ``also_in``."""
    return tuple(_known(row, "also_in", id_, sources) for id_ in row.texts("also_in"))


def note(row: RuleTable) -> Words | None:
    """Return a row's note, None where it has none."""
    return row.words("note") if row.has("note") else None


def confidence(row: RuleTable, sources: Mapping[str, Source]) -> Confidence:
    """Return how sure a row says it is. Raises RuleFileError where what an authority decided is given out as ours."""
    found = row.choice("confidence", Confidence)
    if found is Confidence.DECISION and named_source(row, sources).publisher != OURS:
        raise row.error(
            "confidence",
            "'decision' is for what this software itself decided; what an authority decided or stated is 'verbatim'",
        )
    return found


def _known(row: RuleTable, key: str, id_: str, sources: Mapping[str, Source]) -> Source:
    if id_ not in sources:
        raise row.error(key, f"names no source that is known: {id_!r}; write it into this file as [source.{id_}]")
    return sources[id_]
