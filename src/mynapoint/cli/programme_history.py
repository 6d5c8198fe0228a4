"""`mynapoint programme history` and `diff`: who announced what when, and what changed between two days."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from mynapoint.cli.programme_options import Format, InFormat, InLanguage, Language, RoundName, parse_day, round_named

if TYPE_CHECKING:
    from rich.text import Text

    from mynapoint.programme.parameters import Parameter
    from mynapoint.programme.rounds import Round
    from mynapoint.programme.statement_of_day import Evidence

_TEXTS = {
    "history": ("{label} ── 公表の記録", "{label} — who announced what when"),
    "diff": ("{label} ── {earlier}から{later}までに変わったこと", "{label} — what changed from {earlier} to {later}"),
    "nothing": ("変わったことはありません。", "Nothing changed."),
    "decisions": ("国の定めが見つからず、このソフトウェアで決めたこと", "No rule found; decided by this software"),
    "decision": ("{label}:{words}", "{label}: {words}"),
    "note": ("※{note}", "Note: {note}"),
}


def history(round_id: RoundName, language: InLanguage = Language.JA, form: InFormat = Format.TEXT) -> None:
    """Print who announced what when: every announcement in the order of its day, with source and confidence."""
    from mynapoint.programme.history_json import history_as_json

    law = round_named(round_id)
    if form is Format.JSON:
        typer.echo(json.dumps(history_as_json(law, language.value), ensure_ascii=False, indent=2))
        return
    from mynapoint.cli.programme_text import print_lines

    print_lines(partial(_history_lines, law, language.value), to=sys.stdout)


def diff(  # noqa: PLR0917 - what a command line can say, in its order
    round_id: RoundName,
    earlier: Annotated[str, typer.Argument(metavar="FROM", help="The earlier day, YYYY-MM-DD.")],
    later: Annotated[str, typer.Argument(metavar="TO", help="The later day, YYYY-MM-DD.")],
    language: InLanguage = Language.JA,
    form: InFormat = Format.TEXT,
    pages: Annotated[
        bool,
        typer.Option("--pages", help="List the pages of the hub here (MYNAPOINT_STATE) that say something else then."),
    ] = False,
) -> None:
    """Print what changed for residents between two days, in words, with sources; with --pages also where."""
    from mynapoint.cli.programme_pages import print_pages, with_pages
    from mynapoint.programme.history_json import changes_as_json

    first, last = parse_day(earlier, "FROM"), parse_day(later, "TO")
    if last < first:
        raise typer.BadParameter(f"{last} is before {first}; give the earlier day first", param_hint="TO")
    law = round_named(round_id)
    if form is Format.JSON:
        answer = changes_as_json(law, first, last, language.value)
        if pages:
            answer = with_pages(answer, law, first, last)
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    from mynapoint.cli.programme_text import print_lines

    print_lines(partial(_diff_lines, law, first, last, language.value), to=sys.stdout)
    if pages:
        print_pages(law, first, last, language.value)


def _history_lines(law: Round, language: str, width: int) -> Iterator[Text]:
    from mynapoint.programme.history import history
    from mynapoint.programme.history_words import event_words, key_of
    from mynapoint.programme.statement_of_day import decisions
    from mynapoint.programme.words import date_in

    page = _Page(language, width)
    yield page.heading("history", label=law.label.in_language(language))
    for day, events in groupby(history(law), key=lambda event: event.after.announced_on):
        yield from page.section(date_in(day, language))
        for event in events:
            yield from page.entry(key_of(event), event_words(law, event, language), event.after, day)
    if decided := decisions(law):
        yield from page.section(_text("decisions", language))
    for parameter in decided:
        yield from page.decision(parameter)
    yield from page.citations.lines()


def _diff_lines(law: Round, earlier: date, later: date, language: str, width: int) -> Iterator[Text]:
    from mynapoint.programme.history import changes
    from mynapoint.programme.history_words import change_words, key_of
    from mynapoint.programme.words import date_in

    page, label = _Page(language, width), law.label.in_language(language)
    yield page.heading("diff", label=label, earlier=date_in(earlier, language), later=date_in(later, language))
    found = changes(law, earlier, later)
    if not found:
        yield page.heading("nothing")
    for change in found:
        words = f"{change_words(law, change, later, language)} {change.after.announced_on.isoformat()}"
        yield from page.entry(key_of(change), words, change.after, later)
    yield from page.citations.lines()


class _Page:
    """One printing: entries with their keys, notes and numbered sources."""

    def __init__(self, language: str, width: int) -> None:
        from mynapoint.cli.citations import Citations

        self._language = language
        self._width = width
        self.citations = Citations(language, width)

    def heading(self, text: str, **figures: object) -> Text:
        from rich.text import Text

        return Text(_text(text, self._language, **figures), style="bold")

    def section(self, words: str) -> Iterator[Text]:
        from rich.text import Text

        yield Text()
        yield Text(words, style="bold")

    def entry(self, key: str, words: str, evidence: Evidence, day: date) -> Iterator[Text]:
        from rich.text import Text

        from mynapoint.cli.columns import wrap

        for line in wrap(f"{words} {self.citations.marks(evidence, day)}", self._width, first="  ", rest="    "):
            yield Text(line)
        yield Text(f"    {key}", style="dim")
        if evidence.note is not None:
            note = _text("note", self._language, note=evidence.note.in_language(self._language))
            for line in wrap(note, self._width, first="    ", rest="    "):
                yield Text(line, style="dim")

    def decision(self, parameter: Parameter) -> Iterator[Text]:
        from mynapoint.programme import explain

        announcement = parameter.announcements[-1]
        words = explain.announcement_words(parameter.unit, announcement, self._language)
        text = _text("decision", self._language, label=parameter.label.in_language(self._language), words=words)
        yield from self.entry(parameter.key, text, announcement, announcement.announced_on)


def _text(text: str, language: str, **figures: object) -> str:
    return _TEXTS[text][0 if language == "ja" else 1].format(**figures)
