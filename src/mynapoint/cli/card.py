"""`mynapoint card …`: the agent, and the emulated cards of an invented city."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from mynapoint.cli.card_status import status
from mynapoint.exchange.card_token import BadCardToken

if TYPE_CHECKING:
    from mynapoint.card.agent.readers import Readers
    from mynapoint.card.emulator.applet import LockedAnswers

app = typer.Typer(no_args_is_help=True, help="The resident's card: its agent, and emulated cards for tests and demos.")
app.command()(status)

Folder = Annotated[Path, typer.Argument(help="The folder of the emulated city.", file_okay=False)]
Emulated = Annotated[
    Path | None, typer.Option(help="Use the emulated cards of this folder (see `card issue`).", file_okay=False)
]
TellCardLeft = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="At a support counter: tell the hub at this address, HUB/counter/card-left/, that the card has left.",
    ),
]
TellCardCame = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="Also tell the hub, at HUB/counter/card-came/, that the next card has come: it begins a visit.",
    ),
]
Day = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="A day in Tokyo, such as 2022-07-15.")]


@app.command()
def agent(
    emulated: Emulated = None,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Listen on 127.0.0.1 at this port.")] = 47220,
    install: Annotated[bool, typer.Option("--install", help="Start it now and at every log-in (Linux).")] = False,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Stop it, and start it no more.")] = False,
    also_as_root: Annotated[bool, typer.Option("--also-as-root", help="Let root install it, for root.")] = False,
    *,
    tell_card_left: TellCardLeft = "",
    tell_card_came: TellCardCame = "",
) -> None:
    """Run the card agent: its page shows what a site asks, takes the PIN and lets the card sign."""
    from mynapoint.card.agent.app import create_app
    from mynapoint.card.agent.leaving import Leaving
    from mynapoint.card.agent.server import PortTaken, serve

    if tell_card_came and not tell_card_left:
        _fail("--tell-card-came needs --tell-card-left: the card before must have left")
    if install or uninstall:
        told = [f"--tell-card-left={tell_card_left}"] if tell_card_left else []
        told += [f"--tell-card-came={tell_card_came}"] if tell_card_came else []
        _at_log_in(emulated, port, told, install=install, also_as_root=also_as_root)
        return
    readers = _readers(emulated)
    try:
        leaving = Leaving(readers, tell_card_left, tell_card_came) if tell_card_left else None
    except BadCardToken as error:
        _fail(f"--tell-card-left, --tell-card-came: {error}")
    kind = f"EMULATED cards: {', '.join(card.id for card in readers.cards())}" if emulated else "the card readers"

    def ready() -> None:
        typer.echo(f"Card agent ready at http://127.0.0.1:{port} with {kind}")

    try:
        serve(create_app(readers, port=port, leaving=leaving), port=port, ready=ready)
    except PortTaken as error:
        _fail(str(error))


def _at_log_in(emulated: Path | None, port: int, told: list[str], *, install: bool, also_as_root: bool) -> None:
    """Install or uninstall the agent for this user, saying each thing done."""
    import os
    import sys

    from mynapoint.card.agent import startup
    from mynapoint.card.agent.server import PortTaken

    if sys.platform != "linux":
        _fail("--install knows Linux only; for Windows and macOS see docs/card-agent.md")
    if os.geteuid() == 0 and not also_as_root:
        _fail("The agent is each user's own: run this as that user, without sudo (or say --also-as-root).")
    places = startup.Startup.of(os.environ)
    if not install:
        for done in startup.uninstall(places):
            typer.echo(done)
        return
    _readers(emulated)
    folder = ["--emulated", str(emulated.absolute())] if emulated else []
    command = [sys.executable, "-m", "mynapoint", "card", "agent", "--port", str(port), *folder, *told]
    try:
        for done in startup.install(places, command, port=port):
            typer.echo(done)
    except (startup.NotStarted, PortTaken) as error:
        _fail(str(error))


@app.command()
def emulate(
    vpcd: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where the virtual reader listens.")],
    card: Annotated[str, typer.Option(help="aoki, ishida or ueno")],
    emulated: Emulated = None,
    state: Annotated[Path | None, typer.Option(help="Keep tries and PIN in this file (default: a fresh card).")] = None,
    when_locked: Annotated[
        str, typer.Option(metavar="STATUS,STATUS", help="What a locked PIN answers when asked, and to a PIN.")
    ] = "63C0,6984",
) -> None:
    """Lay an emulated card on pcscd's virtual reader, until stopped; without --emulated in a city made for today."""
    import tempfile
    from datetime import UTC

    from mynapoint.card.emulator.cards import card_names, open_card
    from mynapoint.card.emulator.issue import issue_city, untouched_state
    from mynapoint.card.emulator.vpcd import emulate as lay_on_reader
    from mynapoint.programme.values import tokyo_day

    host, port = _address(vpcd)
    stop = _told_to_stop()
    with tempfile.TemporaryDirectory() as temporary:
        folder = emulated or Path(temporary)
        if emulated is None:
            issue_city(folder, on=tokyo_day(datetime.now(UTC)))
        if card not in card_names(folder):
            _fail(f"there is no card {card!r}; there are: {', '.join(card_names(folder))}")
        kept = state or Path(temporary) / "state.json"
        if not kept.exists():
            untouched_state(kept)
        transport = open_card(folder, card, state=kept, locked=_locked_answers(when_locked))
        lay_on_reader(
            transport,
            host=host,
            port=port,
            stop=stop,
            connected=lambda: typer.echo(f"{card} lies on the virtual reader at {vpcd}"),
        )


