"""`mynapoint hub staff …`: accounts and terminals of staff, for the operator of the hub."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mynapoint.cli.hub_start import start_django

if TYPE_CHECKING:
    from mynapoint.hub.staff.models import StaffAccount

app = typer.Typer(no_args_is_help=True, help="Accounts of staff, and the terminals they work at.")

Name = Annotated[str, typer.Argument(help="What is typed to sign in; 3 to 40 of a-z, 0-9, '.', '_', '-'.")]
Provider = Annotated[str, typer.Option(help="A provider's short name, such as sample-pay, for its people alone.")]
Municipality = Annotated[str, typer.Option(help="Slug of the municipality; left out: the programme office.")]


@app.command("add")
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="helper | supervisor | editor | office | provider")],
    municipality: Municipality = "",
    provider: Provider = "",
) -> None:
    """Add an account; prints the one-time code with which its person sets password and second factor."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.staff.accounts import NotPossible, add_account
    from mynapoint.hub.staff.models import Role

    try:
        chosen = Role(role)
    except ValueError:
        raise typer.BadParameter(f"is one of {', '.join(Role.values)}", param_hint="--role") from None
    _require_provider(provider)
    try:
        account, code = add_account(name=name, role=chosen, municipality=municipality, provider=provider, now=web.now())
    except NotPossible as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{account.name} ({account.role}, {account.municipality or account.provider or 'office'}) is added")
    typer.echo(f"Code for enrolment at /staff/enrol/, once, until {code.until:%Y-%m-%d %H:%M} UTC: {code.text}")


@app.command("reset")
def reset(name: Name) -> None:
    """Void password and second factor, sign out everywhere; prints the one-time code to enrol anew."""
    account, now = _account(name)
    from mynapoint.hub.staff.accounts import reset_account

    code = reset_account(account=account, now=now)
    typer.echo(f"Code for enrolment at /staff/enrol/, once, until {code.until:%Y-%m-%d %H:%M} UTC: {code.text}")


@app.command("disable")
def disable(name: Name) -> None:
    """Let nobody in with an account any more; what was done with it stays on record. `reset` opens it again."""
    account, now = _account(name)
    from mynapoint.hub.staff.accounts import disable_account

    disable_account(account=account, now=now)
    typer.echo(f"{account.name} is disabled and signed out")


@app.command("list")
def list_accounts(municipality: Municipality = "") -> None:
    """List accounts: name, role, municipality or provider, state; separated by tabs. Without --municipality: all."""
    start_django()
    from mynapoint.hub.staff.models import StaffAccount

    found = StaffAccount.objects.order_by("municipality", "name")
    for one in found.filter(municipality=municipality) if municipality else found:
        state = "disabled" if one.disabled_at else "enrolled" if one.is_enrolled else "waiting"
        typer.echo("\t".join((one.name, one.role, one.municipality or one.provider or "-", state)))


@app.command("terminal")
def terminal(
    name: Annotated[str, typer.Argument(help="What the record calls it, such as 'counter 1'.")],
    municipality: Municipality = "",
    provider: Provider = "",
) -> None:
    """Add a terminal, or let one be registered anew; prints the code to type at /staff/terminal/ in its browser."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.staff.accounts import NotPossible, add_terminal

    _require_provider(provider)
    try:
        added, code = add_terminal(name=name, municipality=municipality, provider=provider, now=web.now())
    except NotPossible as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{added.name} ({added.municipality or added.provider or 'office'}) is added")
    typer.echo(f"Code for /staff/terminal/, once, until {code.until:%Y-%m-%d %H:%M} UTC: {code.text}")


@app.command("withdraw-terminal")
def withdraw(
    name: Annotated[str, typer.Argument(help="As it was added.")],
    municipality: Municipality = "",
    provider: Provider = "",
) -> None:
    """Let nobody in at a terminal any more, such as after a theft."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.staff.accounts import withdraw_terminal
    from mynapoint.hub.staff.models import Terminal

    found = Terminal.objects.filter(name=name, municipality=municipality, provider=provider).first()
    if found is None:
        raise typer.BadParameter(f"no terminal {name!r} is added", param_hint="NAME")
    withdraw_terminal(terminal=found, now=web.now())
    typer.echo(f"{name} is withdrawn")


def _require_provider(slug: str) -> None:
    from mynapoint.hub.payment_services.models import Provider as Registered

    if slug and not Registered.objects.filter(slug=slug).exists():
        raise typer.BadParameter(f"no provider {slug!r} is registered", param_hint="--provider")


def _account(name: str) -> tuple[StaffAccount, datetime]:
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.staff.models import StaffAccount

    account = StaffAccount.objects.filter(name=name).first()
    if account is None:
        raise typer.BadParameter(f"no account {name!r} is added", param_hint="NAME")
    return account, web.now()
