"""`mynapoint programme diff --pages`: the pages of the hub here that a change of the law reaches."""

from __future__ import annotations

import os
from datetime import date
from typing import Any, NoReturn

import typer

from mynapoint.programme.rounds import Round

_TEXTS = {
    "pages": ("変わるページ", "Pages affected"),
    "none": ("変わるページはありません。", "No page is affected."),
}


def with_pages(answer: dict[str, Any], law: Round, earlier: date, later: date) -> dict[str, Any]:
    """Return a diff's JSON with the pages it affects."""
    return {**answer, "pages": [{"address": one, "keys": keys} for one, keys in _affected(law, earlier, later)]}


def print_pages(law: Round, earlier: date, later: date, language: str) -> None:
    """Print the pages affected, each with the keys of what changes on it."""
    words = 0 if language == "ja" else 1
    found = _affected(law, earlier, later)
    typer.echo("")
    typer.echo(_TEXTS["pages" if found else "none"][words])
    for address, keys in found:
        typer.echo(f"  {address}  {' '.join(keys)}")


def _affected(law: Round, earlier: date, later: date) -> list[tuple[str, list[str]]]:
    from mynapoint.cli.hub_start import start_django

    state = os.environ.get("MYNAPOINT_STATE", "state")
    if "MYNAPOINT_DATABASE" not in os.environ and not os.path.isdir(state):
        _refuse(state)
    settings = start_django()
    from django.db import DatabaseError

    from mynapoint.hub.municipalities.affected import affected_pages

    try:
        return [(page.address, list(page.keys)) for page in affected_pages(law, earlier, later)]
    except DatabaseError as error:
        _refuse(settings.STATE, error)


def _refuse(state: object, cause: Exception | None = None) -> NoReturn:
    typer.echo(f"--pages: no hub's tables in {state}; set MYNAPOINT_STATE to the hub's folder", err=True)
    raise typer.Exit(1) from cause
