"""`mynapoint programme …`: the rules of a round in words or as JSON, as a page of any day may state them."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The law: figures and rules of a round, with their sources.")


class Language(StrEnum):
    """The languages rules are written in."""

    JA = "ja"
    EN = "en"


class Format(StrEnum):
    """Words for people, JSON for machines."""

    TEXT = "text"
    JSON = "json"


@app.callback()
def programme() -> None:
    """The law: figures and rules of a round, with their sources."""


@app.command()
def show(
    round_id: Annotated[str, typer.Argument(metavar="ROUND", help="round1, round2, or mihon (an invented city's).")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="YYYY-MM-DD; today in Tokyo if left out.")
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="Language of the words.")] = Language.JA,
    form: Annotated[Format, typer.Option("--format", help="text for people, json for machines.")] = Format.TEXT,
) -> None:
    """Print what a page of one day may state of a round: every figure, rule and source known by then."""
    from mynapoint.programme.rounds import RuleFileError, UnknownRound, load_round
    from mynapoint.programme.statement_of_day import as_json

    day = _day(as_of)
    try:
        law = load_round(round_id)
    except (UnknownRound, RuleFileError) as error:
        raise typer.BadParameter(str(error), param_hint="ROUND") from error
    if form is Format.JSON:
        typer.echo(json.dumps(as_json(law, day, language.value), ensure_ascii=False, indent=2))
        return
    from mynapoint.cli.programme_text import print_round

    print_round(law, day, language.value, to=sys.stdout)


def _day(text: str | None) -> date:
    from mynapoint.programme.values import tokyo_day

    if text is None:
        return tokyo_day(datetime.now(UTC))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # fromisoformat reads 20220124 and 2022-W04-1, too
        raise typer.BadParameter(f"{text!r} is not a day such as 2022-01-24", param_hint="--as-of")
    return day
