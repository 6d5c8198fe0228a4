"""`mynapoint programme …`: the rules of a round in words or as JSON, as a page of any day may state them."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from mynapoint.cli.programme_check import check
from mynapoint.cli.programme_history import diff, history
from mynapoint.cli.programme_options import InLanguage, Language, RoundName, parse_day, round_named
from mynapoint.cli.programme_simulation import simulate


class ShownAs(StrEnum):
    """How a round is shown."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


app = typer.Typer(no_args_is_help=True, help="The law: figures and rules of a round, with their sources.")
app.command()(history)
app.command()(diff)
app.command()(check)
app.command()(simulate)


@app.callback()
def programme() -> None:
    """The law: figures and rules of a round, with their sources."""


@app.command()
def show(
    round_id: RoundName,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="YYYY-MM-DD; today in Tokyo if left out.")
    ] = None,
    language: InLanguage = Language.JA,
    form: Annotated[
        ShownAs, typer.Option("--format", help="text for people, json for machines, html as a web page of its own.")
    ] = ShownAs.TEXT,
) -> None:
    """Print what a page of one day may state of a round: every figure, rule and source known by then."""
    from mynapoint.programme.statement_of_day import as_json
    from mynapoint.programme.values import tokyo_day

    day = tokyo_day(datetime.now(UTC)) if as_of is None else parse_day(as_of, "--as-of")
    law = round_named(round_id)
    if form is ShownAs.JSON:
        typer.echo(json.dumps(as_json(law, day, language.value), ensure_ascii=False, indent=2))
        return
    if form is ShownAs.HTML:
        from mynapoint.cli.programme_html import round_as_html

        typer.echo(round_as_html(law, day, language.value), nl=False)
        return
    from mynapoint.cli.programme_text import print_round

    print_round(law, day, language.value, to=sys.stdout)
