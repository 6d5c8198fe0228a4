"""`mynapoint provider …`: read the hub's notices, run the award, claim, serve the account API."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mynapoint.cli import provider_check
from mynapoint.cli.instants import instant
from mynapoint.cli.interrupting import interruptible
from mynapoint.cli.ports import refuse_taken
from mynapoint.cli.provider_words import run_words, shown_on_terminal

if TYPE_CHECKING:
    from mynapoint.provider.config import Config
    from mynapoint.provider.hub_client import HubClient

FAILED = 1
TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: nothing is wrong that the same command, later, would not put right."""

app = typer.Typer(
    no_args_is_help=True,
    help="The payment service's connector. Exit status 75: nothing is lost, run the same command again later.",
)
app.command("check")(provider_check.check)

ConfigFile = Annotated[Path, typer.Option("--config", metavar="provider.toml", help="Settings; see docs/providers.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress, also on a terminal.")]
Memory = Annotated[str | None, typer.Option(metavar="SIZE", help="The most memory a step may use, such as 2GB.")]
AsOf = Annotated[str | None, typer.Option(metavar="INSTANT", help="ISO 8601 with offset; default: now.")]


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
    *,
    config: ConfigFile = Path("provider.toml"),
    as_of: AsOf = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Compute from all transactions; say whether the cells agreed.")
    ] = False,
    memory: Memory = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Take in new transaction files, award what is due, credit it, report it. The same run twice changes nothing."""
    from mynapoint.provider import award_run
    from mynapoint.provider.award_run import Provider
    from mynapoint.provider.points_gateway import FileGateway

    now = _now()
    at = now if as_of is None else instant(as_of).astimezone(UTC)
    with _told_in_one_sentence():
        settings = _settings(config, memory)
        with _hub(settings) as hub, shown_on_terminal(quiet=quiet) as shown:
            provider = Provider(
                store=settings.store,
                service_number=settings.service_number,
                rules=settings.rules,
                inbox=settings.inbox,
                gateway=FileGateway(settings.credits),
                hub=hub,
            )
            result = award_run.run(
                provider, as_of=at, now=now, from_scratch=from_scratch, progress=shown.done, working=shown.at_work
            )
    _print(result, run_words(result), as_json=as_json)
    if result.differing:
        typer.echo(
            f"Error: {result.differing:,} stored figures differed from what all transactions give; the latter stand. "
            "Tell the makers of this program: cells must never differ.",
            err=True,
        )
        raise typer.Exit(FAILED)


@app.command()
def claim(
    *,
    config: ConfigFile = Path("provider.toml"),
    final: Annotated[
        bool, typer.Option("--final", help="Claim everything, on actual figures, when every award was reported.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be claimed; send and keep nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Claim what is due for the months that are over, print the statement and the lines the office wants to be shown.

    Exit status 1 where the hub did not take a claim. The same command twice claims nothing twice.
    """
    from mynapoint.cli.provider_claims import claim_words
    from mynapoint.provider import claiming
    from mynapoint.provider.claiming import Became
    from mynapoint.provider.config import load_config
    from mynapoint.provider.not_due import read_not_due

    with _told_in_one_sentence():
        settings = load_config(config)
        not_due = read_not_due(settings.not_due) if settings.not_due else []
        with _hub(settings) as hub:
            result = claiming.claim(
                settings.store,
                hub,
                service_number=settings.service_number,
                not_due=not_due,
                now=_now(),
                final=final,
                dry_run=dry_run,
            )
    _print(result, claim_words(result), as_json=as_json)
    if any(one.became is Became.REFUSED for one in result.claims):
        raise typer.Exit(FAILED)


@app.command()
def explain(
    *,
    account: Annotated[str, typer.Argument(help="The account, as your system numbers it.")],
    config: ConfigFile = Path("provider.toml"),
    as_of: AsOf = None,
    language: Annotated[str, typer.Option("--lang", metavar="ja|en", help="Language of the page.")] = "ja",
    as_json: AsJson = False,
) -> None:
    """Explain how one account's points came about: which uses count, what they give, when, and what comes next."""
    from mynapoint.cli.provider_explain import account_lines
    from mynapoint.programme.values import AccountId, MalformedValue
    from mynapoint.provider.explain_account import explain_account

    if language not in {"ja", "en"}:
        raise typer.BadParameter(f"{language!r} is no language here: ja or en", param_hint="--lang")
    at = _now() if as_of is None else instant(as_of).astimezone(UTC)
    with _told_in_one_sentence():
        settings = _settings(config, None)
        try:
            account_id = AccountId(account)
        except MalformedValue as error:
            raise typer.BadParameter(str(error), param_hint="ACCOUNT") from error
        with settings.store.step() as connection:
            explained = explain_account(connection, settings.rules, account_id, at)
    _print(explained, "\n".join(account_lines(explained, language)), as_json=as_json)


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


def _settings(config: Path, memory: str | None) -> Config:
    """Read provider.toml; ``memory`` bounds the steps of its store."""
    from mynapoint.programme.values import MalformedValue
    from mynapoint.provider.config import load_config

    settings = load_config(config)
    try:
        return dataclasses.replace(settings, store=dataclasses.replace(settings.store, memory=memory))
    except MalformedValue as error:
        raise typer.BadParameter(str(error), param_hint="--memory") from error


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
    from mynapoint.provider.claim_books import NotInBooks
    from mynapoint.provider.config import ConfigError
    from mynapoint.provider.hub_client import HubError, HubUnreachable
    from mynapoint.provider.points_gateway import CreditFailed
    from mynapoint.provider.store import StoreBusy, StoreTooSmall, StoreUnusable
    from mynapoint.provider.table_files import UnreadableFile

    try:
        with interruptible():
            yield
    except (HubUnreachable, StoreBusy) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(TRY_AGAIN) from None
    except (
        *(ConfigError, HubError, StoreUnusable, StoreTooSmall, CreditFailed),
        *(RunRefused, UnreadableFile, NotInBooks),
    ) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(FAILED) from None


def _print(result: Any, words: str, *, as_json: bool) -> None:
    if as_json:
        members = dataclasses.asdict(result)
        text = json.dumps(members, default=lambda value: value.isoformat())
        typer.echo(text)
    else:
        typer.echo(words)
