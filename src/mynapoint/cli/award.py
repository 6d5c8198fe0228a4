"""`mynapoint award`: what a payment service must post now, from its own files, by its own rule."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from mynapoint.cli.award_words import outcome_json, outcome_words, steps_on_terminal
from mynapoint.cli.instants import instant
from mynapoint.cli.interrupting import interruptible

FAILED = 1

Files = list[Path]
Enrolments = Annotated[Path, typer.Option(metavar="E", help="Applications: CSV (UTF-8 or CP932) or Parquet.")]
Transactions = Annotated[
    Files, typer.Option(metavar="T", help="Top-ups, purchases and refunds; may be given several times.")
]
Service = Annotated[Path, typer.Option(metavar="S.toml", help="How the service applies the law.")]
AsOf = Annotated[str, typer.Option(metavar="INSTANT", help="ISO 8601 with offset: 2022-08-31T00:00:00+09:00")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder for awards.parquet and rejects.csv.")]
Posted = Annotated[Path | None, typer.Option(metavar="P", help="Points posted so far, taken off.")]
Reissued = Annotated[
    Files | None, typer.Option(metavar="R", help="Accounts that replaced others: both count as one. Several times.")
]
EncodingName = Annotated[
    str | None, typer.Option("--encoding", metavar="ENCODING", help="utf-8 or cp932, for all CSV; default: found out.")
]
EngineName = Annotated[str, typer.Option("--engine", metavar="ENGINE", help="duckdb, spark or reference.")]
SparkMaster = Annotated[
    str, typer.Option(metavar="MASTER", help="Spark's place: local[2], local-cluster[2,1,1024], spark://HOST:PORT.")
]
Memory = Annotated[str | None, typer.Option(metavar="SIZE", help="The most memory to use, such as 2GB.")]
ExactRejects = Annotated[
    str | None, typer.Option(metavar="FORM", help="Write rejects.jsonl or rejects.parquet, too: values unmarked.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]


def award(
    *,
    enrolments: Enrolments,
    transactions: Transactions,
    service: Service,
    as_of: AsOf,
    out: Out,
    posted: Posted = None,
    reissued: Reissued = None,
    encoding: EncodingName = None,
    engine: EngineName = "duckdb",
    spark_master: SparkMaster = "local[*]",
    memory: Memory = None,
    exact_rejects: ExactRejects = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Compute the points to post at an instant from files; rows that cannot be read are set aside, none is lost.

    Exit status: 0 done; 2 something given cannot be used; 1 more memory or a Spark is needed. One sentence says what.
    """
    from mynapoint.programme.service_rules import load_service_rule
    from mynapoint.provider.award_files import Inputs, award_files
    from mynapoint.provider.engines import Engine
    from mynapoint.provider.rejects import Exact
    from mynapoint.provider.table_files import Encoding

    begun, at, chosen = time.monotonic(), instant(as_of), _one_of(Engine, engine, "--engine", "engine")
    read_as = encoding and _one_of(Encoding, encoding.lower(), "--encoding", "encoding here")
    exact = exact_rejects and _one_of(Exact, exact_rejects, "--exact-rejects", "form of rejects")
    inputs = Inputs(enrolments, tuple(transactions), posted, tuple(reissued or ()), read_as or None)
    with _told_in_one_sentence(out), steps_on_terminal(quiet=quiet) as progress:
        rule = load_service_rule(service)
        outcome = award_files(
            rule, at, inputs, out,
            engine=chosen, memory=memory, spark_master=spark_master, exact_rejects=exact or None, progress=progress,
        )  # fmt: skip
    if as_json:
        typer.echo(outcome_json(outcome, chosen, at, time.monotonic() - begun))
    elif not quiet:
        typer.echo(outcome_words(outcome, chosen, at))


@contextmanager
def _told_in_one_sentence(out: Path) -> Iterator[None]:
    """Turn what cannot be done into one sentence and an exit status."""
    import duckdb

    from mynapoint.programme.service_rules import ServiceFileError
    from mynapoint.provider.engines import BadMemory
    from mynapoint.provider.spark_session import NoSpark
    from mynapoint.provider.table_files import UnreadableFile

    try:
        with interruptible():
            yield
    except (ServiceFileError, UnreadableFile, BadMemory) as error:
        raise typer.BadParameter(str(error)) from error
    except NoSpark as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(FAILED) from error
    except FileExistsError as error:
        raise typer.BadParameter(f"{out} is a file; name a folder", param_hint="--out") from error
    except OSError as error:
        raise typer.BadParameter(f"{error.filename or out}: {error.strerror}", param_hint="--out") from error
    except duckdb.OutOfMemoryException as error:
        typer.echo("Error: this award needs more than the memory it may use; raise --memory.", err=True)
        raise typer.Exit(FAILED) from error


Choice = TypeVar("Choice", bound=StrEnum)


def _one_of(choices: type[Choice], text: str, option: str, what: str) -> Choice:
    try:
        return choices(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no {what}: {' or '.join(choices)}", param_hint=option) from None
