"""`mynapoint …`: one command, sub-commands by party; each imports its party only when it runs."""

from __future__ import annotations

import typer

from mynapoint.cli import award, card, demo, hub, programme, provider

app = typer.Typer(
    name="mynapoint",
    help="A card-verified cashless points programme: the law, the card, the provider, the hub.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(programme.app, name="programme")
app.command("award")(award.award)
app.add_typer(provider.app, name="provider")
app.add_typer(card.app, name="card")
app.add_typer(hub.app, name="hub")
app.command("demo")(demo.demo)
