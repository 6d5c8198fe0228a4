"""`mynapoint hub proxy`: nginx's configuration, with the hub's own words for whoever is beyond its limits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mynapoint.cli.hub_start import start_django


def proxy(folder: Annotated[Path, typer.Argument(help="nginx's prefix; made if need be.")]) -> None:
    """Write what nginx in front of the hub needs, again after each release; your own files in it stay as they are."""
    start_django()
    from mynapoint.hub.operation.proxy import CONFIGURATION, write

    try:
        made = write(folder)
    except OSError as error:
        raise typer.BadParameter(f"{error.filename or folder}: {error.strerror}", param_hint="FOLDER") from error
    for name in made:
        typer.echo(f"Edit {folder / name}")
    typer.echo(f"Then: nginx -p {folder.absolute()} -c {CONFIGURATION}")
