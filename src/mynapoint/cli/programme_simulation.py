"""`mynapoint programme simulate`: what a programme would cost, in a table, as JSON, and as CSV, SVG and PNG files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mynapoint.cli.programme_options import Format, InFormat, InLanguage, Language, RoundName, round_named

if TYPE_CHECKING:
    from mynapoint.programme.assumptions import Assumptions
    from mynapoint.programme.rounds import Round
    from mynapoint.programme.simulation import BudgetOutcome, Outcome, Spread
    from mynapoint.programme.words import Words

_TEXTS = {
    "title": ("{label} ── 試算", "{label} — simulation"),
    "how": (
        "対象者{people:,}人、{runs}回(1回につき{sample:,}人を重みつきで計算、シード{seed})",
        "{people:,} people, {runs} runs (each of {sample:,} weighted people; seed {seed})",
    ),
    "basis": ("仮定:{basis}", "Assumed: {basis}"),
    "applications": ("申込(人)", "applications"),
    "points": ("付与ポイント", "points"),
    "promised": ("最大(申込×1人の上限)", "at most (applications × cap)"),
    "all": ("合計", "All incentives"),
    "median": ("中央値", "median"),
    "within": (
        "予算 {label} {budget:,}ポイント:すべての試算で足ります",
        "Budget {label} {budget:,} points: enough in every run",
    ),
    "over": (
        "予算 {label} {budget:,}ポイント:{runs}回のうち{over}回で足りません(その場合、中央値で{day}の週に、{then})",
        "Budget {label} {budget:,} points: not enough in {over} of {runs} runs; "
        "{then} then, in the median, from the week of {day}",
    ),
    "then_refused": ("申込の受付が終わります", "applications are refused"),
    "then_waiting": ("順番待ちが始まります", "people wait for a turn"),
    "no_png": (
        "simulation.png は作れませんでした:{why}",
        "simulation.png was not drawn: {why}",
    ),
    "written": ("書き出したファイル:{files}", "Written: {files}"),
}


def simulate(
    round_id: RoundName,
    people: Annotated[int, typer.Option("--people", min=1, help="How many people may take part.")],
    *,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same outcome.")] = 1,
    runs: Annotated[int, typer.Option("--runs", min=1, max=10_000, help="How often to play it.")] = 100,
    assumptions: Annotated[
        Path | None, typer.Option("--assumptions", help="A TOML file; the programme's own or the defaults if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for simulation.csv, .svg and .png.")] = None,
    language: InLanguage = Language.JA,
    form: InFormat = Format.TEXT,
) -> None:
    """Print what a programme would cost before it starts: applications and points, each from p5 to p95."""
    from mynapoint.programme.simulation import simulate as play
    from mynapoint.programme.simulation_files import as_json

    law = round_named(round_id)
    assumed = _assumptions(law, assumptions)
    try:
        outcome = play(law, assumed, people=people, seed=seed, runs=runs)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="ROUND") from error
    files = _write(law, outcome, out, language.value) if out else []
    if form is Format.JSON:
        typer.echo(json.dumps(as_json(law, assumed, outcome, language.value), ensure_ascii=False, indent=2))
        return
    for line in _lines(law, assumed, outcome, language.value):
        typer.echo(line)
    if files:
        typer.echo(_text("written", language.value, files=", ".join(str(file) for file in files)))


def _assumptions(law: Round, path: Path | None) -> Assumptions:
    from mynapoint.programme.assumptions import default_assumptions, read_assumptions, shipped_assumptions
    from mynapoint.programme.rounds import RuleFileError

    try:
        if path is not None:
            return read_assumptions(path, law)
        return shipped_assumptions(law) or default_assumptions(law)
    except RuleFileError as error:
        raise typer.BadParameter(str(error), param_hint="--assumptions") from error
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="ROUND") from error


def _write(law: Round, outcome: Outcome, folder: Path, language: str) -> list[Path]:
    from mynapoint.programme.simulation_chart import chart
    from mynapoint.programme.simulation_files import write_csv

    table, picture = folder / "simulation.csv", folder / "simulation.svg"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_csv(outcome, table)
        svg = chart(law, outcome, language)
        picture.write_text(svg, encoding="utf-8")
        return [table, picture, *_write_png(svg, folder / "simulation.png", language)]
    except OSError as error:
        raise typer.BadParameter(f"{folder} cannot be written ({error.strerror})", param_hint="--out") from error


def _write_png(svg: str, path: Path, language: str) -> list[Path]:
    """Write the picture as PNG where that can be drawn; otherwise remove an older one and say what is missing."""
    from mynapoint.programme.simulation_png import NoPicture, png

    try:
        path.write_bytes(png(svg))
    except NoPicture as missing:
        path.unlink(missing_ok=True)
        typer.echo(_text("no_png", language, why=missing), err=True)
        return []
    return [path]


def _lines(law: Round, assumed: Assumptions, outcome: Outcome, language: str) -> Iterator[str]:
    from rich.cells import cell_len

    from mynapoint.cli.columns import pad, widths, wrap

    yield _text("title", language, label=_in(law.label, language))
    how = _text("how", language, people=outcome.people, runs=outcome.runs, sample=outcome.sample, seed=outcome.seed)
    yield from wrap(how, 100, first="  ", rest="  ")
    yield from wrap(_text("basis", language, basis=_in(assumed.basis, language)), 100, first="  ", rest="  ")
    rows = [("", "p5", _text("median", language), "p95")]
    for one in outcome.incentives:
        rows.append((_in(one.incentive.label, language), "", "", ""))
        rows += [_row(name, getattr(one, name), language) for name in ("applications", "points", "promised")]
    rows.append((_text("all", language), "", "", ""))
    rows += [_row(name, getattr(outcome, name), language) for name in ("points", "promised")]
    label_cells, *cells = widths(rows)
    yield ""
    for label, *numbers in rows:
        right = "".join("  " + pad("", width - cell_len(n)) + n for n, width in zip(numbers, cells, strict=True))
        yield (f"  {pad(label, label_cells)}" + right).rstrip()
    yield ""
    for budget in outcome.budgets:
        yield from wrap(_budget(law, budget, outcome, language), 100, first="  ", rest="    ")


def _row(name: str, spread: Spread, language: str) -> tuple[str, str, str, str]:
    return f"  {_text(name, language)}", f"{spread.p5:,}", f"{spread.median:,}", f"{spread.p95:,}"


def _budget(law: Round, budget: BudgetOutcome, outcome: Outcome, language: str) -> str:
    from mynapoint.programme.parameters import WhenSpent
    from mynapoint.programme.words import date_in

    figures = {"label": budget.parameter.key, "budget": budget.parameter.final_number}
    if budget.closes_in_week is None:
        return _text("within", language, **figures)
    day = date_in(budget.closes_in_week, language)
    rules = [one.when_spent for one in law.incentives.values() if one.budget == budget.parameter and one.when_spent]
    waits = any(rule.final == WhenSpent.WAITING_LIST for rule in rules)
    then = _text("then_waiting" if waits else "then_refused", language)
    return _text("over", language, **figures, over=budget.runs_over, runs=outcome.runs, day=day, then=then)


def _in(words: Words, language: str) -> str:
    return words.in_language(language)


def _text(text: str, language: str, **figures: object) -> str:
    return _TEXTS[text][0 if language == "ja" else 1].format(**figures)
