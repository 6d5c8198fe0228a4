"""`mynapoint hub backup` and `restore`: a copy of a hub on SQLite while it serves, and a hub from that copy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mynapoint.cli.hub_start import start_django

DATABASE = "hub.sqlite3"

Keys = Annotated[Path, typer.Option(help="The secrets, in a file of their own: keep it apart from the database.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The copy of the database; must not be there yet.")],
    keys: Keys,
) -> None:
    """Copy the database, as at one instant and while the hub serves, and pack the keys; neither overwrites anything."""
    state = Path(start_django().STATE)
    _refuse_postgresql()
    from mynapoint.hub.operation.backup import Unusable, copy_database, pack_keys

    try:
        size = copy_database(state / DATABASE, file)
        names = pack_keys(state, keys)
    except Unusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{file}: {size:,} bytes, whole")
    typer.echo(f"{keys}: {', '.join(names)}")


def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `hub backup` made.", exists=True, dir_okay=False)],
    keys: Keys,
) -> None:
    """Put a copy and its keys into an empty state folder; then check, verify the record, and serve from there."""
    state = Path(os.environ.get("MYNAPOINT_STATE", "state")).resolve()
    os.umask(0o077)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    _refuse_postgresql()
    from mynapoint.hub.operation.backup import Unusable, copy_database, unpack_keys

    try:
        names = unpack_keys(keys, state)  # before Django makes a secret of its own
        size = copy_database(file, state / DATABASE)
    except Unusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{state / DATABASE}: {size:,} bytes, whole; {', '.join(names)}")
    typer.echo("Next: mynapoint hub migrate && mynapoint hub check && mynapoint hub verify-audit")


def _refuse_postgresql() -> None:
    if os.environ.get("MYNAPOINT_DATABASE"):
        typer.echo("MYNAPOINT_DATABASE names PostgreSQL: use pg_dump and pg_restore (docs/operations.md).", err=True)
        raise typer.Exit(1)
