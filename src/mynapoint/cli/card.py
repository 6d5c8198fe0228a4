"""`mynapoint card …`: the agent, and the emulated cards of an invented city."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The resident's card: its agent, and emulated cards for tests and demos.")

Folder = Annotated[Path, typer.Argument(help="The folder of the emulated city.", file_okay=False)]
Day = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="A day in Tokyo, such as 2022-07-15.")]


@app.command()
def agent(
    emulated: Annotated[Path, typer.Option(help="Use the emulated cards of this folder (see `card issue`).")],
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Listen on 127.0.0.1 at this port.")] = 47220,
) -> None:
    """Run the card agent: its page shows what a site asks, takes the PIN and lets the card sign."""
    from mynapoint.card.agent.app import create_app
    from mynapoint.card.agent.readers import EmulatedReaders
    from mynapoint.card.agent.server import PortTaken, serve

    readers = EmulatedReaders(emulated)
    names = [card.id for card in readers.cards()]
    if not names:
        _fail(f"{emulated} holds no emulated cards. Make some: mynapoint card issue {emulated} --on 2022-07-15")

    def ready() -> None:
        typer.echo(f"Card agent ready at http://127.0.0.1:{port} with EMULATED cards: {', '.join(names)}")

    try:
        serve(create_app(readers, port=port), port=port, ready=ready)
    except PortTaken as error:
        _fail(str(error))


@app.command()
def issue(folder: Folder, on: Day) -> None:
    """Make an emulated city: its certificate authority and the cards of 青木, 石田 and 上野, PIN 1234."""
    from mynapoint.card.emulator.cards import card_names
    from mynapoint.card.emulator.issue import issue_city

    issue_city(folder, on=on.date())
    typer.echo(f"{folder}: cards {', '.join(card_names(folder))}; revocation lists signed for {on.date()}")


@app.command()
def status(
    emulated: Annotated[Path, typer.Option(help="The folder of the emulated city.", file_okay=False)],
) -> None:
    """Show each emulated card's tries left and its certificate's validity; costs no try."""
    from cryptography import x509

    from mynapoint.card.emulator.cards import card_label, card_names, open_card
    from mynapoint.card.jpki import JpkiCard
    from mynapoint.programme.values import tokyo_day

    for name in card_names(emulated):
        with JpkiCard(open_card(emulated, name)) as card:
            tries = card.tries_left()
            certificate = x509.load_der_x509_certificate(card.auth_certificate())
        first, last = tokyo_day(certificate.not_valid_before_utc), tokyo_day(certificate.not_valid_after_utc)
        left = f"{tries} tries left" if tries else "PIN LOCKED"
        typer.echo(f"{name:8} {card_label(emulated, name)}  {left:13} valid {first} to {last}")


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


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(1)
