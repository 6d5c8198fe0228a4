"""`mynapoint hub claims …`: what providers claimed and where it stands, for the operator of the hub."""

from __future__ import annotations

from typing import Annotated

import typer

from mynapoint.cli.hub_start import start_django

app = typer.Typer(no_args_is_help=True, help="What providers claim: where it stands, statements, draws computed anew.")


@app.command("list")
def list_claims() -> None:
    """List every claim in order: service, claim, round, incentive, month, points, expired, final, state."""
    start_django()
    from mynapoint.hub.settlement.figures import with_state

    typer.echo("service\tclaim\tround\tincentive\tmonth\tpoints\texpired\tfinal\tstate")
    for one in with_state().select_related("payment_service").order_by("pk"):
        cells = (one.payment_service.number, one.claim_id, one.round_id, one.incentive, one.month)
        figures = (one.points, one.expired, "yes" if one.is_final else "no", one.state)
        typer.echo("\t".join(map(str, (*cells, *figures))))


@app.command("statement")
def statement(service: Annotated[str, typer.Argument(help="The payment service's number, such as MP0000001.")]) -> None:
    """Print a service's statement as CSV: its claims, then what was recorded, claimed, paid and is carried."""
    start_django()
    from mynapoint.hub.payment_services.models import PaymentService
    from mynapoint.hub.settlement.statements import as_csv
    from mynapoint.hub.settlement.statements import statement as made

    own = PaymentService.objects.filter(number=service).first()
    if own is None:
        typer.echo(f"there is no payment service {service!r}", err=True)
        raise typer.Exit(1)
    typer.echo(as_csv(made(own)), nl=False)


@app.command("draw")
def draw(
    service: Annotated[str, typer.Argument(help="The payment service's number.")],
    claim: Annotated[str, typer.Argument(help="The claim's id, as its provider made it.")],
) -> None:
    """Draw a claim's sample anew from its seed; exit status 1 where it is not the one that is kept."""
    start_django()
    from mynapoint.hub.settlement.figures import lines
    from mynapoint.hub.settlement.models import Draw
    from mynapoint.hub.settlement.sampling import drawn

    made = Draw.objects.filter(claim__payment_service__number=service, claim__claim_id=claim).first()
    if made is None:
        typer.echo(f"nothing was drawn of {claim!r} of {service}", err=True)
        raise typer.Exit(1)
    known = lines(made.claim).values_list("line_id", flat=True)
    again = drawn(known, seed=made.seed, size=made.size)
    kept = list(made.lines.order_by("number").values_list("entry__line_id", flat=True))
    typer.echo(
        "\n".join([f"seed {made.seed} of checkpoint {made.checkpoint}: {made.size} of {made.population}", *again])
    )
    if again != kept:
        typer.echo("this is not the sample that is kept", err=True)
        raise typer.Exit(1)
