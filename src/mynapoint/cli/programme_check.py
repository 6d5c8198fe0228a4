"""`mynapoint programme check FILE`: “ok” with a summary, or every fault with file, key, reason and exit status 2."""

from __future__ import annotations

from typing import Annotated

import typer


def check(
    name: Annotated[str, typer.Argument(metavar="FILE", help="A programme file (TOML), or a round of the package.")],
) -> None:
    """Read a programme file strictly: “ok” with what it holds, or all its faults and exit status 2."""
    from mynapoint.programme.check import check_file, summary
    from mynapoint.programme.explain import announcement_words
    from mynapoint.programme.rounds import file_of

    file = file_of(name)
    examined = check_file(file)
    if examined.law is None:
        for fault in examined.faults:
            typer.echo(str(fault), err=True)
        faults = "1 fault" if len(examined.faults) == 1 else f"{len(examined.faults)} faults"
        typer.echo(f"{file.name} cannot be used: {faults}. Correct the file and check it again.", err=True)
        raise typer.Exit(2)
    held = summary(examined.law)
    typer.echo(f"{file.name}: ok")
    numbers = [
        (held.incentives, "incentive"),
        (held.figures, "figure"),
        (held.statements, "statement"),
        (held.announcements, "announcement"),
        (held.graces, "exception"),
        (held.sources, "source"),
    ]
    typer.echo("  " + ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in numbers))
    for incentive in examined.law.incentives.values():
        typer.echo(f"  incentive {incentive.number}, {incentive.id}, in the end:")
        for part, parameter in incentive.parts().items():
            words = announcement_words(parameter.unit, parameter.announcements[-1], "en")
            typer.echo(f"    {part:20}{words}")
