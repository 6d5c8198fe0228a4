"""`mynapoint hub check` and `hub grants`: what the database really does, and what the hub's role may do there."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from mynapoint.cli.hub_start import start_django


def check(
    as_json: Annotated[bool, typer.Option("--json", help="For machines: every fact with its value and level.")] = False,
) -> None:
    """Check everything the hub needs to start, read back from the database; exit status 1 when it would not start."""
    start_django()
    from django.core.checks import run_checks
    from django.db import DatabaseError, connection

    from mynapoint.hub.audit.storage import findings

    try:
        facts = findings(connection)
        messages = run_checks(databases=["default"])
    except DatabaseError as error:
        typer.echo(f"the database does not answer: {error}", err=True)
        raise typer.Exit(1) from error
    starts = not any(message.is_serious() for message in messages)
    if as_json:
        others: list[dict[str, Any]] = [
            {"code": message.id, "level": message.level, "message": str(message.msg), "hint": message.hint}
            for message in messages
        ]
        told = {"starts": starts, "database": connection.vendor, "facts": [asdict(fact) for fact in facts]}
        typer.echo(json.dumps(told | {"messages": others}, ensure_ascii=False, indent=1))
    else:
        for fact in facts:
            typer.echo(f"{fact.level.value:8}{fact.name}: {fact.value}")
        for message in messages:
            typer.echo(str(message), err=True)
        typer.echo("The hub can start." if starts else "The hub does not start.")
    if not starts:
        raise typer.Exit(1)


def grants(
    role: Annotated[str, typer.Argument(help="The PostgreSQL role that `hub serve` and `hub jobs` run as.")],
) -> None:
    """Print what the serving role is to be granted; run it as the owner of the tables, after each `hub migrate`.

    It can write, but cannot change or remove what was recorded for good.
    """
    start_django()
    from django.db import connection

    from mynapoint.hub.audit.grants import grants as statements

    if connection.vendor != "postgresql":
        typer.echo("MYNAPOINT_DATABASE names no PostgreSQL; SQLite has no roles.", err=True)
        raise typer.Exit(1)
    for statement in statements(role):
        typer.echo(f"{statement};")
