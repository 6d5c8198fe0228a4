"""`mynapoint hub …`: migrate, check, serve, jobs; lists and links of the card authority."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mynapoint.cli import (
    hub_audit,
    hub_backup,
    hub_books,
    hub_check,
    hub_claims,
    hub_keys,
    hub_office,
    hub_proxy,
    hub_register,
    hub_staff,
)
from mynapoint.cli.hub_start import refuse_or_continue, start_django
from mynapoint.cli.ports import refuse_taken

app = typer.Typer(no_args_is_help=True, help="The national platform; its settings are MYNAPOINT_… (hub/settings.py).")
app.add_typer(hub_keys.provider_keys, name="provider-key")
app.add_typer(hub_keys.hub_keys, name="key")
app.add_typer(hub_register.app, name="register")
app.add_typer(hub_staff.app, name="staff")
app.add_typer(hub_claims.app, name="claims")

Port = Annotated[int, typer.Option(min=1, max=65535, help="Listen at this port.")]
Host = Annotated[str, typer.Option(help="Listen at this address; keep 127.0.0.1 behind a proxy on the same machine.")]
Threads = Annotated[
    int,
    typer.Option(min=0, max=256, help="Threads; 0: as many as are let in and wait, and some to tell the rest so."),
]

STOP_SECONDS = 20
"""How long requests under way may take once the hub is told to stop; a provider is given up after six."""


@app.command()
def serve(port: Port = 8000, host: Host = "127.0.0.1", threads: Threads = 0) -> None:
    """Serve the hub: one process, some threads. Refuses to start with settings weaker than promised.

    Told to stop (SIGTERM), it answers what it has begun, takes nothing new, and ends, at the latest after 20 seconds.
    """
    start_django()
    refuse_or_continue()
    refuse_taken(host, port)
    from granian import Granian
    from granian.constants import Interfaces

    from mynapoint.hub.waiting.gates import threads_needed

    typer.echo(f"Hub ready at http://{'localhost' if host == '127.0.0.1' else host}:{port}")
    Granian(
        "mynapoint.hub.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads or threads_needed(),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=True,
    ).serve()


@app.command()
def migrate() -> None:
    """Make or update the hub's tables, and the secrets in its state folder."""
    settings = start_django()
    from django.core.management import call_command

    from mynapoint.hub import web
    from mynapoint.hub.applications.secrets import hub_key, make_keys
    from mynapoint.hub.books.budgets import open_budgets

    call_command("migrate", interactive=False)
    open_budgets(now=web.now())
    make_keys()
    typer.echo(f"State: {settings.STATE}")
    typer.echo(f"Public key of hub-1, for providers: {hub_key().public_bytes().hex()}")


app.command()(hub_check.check)
app.command()(hub_check.grants)
app.command()(hub_proxy.proxy)
app.command()(hub_audit.seal)
app.command()(hub_audit.verify_audit)
app.command()(hub_books.audit_books)
app.command()(hub_books.budgets)
app.command()(hub_books.limit_budget)
app.command()(hub_books.release_room)
app.command()(hub_books.compare_reports)
app.command()(hub_books.refused_lines)
app.command()(hub_office.compare_plan)
app.command()(hub_office.publish_open_data)
app.command()(hub_office.count_days)
app.command()(hub_backup.backup)
app.command()(hub_backup.restore)


@app.command()
def jobs() -> None:
    """Join late links, remove what has lapsed, seal the audit record: once; run it every few minutes."""
    start_django()
    from mynapoint.hub.jobs import run_all

    for what, count in run_all().items():
        typer.echo(f"{what}: {count}")


@app.command()
def crl(
    files: Annotated[list[Path], typer.Argument(help="Revocation lists in DER.", exists=True, dir_okay=False)],
) -> None:
    """Put the card authority's revocation lists in force, each checked first; a running hub takes them at once.

    A list that is damaged, partial, unsigned, overdue or older than the one in force is left out and told; then the
    exit status is 1, and what was in force stays so.
    """
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.identity.list_files import take_lists

    taken = take_lists(files, now=web.now())
    for one in taken:
        if one.listed is None:
            typer.echo(f"{one.path.name}: {one.why_not}. Left out.", err=True)
        else:
            typer.echo(
                f"{one.path.name}: list {one.listed.number} of root {one.root[:16]} is in force, "
                f"{len(one.listed.revoked):,} revoked, next one by {one.listed.next_update:%Y-%m-%d %H:%M} UTC"
            )
    if any(one.listed is None for one in taken):
        raise typer.Exit(1)


@app.command()
def links(
    file: Annotated[
        Path, typer.Argument(help="CSV with a header, or JSON lines (.jsonl).", exists=True, dir_okay=False)
    ],
    source: Annotated[str, typer.Option(help="Who says so, for the record.")] = "card authority",
    issuer: Annotated[
        str, typer.Option(help="Key identifier (hex) of the issuer, where the file does not name it.")
    ] = "",
    field: Annotated[
        list[str] | None, typer.Option(help="OUR_NAME=THEIR_NAME, such as old_serial=旧シリアル番号; may be repeated.")
    ] = None,
    decimal: Annotated[bool, typer.Option(help="Serials in the file are decimal numbers, not hex.")] = False,
) -> None:
    """Take the card authority's links of old and new certificates; residents who are one person are merged.

    Fields: old_serial, new_serial, and old_issuer_key_id, new_issuer_key_id or --issuer. The same file again changes
    nothing. A row that cannot be read or contradicts what is known is left out and told; then the exit status is 1.
    """
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.identity.link_files import Shape, UnusableFile, read_links
    from mynapoint.hub.ledger.merges import take_links

    try:
        shape = Shape.of(field or [], issuer=issuer, decimal=decimal)
        read = read_links(file, shape)
        taken = take_links(read, source=source, now=web.now())
    except UnusableFile as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    told = sorted(read.errors + [(line, f"{why}. Not believed; please ask {source}.") for line, why in taken.refused])
    for line, why in told:
        typer.echo(f"{file.name} line {line}: {why}", err=True)
    typer.echo(
        f"{taken.new} new links, {taken.known} known before, {len(told)} rows left out; "
        f"{taken.merged} residents merged, {taken.cases} double applications found"
    )
    if told:
        raise typer.Exit(1)
