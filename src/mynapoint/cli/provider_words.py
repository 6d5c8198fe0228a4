"""What `mynapoint provider run` says: its progress on a terminal, and its figures at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from mynapoint.provider.award_run import RunResult, Step

_AT_WORK = {
    "cells": "bringing the cells up to date",
    "award": "computing awards",
    "credit": "crediting",
    "report": "reporting to the hub",
}


class Shown:
    """Takes a run's progress and shows none of it: where a machine reads, it is told at the end."""

    def done(self, step: Step, words: str) -> None:
        """Take a step that is done and kept."""

    def at_work(self, name: str, part: int, parts: int) -> None:
        """Take what the run is at: a file's name or a step, and how many of its parts are done."""


class _OnTerminal(Shown):
    """Shows a bar of what the run is at, and a line for each step that is done."""

    def __init__(self, bars: Progress, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def done(self, step: Step, words: str) -> None:
        self._bars.console.print(f"{step.value.replace('_', ' '):12}  {words}", markup=False, highlight=False)

    def at_work(self, name: str, part: int, parts: int) -> None:
        words = _AT_WORK.get(name, f"reading {name}")
        self._bars.update(self._task, description=words, completed=part, total=parts or None)


@contextmanager
def shown_on_terminal(*, quiet: bool) -> Iterator[Shown]:
    """Show progress on standard error while a block runs, where that is a terminal and nobody asked for quiet."""
    if quiet or not sys.stderr.isatty():
        yield Shown()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _OnTerminal(bars, bars.add_task("starting", total=None))


def run_words(result: RunResult) -> str:
    """Return a run's figures as lines for people: each file's rows, and what was awarded."""
    lines = [
        f"{one.name}: {one.rows:,} rows = {one.accepted:,} accepted + {one.set_aside:,} set aside "
        f"+ {one.repeated:,} repeated"
        for one in result.taken
    ]
    if len(lines) > 1:
        rows = result.accepted + result.set_aside + result.repeated
        lines.append(
            f"{result.files:,} files: {rows:,} rows = {result.accepted:,} accepted + {result.set_aside:,} set aside "
            f"+ {result.repeated:,} repeated"
        )
    lines.append(
        f"As of {result.as_of.isoformat()}: {result.posted:,} lines posted, {result.points_posted:,} points; "
        f"{result.reports} reports taken by the hub, {result.refused:,} lines refused."
    )
    if result.differing is not None:
        agreed = "agreed" if result.differing == 0 else f"differed in {result.differing:,} figures"
        lines.append(f"Computed from all transactions: the stored cells {agreed}.")
    return "\n".join(lines)
