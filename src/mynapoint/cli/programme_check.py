"""`mynapoint programme check FILE`: “ok” with a summary, or every fault with file, key, reason and exit status 2."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A programme file (TOML).")],
) -> None:
    """Read a programme file strictly: “ok” with what it holds, or all its faults and exit status 2."""
    from mynapoint.programme.check import check_file, summary

    examined = check_file(file)
    if examined.law is None:
        for fault in examined.faults:
            typer.echo(str(fault), err=True)
        faults = "1 fault" if len(examined.faults) == 1 else f"{len(examined.faults)} faults"
        typer.echo(f"{file.name} cannot be used: {faults}. Correct the file and check it again.", err=True)
        raise typer.Exit(2)
    held = summary(examined.law)
    typer.echo(f"{file.name}: ok")
    typer.echo(
        f"  {examined.law.id}: {held.incentives} incentives, {held.figures} figures, {held.statements} statements, "
        f"{held.announcements} announcements, {held.graces} exceptions, {held.sources} sources"
    )
    for incentive in examined.law.incentives.values():
        parts = ", ".join(f"{part} {parameter.final}" for part, parameter in incentive.parts().items())
        typer.echo(f"  {incentive.number} {incentive.id}: {parts}")
