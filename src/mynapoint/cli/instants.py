"""The option --as-of: an instant with its offset, or a sentence that says how to write one."""

from __future__ import annotations

from datetime import datetime

import typer


def instant(text: str) -> datetime:
    """Return an ISO 8601 instant with offset, from 1970 to 2199. Raises typer.BadParameter."""
    hint = "write an instant with its offset, such as 2022-08-31T00:00:00+09:00"
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no instant; {hint}", param_hint="--as-of") from None
    if parsed.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no time zone; {hint}", param_hint="--as-of")
    if not 1970 <= parsed.year < 2200:
        raise typer.BadParameter(f"{text!r} does not lie between 1970 and 2199", param_hint="--as-of")
    return parsed
