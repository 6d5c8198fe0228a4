"""`mynapoint hub register …`: import, export, one step of an entry's life, its history, the register of a past day."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mynapoint.cli.hub_start import start_django

if TYPE_CHECKING:
    from mynapoint.hub.payment_services.plans import Plan

app = typer.Typer(no_args_is_help=True, help="The register of payment services: files in and out, steps, history.")

By = Annotated[str, typer.Option("--by", help="Staff id of who does it, such as office-1; never a person's name.")]
SeenBy = Annotated[str, typer.Option("--seen-by", help="Staff id of the second person, who has seen it.")]
AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="At the end of this Tokyo day.")]
Number = Annotated[str, typer.Argument(help="Such as MP0000034, or provider:ID for a provider.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, JSON or TOML, as exported.", exists=True, dir_okay=False)],
    by: By,
    seen_by: SeenBy = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
) -> None:
    """Make the register say what a file says, whole or not at all. A service the file leaves out stays as it is.

    Whatever residents already rely on is changed by two persons: --by and --seen-by. A fault is told with its line,
    field, value, reason and remedy; then nothing of the file was stored and the exit status is 1.
    """
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.payment_services.files import FaultyFile, import_file
    from mynapoint.hub.payment_services.plans import RegisterRefused, Who
    from mynapoint.programme.rule_file import RuleFileError

    try:
        plans = import_file(file, who=Who(by, seen_by), now=web.now(), dry_run=dry_run)
    except (FaultyFile, RegisterRefused, RuleFileError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for plan in plans:
        _tell(plan)
    typer.echo(f"{len(plans)} entries {'would change' if dry_run else 'changed'}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to; its ending says how: .csv or .json.", dir_okay=False)],
    as_of: AsOf = None,
) -> None:
    """Write the register to a file, in the order of the numbers; CSV is UTF-8 as spreadsheets know it."""
    start_django()
    from mynapoint.hub.payment_services.files import export_csv, export_json, register_now
    from mynapoint.hub.payment_services.history import register_as_of

    if as_of is None:
        services, providers = register_now()
    else:
        register = register_as_of(as_of.date())
        services, providers = register.payment_services, register.providers
    if file.suffix.lower() == ".csv":
        file.write_bytes(export_csv(services, providers).encode("utf-8-sig"))
    elif file.suffix.lower() == ".json":
        file.write_text(export_json(services, providers), encoding="utf-8")
    else:
        typer.echo(f"{file.name}: the name must end in .csv or .json", err=True)
        raise typer.Exit(2)
    typer.echo(f"{len(services)} payment services of {len(providers)} providers written to {file}")


@app.command()
def history(number: Number, as_of: AsOf = None) -> None:
    """Tell every change of an entry: when, who, who has seen it, why, and each field before and after.

    With --as-of the entry as it stood at the end of that day, as JSON.
    """
    start_django()
    from mynapoint.hub.payment_services.history import changes_of, replayed, until
    from mynapoint.hub.words import instant

    changes = [one for one in changes_of(number) if as_of is None or one.made_at < until(as_of.date())]
    if not changes:
        typer.echo(f"{number}: the register's history has nothing of it by then", err=True)
        raise typer.Exit(1)
    if as_of is not None:
        typer.echo(json.dumps(replayed(changes), ensure_ascii=False, indent=2))
        return
    for change in changes:
        state = f" → {change.state_after}" if change.state_before != change.state_after else ""
        seen = f", seen by {change.seen_by}" if change.seen_by else ""
        what = f"{change.step}{state} by {change.made_by}{seen}"
        typer.echo(f"{change.revision}. {instant(change.made_at)} {what}: {change.reason}")
        for field, (before, after) in change.fields.items():
            typer.echo(f"   {field}: {_shown(before)} → {_shown(after)}")


@app.command()
def step(
    number: Number,
    step: Annotated[str, typer.Argument(help="submit, return, approve, suspend, resume or withdraw.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why; kept for good.")],
) -> None:
    """Take one step of an entry's life. To approve, resume or withdraw takes another person than the step before."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.payment_services.actions import move
    from mynapoint.hub.payment_services.life import EFFECTS, State, Step
    from mynapoint.hub.payment_services.models import PaymentService
    from mynapoint.hub.payment_services.plans import RegisterRefused

    try:
        service = move(number=number, step=Step(step), by=by, reason=reason, now=web.now())
    except (RegisterRefused, ValueError, PaymentService.DoesNotExist) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    effect = EFFECTS[State(service.state)]
    typer.echo(f"{number} is {service.state}. {effect.ja}\n{effect.en}")


def _tell(plan: Plan) -> None:
    typer.echo(f"{plan.subject}: {', '.join(change.step for change in plan.changes)}")
    for change in plan.changes:
        if change.step == "change":
            for field, (before, after) in change.fields.items():
                typer.echo(f"   {field}: {_shown(before)} → {_shown(after)}")


def _shown(value: object) -> str:
    return "not stated" if value is None else json.dumps(value, ensure_ascii=False)
