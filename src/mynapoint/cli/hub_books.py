"""`mynapoint hub audit-books`, `budgets`, `compare-reports` and more: the programme's money, for operators."""

from __future__ import annotations

from typing import Annotated

import typer

from mynapoint.cli.hub_start import start_django


def audit_books() -> None:
    """Compare every entry, total, report, reservation, claim, movement and day's sum; exit status 1 and what is off."""
    start_django()
    from mynapoint.hub.books.models import Movement
    from mynapoint.hub.ledger.audit_books import audit_books as audit
    from mynapoint.hub.office.counting import unlike
    from mynapoint.hub.settlement.audit_claims import audit_claims

    off = [str(one) for one in audit() + audit_claims()]
    off += [f"a day's sums are those of its rows (mynapoint hub count-days --afresh): {one}" for one in unlike()]
    for one in off:
        typer.echo(one, err=True)
    if off:
        raise typer.Exit(1)
    typer.echo(f"{Movement.objects.count()} movements; all legs come to zero and everything agrees with them")


def budgets() -> None:
    """List the budgets: what each has in all, is free, reserved, awarded, claimed and paid, in points."""
    start_django()
    from mynapoint.hub.books.budgets import standings
    from mynapoint.hub.books.models import Account

    accounts = [one for one in Account if one is not Account.FUNDS]
    typer.echo("\t".join(["budget", "granted", *(one.value for one in accounts)]))
    for one in standings():
        granted = "no limit" if one.granted is None else str(one.granted)
        typer.echo("\t".join([one.name, granted, *(str(one.balances[account]) for account in accounts)]))


def limit_budget(
    name: Annotated[str, typer.Argument(help="A budget, as `mynapoint hub budgets` lists it.")],
    points: Annotated[int, typer.Argument(min=0, help="What it has in all from now on.")],
) -> None:
    """Let a budget have so many points in all: applications close when what is left is less than one may earn."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.books.budgets import BudgetRefused, limit
    from mynapoint.hub.books.waiting_list import go_through
    from mynapoint.programme.values import Points

    try:
        limit(name, Points(points), now=web.now())
    except BudgetRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from refused
    typer.echo(f"{name}: {points} points in all")
    _, turns = go_through(now=web.now())
    if turns:
        typer.echo(f"{turns} people on the waiting list may apply now")


def release_room(
    round_id: Annotated[str, typer.Argument(help="The round, such as round2.")],
    incentive: Annotated[str, typer.Argument(help="The incentive, such as card_uptake.")],
) -> None:
    """Give back to the budget what was reserved for an incentive and nobody earned, once all of it was reported."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.books.waiting_list import go_through
    from mynapoint.hub.ledger.releasing import NotOver
    from mynapoint.hub.ledger.releasing import release_room as release
    from mynapoint.programme.values import IncentiveId

    try:
        points = release(round_id, IncentiveId(incentive), now=web.now())
    except NotOver as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{points} points released")
    go_through(now=web.now())


def compare_reports() -> None:
    """Compare what was reported with what is expected; exit status 1 where a service is late or something is off."""
    start_django()
    from mynapoint.hub import web
    from mynapoint.hub.ledger.comparing import compare

    found = compare(now=web.now())
    typer.echo("service\tincentive\tapplications\treported up to\tlate since\ttoo early\tmissing\ton stopped")
    for one in found:
        cells = (one.service_number, one.incentive, one.applications, one.reported_up_to or "never")
        off = (one.late_since or "-", one.too_early, one.missing, one.on_stopped)
        typer.echo("\t".join(map(str, (*cells, *off))))
    if any(one.is_off for one in found):
        raise typer.Exit(1)


def refused_lines(
    service: Annotated[str, typer.Argument(help="The payment service's number, such as MP0000001.")],
    report_id: Annotated[str, typer.Argument(help="The report's id, as its provider made it.")],
) -> None:
    """Print the refused lines of a report as CSV: number, field, reason, and what to do."""
    start_django()
    from mynapoint.hub.ledger.models import AwardReport
    from mynapoint.hub.ledger.refused_lines import refused_csv

    report = AwardReport.objects.filter(payment_service__number=service, report_id=report_id).first()
    if report is None:
        typer.echo(f"{service} sent no report {report_id!r}", err=True)
        raise typer.Exit(1)
    typer.echo(refused_csv(report), nl=False)
