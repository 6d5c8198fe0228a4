"""What `mynapoint award` says: its steps on a terminal, its figures at the end, as lines or as one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mynapoint.provider.award_files import Outcome


@contextmanager
def steps_on_terminal(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show the step at work and the time since the start on standard error, where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("starting", total=None)
        yield lambda step: shown.update(task, description=step)


def outcome_words(outcome: Outcome, engine: str, as_of: datetime) -> str:
    """Return an award's figures as lines for people."""
    taken = outcome.taken
    lines = []
    for tally in taken.tallies:
        figures = f"accepted {tally.accepted:,} + set aside {tally.set_aside:,} + repeated {tally.repeated:,}"
        lines.append(f"{tally.table:<13} rows in {tally.rows:,} = {figures}")
    lines += [f"{'':<13} {file.path} read as CP932" for file in taken.files if file.encoding == "cp932"]
    lines += [
        f"{'':<13} of the accepted rows: refunds waiting for their original {taken.waiting:,}, "
        f"of accounts without an application {taken.not_enrolled:,}",
        f"{'awards':<13} lines {outcome.lines:,}, points to post {outcome.points_to_post:,}, "
        f"to take back {outcome.points_to_take_back:,} (engine {engine}, as of {as_of.isoformat()})",
        f"{'written':<13} {outcome.awards_file}",
        f"{'':<13} {outcome.rejects_file}, rows {sum(tally.set_aside for tally in taken.tallies):,}",
    ]
    if outcome.exact_rejects_file:
        lines.append(f"{'':<13} {outcome.exact_rejects_file}, the same rows exactly")
    return "\n".join(lines)


def outcome_json(outcome: Outcome, engine: str, as_of: datetime, seconds: float) -> str:
    """Return an award's figures as one JSON object; ``seconds`` the award took."""
    taken = outcome.taken
    written = {"awards": outcome.awards_file, "rejects": outcome.rejects_file}
    if outcome.exact_rejects_file:
        written["exact_rejects"] = outcome.exact_rejects_file
    figures = {
        "engine": engine,
        "as_of": as_of.isoformat(),
        "tables": {
            tally.table: {
                "rows": tally.rows,
                "accepted": tally.accepted,
                "set_aside": tally.set_aside,
                "repeated": tally.repeated,
            }
            for tally in taken.tallies
        },
        "refunds_waiting": taken.waiting,
        "rows_not_enrolled": taken.not_enrolled,
        "awards": {
            "lines": outcome.lines,
            "points_to_post": outcome.points_to_post,
            "points_to_take_back": outcome.points_to_take_back,
        },
        "files": [
            {"table": file.table, "file": str(file.path), "encoding": file.encoding or "parquet"}
            for file in taken.files
        ],
        "written": {name: str(path) for name, path in written.items()},
        "seconds": round(seconds, 3),
    }
    return json.dumps(figures, ensure_ascii=False)
