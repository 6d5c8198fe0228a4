"""`mynapoint provider …`: read the hub's notices, run the award, serve the account API."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mynapoint.cli.instants import instant
from mynapoint.cli.ports import refuse_taken

if TYPE_CHECKING:
    from mynapoint.provider.award_run import Step
    from mynapoint.provider.config import Config
    from mynapoint.provider.hub_client import HubClient

FAILED = 1
TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: nothing is wrong that the same command, later, would not put right."""

app = typer.Typer(
    no_args_is_help=True,
    help="The payment service's connector. Exit status 75: nothing is lost, run the same command again later.",
)

ConfigFile = Annotated[Path, typer.Option("--config", metavar="provider.toml", help="Settings; see docs/providers.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]


@app.callback()
def close_to_others() -> None:
    """Close what the connector keeps to other users; their group may read, for the system that credits points."""
    os.umask(os.umask(0o027) | 0o027)


@app.command()
def pull(config: ConfigFile = Path("provider.toml"), as_json: AsJson = False) -> None:
    """Read the hub's new notices and link the accounts they tell of. Doing it again changes nothing."""
    from mynapoint.provider import linking
    from mynapoint.provider.config import load_config

    with _told_in_one_sentence():
        settings = load_config(config)
        with _hub(settings) as hub:
            pulled = linking.pull(
                settings.store,
                hub,
                service_number=settings.service_number,
                own_key_of=settings.own_keys.get,
                now=_now(),
            )
    words = f"{pulled.notices:,} notices read, {pulled.linked:,} accounts linked, {pulled.set_aside:,} set aside."
    _print(pulled, words, as_json=as_json)


@app.command()
def run(
    config: ConfigFile = Path("provider.toml"),
    as_of: Annotated[str | None, typer.Option(metavar="INSTANT", help="ISO 8601 with offset; default: now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take in new transaction files, award what is due, credit it, report it. The same run twice changes nothing."""
    from mynapoint.provider import award_run
    from mynapoint.provider.award_run import Provider
    from mynapoint.provider.config import load_config
    from mynapoint.provider.points_gateway import FileGateway

    now = _now()
    at = now if as_of is None else instant(as_of).astimezone(UTC)
    with _told_in_one_sentence():
        settings = load_config(config)
        with _hub(settings) as hub:
            provider = Provider(
                store=settings.store,
                service_number=settings.service_number,
                rules=settings.rules,
                inbox=settings.inbox,
                gateway=FileGateway(settings.credits),
                hub=hub,
            )
            result = award_run.run(provider, as_of=at, now=now, progress=_progress())
    words = (
        f"As of {result.as_of.isoformat()}: {result.posted:,} lines posted, {result.points_posted:,} points; "
        f"{result.reports} reports taken by the hub, {result.refused:,} lines refused."
    )
    _print(result, words, as_json=as_json)


@app.command()
def serve(
    config: ConfigFile = Path("provider.toml"),
    host: Annotated[str, typer.Option(help="Listen at this address; put TLS before it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8020,
) -> None:
    """Serve the account API, by which the hub asks whether an account and its security codes belong together."""
    from granian.constants import Interfaces
    from granian.server import Server

    from mynapoint.provider.config import load_config
    from mynapoint.provider.serving import CONFIG_VARIABLE, door_of

    with _told_in_one_sentence():
        door = door_of(load_config(config), config)
    refuse_taken(host, port)
    os.environ[CONFIG_VARIABLE] = str(config.absolute())
    typer.echo(f"Account API at http://{host}:{port}, known to the hub as {door.url}", err=True)
    Server(
        "mynapoint.provider.serving:served_app",
        factory=True,
        interface=Interfaces.ASGI,
        address=host,
        port=port,
        log_access=False,
    ).serve()


def _now() -> datetime:
    """The programme's present instant: the machine's clock, or the one that MYNAPOINT_CLOCK names (demo only)."""
    dotted = os.environ.get("MYNAPOINT_CLOCK")
    if not dotted:
        return datetime.now(UTC)
    module, _, name = dotted.rpartition(".")
    present: datetime = getattr(importlib.import_module(module), name)()
    return present


@contextmanager
def _hub(settings: Config) -> Iterator[HubClient]:
    from mynapoint.provider.hub_client import HubClient

    hub = HubClient(hub_url=settings.hub_url, key=settings.key, service_number=settings.service_number)
    try:
        yield hub
    finally:
        hub.close()


@contextmanager
def _told_in_one_sentence() -> Iterator[None]:
    """Turn what can go wrong in a provider's day into one sentence and an exit status; a bug keeps its traceback."""
    from mynapoint.provider.award_run import RunRefused
    from mynapoint.provider.config import ConfigError
    from mynapoint.provider.hub_client import HubError, HubUnreachable
    from mynapoint.provider.points_gateway import CreditFailed
    from mynapoint.provider.store import StoreBusy, StoreUnusable
    from mynapoint.provider.table_files import UnreadableFile

    try:
        yield
    except (HubUnreachable, StoreBusy) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(TRY_AGAIN) from None
    except (ConfigError, HubError, StoreUnusable, CreditFailed, RunRefused, UnreadableFile) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(FAILED) from None


def _progress() -> Callable[[Step, str], None]:
    """Tell people of each step as it is done; a machine reading a pipe is told at the end."""

    def tell(step: Step, words: str) -> None:
        typer.echo(f"{step.value.replace('_', ' '):12}  {words}", err=True)

    return tell if sys.stderr.isatty() else lambda *_: None


def _print(result: Any, words: str, *, as_json: bool) -> None:
    if as_json:
        members = dataclasses.asdict(result)
        text = json.dumps(members, default=lambda value: value.isoformat())
        typer.echo(text)
    else:
        typer.echo(words)
