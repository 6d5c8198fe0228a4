"""check_file: is a programme file fit for use? Every fault with file, key and reason, or what the file holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from mynapoint.programme.rounds import Examined, Incentive, Round, RuleFileError, examine_round, load_round
from mynapoint.programme.sources import Source, load_sources
from mynapoint.programme.statement_of_day import Evidence

NATIONAL_ROUNDS = ("round1", "round2")


@dataclass(frozen=True, slots=True)
class Summary:
    """How much a programme file holds, shared files it includes counted in."""

    figures: int
    announcements: int
    statements: int
    incentives: int
    graces: int
    sources: int


def check_file(path: Path | Traversable) -> Examined:
    """Read any programme file and tell all its faults at once: of each block the first one, and every unknown key.

    Beyond what the reader asks: an incentive of a national round (they run through the rounds under one cap) may not
    earn on a day on which another round's file makes it earn as well.
    """
    examined = examine_round(path, load_sources())
    if examined.law is None:
        return examined
    faults = tuple(_overlaps(path.name, examined.law))
    return Examined(None, faults) if faults else examined


def summary(law: Round) -> Summary:
    """Return what a programme file holds, in numbers."""
    lines = law.contact_lines.values()
    return Summary(
        figures=len(law.parameters),
        announcements=sum(len(parameter.announcements) for parameter in law.parameters.values())
        + sum(len(statement.versions) for statement in law.statements.values())
        + sum(len(line.hours) for line in lines),
        statements=len(law.statements),
        incentives=len(law.incentives),
        graces=len(law.graces),
        sources=len(cited_sources(law)),
    )


def cited_sources(law: Round) -> dict[str, Source]:
    """Return every source that the programme cites, by its id."""
    evidence: list[Evidence] = [
        *(announcement for parameter in law.parameters.values() for announcement in parameter.announcements),
        *(version for statement in law.statements.values() for version in statement.versions),
        *(hours for line in law.contact_lines.values() for hours in line.hours),
        *law.graces.values(),
    ]
    return {source.id: source for item in evidence for source in (item.source, *item.also_in)}


def _overlaps(file: str, law: Round) -> Iterator[RuleFileError]:
    for round_id in NATIONAL_ROUNDS:
        if round_id == law.id:
            continue
        for incentive in law.incentives.values():
            other = load_round(round_id).incentives.get(incentive.id)
            if other is not None and (why := _overlap(incentive, other, round_id)):
                yield RuleFileError(file, f"incentive.{incentive.id}", why)


def _overlap(incentive: Incentive, other: Incentive, round_id: str) -> str | None:
    ours, theirs = incentive.earning_period, other.earning_period
    if ours is None or theirs is None or ours.ends_on < theirs.starts_on or theirs.ends_on < ours.starts_on:
        return None
    return (
        f"earns from {ours.starts_on} until {ours.ends_on}, which overlaps {round_id} ({theirs.starts_on} until "
        f"{theirs.ends_on}); move the days, or give the incentive a name of its own"
    )
