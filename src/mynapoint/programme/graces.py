"""Grace: an authorised exception to a last day, with its authority, its reason and whom it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mynapoint.programme.parameters import Parameter, Unit, named_parameter
from mynapoint.programme.rule_file import RuleTable
from mynapoint.programme.sources import Confidence, Source, also_in, confidence, named_source, note
from mynapoint.programme.words import Words


@dataclass(frozen=True, slots=True)
class Grace:
    """特例: an authorised exception to a last day, for those whom a counter or the office finds within its reach.

    ``until``  the last day it allows instead; None where it names no day
    """

    id: str
    parameter: Parameter
    announced_on: date
    until: date | None
    reach: Words
    reason: Words
    authority: Words
    source: Source
    confidence: Confidence
    note: Words | None = None
    also_in: tuple[Source, ...] = ()


def parse_grace(
    id_: str, table: RuleTable, parameters: Mapping[str, Parameter], sources: Mapping[str, Source]
) -> Grace:
    """Return the exception of one ``[grace.…]`` table. Raises RuleFileError."""
    with table:
        parameter = named_parameter(table, "parameter", parameters, Unit.LAST_DAY)
        until = table.day("until") if table.has("until") else None
        if until is not None and parameter.final_day is not None and until <= parameter.final_day:
            raise table.error("until", f"{until} allows no day after {parameter.final_day}")
        return Grace(
            id=id_,
            parameter=parameter,
            announced_on=table.day("announced_on"),
            until=until,
            reach=table.words("reach"),
            reason=table.words("reason"),
            authority=table.words("authority"),
            source=named_source(table, sources),
            confidence=confidence(table, sources),
            note=note(table),
            also_in=also_in(table, sources),
        )