@app.command()
def issue(folder: Folder, on: Day) -> None:
    """Make an emulated city: its certificate authority and the cards of 青木, 石田 and 上野, PIN 1234."""
    from mynapoint.card.emulator.cards import card_names
    from mynapoint.card.emulator.issue import issue_city

    issue_city(folder, on=on.date())
    typer.echo(f"{folder}: cards {', '.join(card_names(folder))}; revocation lists signed for {on.date()}")


@app.command("reset-pin")
def reset_pin(folder: Folder, name: Annotated[str, typer.Argument(help="aoki, ishida or ueno")]) -> None:
    """Set a new PIN on an emulated card, with all its tries: the municipality counter's reset. Asks for the PIN."""
    from mynapoint.card.emulator import cards
    from mynapoint.card.jpki import MalformedPin, wipe
    from mynapoint.card.transport import CardGone

    pin = bytearray(typer.prompt("New PIN (4 digits)", hide_input=True, confirmation_prompt=True).encode())
    try:
        cards.reset_pin(folder, name, pin)
    except (MalformedPin, CardGone) as error:
        _fail(str(error))
    finally:
        wipe(pin)
    typer.echo(f"{name}: new PIN set, 3 tries left")


@app.command("take-away")
def take_away(folder: Folder, name: Annotated[str, typer.Argument(help="aoki, ishida or ueno")]) -> None:
    """Take an emulated card from its reader, as its holder does who leaves."""
    from mynapoint.card.emulator import cards

    _move(cards.take_away, folder, name)
    typer.echo(f"{name}: no longer on its reader")


@app.command("lay-down")
def lay_down(folder: Folder, name: Annotated[str, typer.Argument(help="aoki, ishida or ueno")]) -> None:
    """Lay an emulated card that was taken away on its reader again."""
    from mynapoint.card.emulator import cards

    _move(cards.lay_down, folder, name)
    typer.echo(f"{name}: on its reader")


def _move(move: Callable[[Path, str], None], folder: Path, name: str) -> None:
    from mynapoint.card.transport import CardGone

    try:
        move(folder, name)
    except CardGone as error:
        _fail(str(error))


def _address(vpcd: str) -> tuple[str, int]:
    host, _, port = vpcd.rpartition(":")
    if not host or not port.isdecimal():
        _fail(f"--vpcd must be HOST:PORT, such as 127.0.0.1:35963; got {vpcd}")
    return host, int(port)


def _told_to_stop() -> threading.Event:
    """Return an event that SIGTERM and Ctrl-C set, instead of ending the command where it stands."""
    import signal

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _locked_answers(text: str) -> LockedAnswers:
    from mynapoint.card.emulator.applet import LockedAnswers

    if not re.fullmatch(r"[0-9A-Fa-f]{4},[0-9A-Fa-f]{4}", text):
        _fail(f"--when-locked must be two status words, such as 63C0,6984; got {text}")
    to_asking, to_a_pin = (int(status, 16) for status in text.split(","))
    return LockedAnswers(to_asking, to_a_pin)


@app.command()
def renew(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="aoki, ishida or ueno")],
    on: Day,
    link: Annotated[bool, typer.Option(help="Whether the authority writes the link down at once.")] = True,
) -> None:
    """Renew the certificate on an emulated card, as a municipality's counter does; the old one is revoked."""
    from mynapoint.card.emulator.cards import card_names
    from mynapoint.card.emulator.renewal import LINKS, renew_card

    if name not in card_names(folder):
        _fail(f"there is no emulated card {name!r} in {folder}")
    renewal = renew_card(folder, name, on=on.date(), is_linked=link)
    typer.echo(f"{name}: certificate {renewal.old_serial} is revoked, {renewal.new_serial} replaces it")
    typer.echo(f"The link is in {folder / 'authority' / LINKS}" if link else "The hub is not told of the link.")


def _readers(emulated: Path | None) -> Readers:
    """Return the emulated cards of a folder, or this machine's readers; ends the command when there are none."""
    from mynapoint.card.agent.readers import EmulatedReaders, PcscReaders
    from mynapoint.card.reader import ReaderUnavailable, readers_with_card

    if emulated is None:
        try:
            readers_with_card()
        except ReaderUnavailable as error:
            _fail(f"{error}\nWithout a reader: mynapoint card issue FOLDER --on DAY, then --emulated FOLDER")
        return PcscReaders()
    readers = EmulatedReaders(emulated)
    if not readers.cards():
        _fail(f"{emulated} holds no emulated cards. Make some: mynapoint card issue {emulated} --on 2022-07-15")
    return readers


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
