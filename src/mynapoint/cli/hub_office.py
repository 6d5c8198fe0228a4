"""`mynapoint hub compare-plan`, `publish-open-data`, `count-days`: what the programme office runs from a terminal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from mynapoint.cli.hub_start import start_django


def compare_plan(
    round_id: Annotated[str, typer.Argument(metavar="ROUND", help="The round, such as round2.")],
    people: Annotated[int, typer.Option("--people", min=1, help="How many people were to take part.")],
    *,
    seed: Annotated[int, typer.Option("--seed", help="As in `mynapoint programme simulate`.")] = 1,
    runs: Annotated[int, typer.Option("--runs", min=1, max=10_000, help="How often to play it.")] = 100,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The end of this day; today if left out.")
    ] = None,
) -> None:
    """Print the plan of `mynapoint programme simulate` beside what happened, week by week, as CSV."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.office.plan import as_csv, compare
    from mynapoint.programme.rounds import ROUND_IDS
    from mynapoint.programme.values import tokyo_day

    if round_id not in ROUND_IDS:
        raise typer.BadParameter(f"is one of {', '.join(ROUND_IDS)}", param_hint="ROUND")
    day: date = as_of.date() if as_of else tokyo_day(web.now())
    try:
        compared = compare(round_id, people=people, seed=seed, runs=runs, as_of=day)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="ROUND") from error
    typer.echo(as_csv(compared), nl=False)


def publish_open_data() -> None:
    """Publish the edition of the open data that is due, unless that is done; exit status 1 where it cannot be."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.office.open_data import due
    from mynapoint.hub.office.publishing import EditionDiffers, publish

    now = web.now()
    try:
        is_new = publish(now=now)
    except EditionDiffers as error:
        typer.echo(f"not published: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"edition through {due(now)}: {'published' if is_new else 'was published before'}")


def count_days(
    *,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Forget what was counted first, and count all again.")
    ] = False,
) -> None:
    """Count the days that are over, so that pages of the office read sums; `mynapoint hub jobs` does so each time."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.office import counting

    if afresh:
        typer.echo(f"days forgotten: {counting.forget_days()}")
    typer.echo(f"days counted: {counting.count_days(now=web.now())}")
