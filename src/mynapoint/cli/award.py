"""`mynapoint award`: what a payment service must post now, from its own files, by its own rule."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mynapoint.cli.instants import instant

if TYPE_CHECKING:
    from mynapoint.provider.award_files import Outcome
    from mynapoint.provider.engines import Engine


def award(
    *,
    enrolments: Annotated[Path, typer.Option(metavar="E", help="Applications: CSV (UTF-8) or Parquet.")],
    transactions: Annotated[
        list[Path], typer.Option(metavar="T", help="Top-ups, purchases and refunds; may be given several times.")
    ],
    service: Annotated[Path, typer.Option(metavar="S.toml", help="How the service applies the law.")],
    as_of: Annotated[str, typer.Option(metavar="INSTANT", help="ISO 8601 with offset: 2022-08-31T00:00:00+09:00")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for awards.parquet and rejects.csv.")],
    posted: Annotated[Path | None, typer.Option(metavar="P", help="Points posted so far, taken off.")] = None,
    engine: Annotated[str, typer.Option(metavar="ENGINE", help="duckdb or reference.")] = "duckdb",
    memory: Annotated[str | None, typer.Option(metavar="SIZE", help="The most memory to use, such as 2GB.")] = None,
) -> None:
    """Compute the points to post at an instant from files; rows that cannot be read are set aside, none is lost."""
    import duckdb

    from mynapoint.programme.service_rules import ServiceFileError, load_service_rule
    from mynapoint.provider.award_files import Inputs, award_files
    from mynapoint.provider.engines import BadMemory
    from mynapoint.provider.table_files import UnreadableFile

    at, chosen = instant(as_of), _engine(engine)
    try:
        rule = load_service_rule(service)
        with _steps() as progress:
            inputs = Inputs(enrolments, tuple(transactions), posted)
            outcome = award_files(rule, at, inputs, out, engine=chosen, memory=memory, progress=progress)
    except (ServiceFileError, UnreadableFile, BadMemory) as error:
        raise typer.BadParameter(str(error)) from error
    except FileExistsError as error:
        raise typer.BadParameter(f"{out} is a file; name a folder", param_hint="--out") from error
    except OSError as error:
        raise typer.BadParameter(f"{error.filename or out}: {error.strerror}", param_hint="--out") from error
    except duckdb.OutOfMemoryException as error:
        typer.echo("Error: this award needs more than the memory it may use; raise --memory.", err=True)
        raise typer.Exit(1) from error
    _print(outcome, f"engine {chosen}, as of {at.isoformat()}")


def _engine(text: str) -> Engine:
    from mynapoint.provider.engines import Engine

    names = " or ".join(Engine)
    if text == "spark":
        raise typer.BadParameter(f"spark is not in this version: {names}", param_hint="--engine")
    try:
        return Engine(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no engine: {names}", param_hint="--engine") from None


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """Show the step at work and the time since the start, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("starting", total=None)
        yield lambda step: shown.update(task, description=step)


def _print(outcome: Outcome, made: str) -> None:
    taken = outcome.taken
    for tally in taken.tallies:
        figures = f"accepted {tally.accepted:,} + set aside {tally.set_aside:,} + repeated {tally.repeated:,}"
        typer.echo(f"{tally.table:<13} rows in {tally.rows:,} = {figures}")
    typer.echo(
        f"{'':<13} of the accepted rows: refunds waiting for their original {taken.waiting:,}, "
        f"of accounts without an application {taken.not_enrolled:,}"
    )
    typer.echo(
        f"{'awards':<13} lines {outcome.lines:,}, points to post {outcome.points_to_post:,}, "
        f"to take back {outcome.points_to_take_back:,} ({made})"
    )
    typer.echo(f"{'written':<13} {outcome.awards_file}")
    set_aside = sum(tally.set_aside for tally in taken.tallies)
    typer.echo(f"{'':<13} {outcome.rejects_file}, rows {set_aside:,}")
