"""`mynapoint provider check URL`: whether an account API, in whatever language, does what the hub relies on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer


def check(
    url: Annotated[str, typer.Argument(metavar="URL", help="The account API's address, as the hub would call it.")],
    trial: Annotated[Path, typer.Option(metavar="trial.toml", help="Keys and test accounts; see docs/providers.md.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")] = False,
) -> None:
    """Try an account API's test installation against every rule of docs/providers.md; exit status 1 if one is broken.

    It closes the test account named for that, by wrong codes. Never run it against accounts that people have.
    """
    from mynapoint.provider.config import ConfigError
    from mynapoint.provider.conformance import check as tried
    from mynapoint.provider.trials import load_trial

    try:
        findings = tried(load_trial(trial, url))
    except ConfigError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(2) from None
    broken = [one for one in findings if one.why_not is not None]
    if as_json:
        rules = [{**dataclasses.asdict(one), "holds": one.why_not is None} for one in findings]
        typer.echo(json.dumps({"url": url, "holds": not broken, "rules": rules}, ensure_ascii=False))
    else:
        for one in findings:
            typer.echo(f"{'ok    ' if one.why_not is None else 'BROKEN'}  {one.section}  {one.rule}: {one.what}")
            if one.why_not is not None:
                typer.echo(f"            {one.why_not}")
        typer.echo(f"{len(findings) - len(broken)} of {len(findings)} rules hold. Sections: docs/providers.md")
    if broken:
        raise typer.Exit(1)
