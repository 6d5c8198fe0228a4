"""What the programme commands share: language, format, a day, and a programme by name or by file."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mynapoint.programme.rounds import Round


class Language(StrEnum):
    """The languages rules are written in."""

    JA = "ja"
    EN = "en"


class Format(StrEnum):
    """Words for people, JSON for machines."""

    TEXT = "text"
    JSON = "json"


RoundName = Annotated[
    str,
    typer.Argument(metavar="ROUND", help="round1, round2, mihon (an invented city's), or a programme file's path."),
]
InLanguage = Annotated[Language, typer.Option("--lang", help="Language of the words.")]
InFormat = Annotated[Format, typer.Option("--format", help="text for people, json for machines.")]


def round_named(name: str) -> Round:
    """Return a shipped round, or that of a file. Raises BadParameter with the file, the key and what to do."""
    from mynapoint.programme.rounds import RuleFileError, UnknownRound, find_round

    try:
        return find_round(name)
    except (UnknownRound, RuleFileError) as error:
        raise typer.BadParameter(str(error), param_hint="ROUND") from error


def parse_day(text: str, name: str) -> date:
    """Return the day of an argument. Raises BadParameter for anything but YYYY-MM-DD."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # fromisoformat reads 20220124 and 2022-W04-1, too
        raise typer.BadParameter(f"{text!r} is not a day such as 2022-01-24", param_hint=name)
    return day
