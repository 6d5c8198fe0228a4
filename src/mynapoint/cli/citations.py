"""Citations: the numbered sources of a printed page, in the order in which they are first named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rich.text import Text

from mynapoint.cli.columns import wrap
from mynapoint.programme import explain
from mynapoint.programme.sources import Confidence, Source, known_by
from mynapoint.programme.statement_of_day import Evidence
from mynapoint.programme.words import Words

HEADING = Words("出典", "Sources")


class Citations:
    """Gives each source its number, once, and prints the list of them."""

    def __init__(self, language: str, width: int) -> None:
        self._language = language
        self._width = width
        self._sources: dict[str, Source] = {}

    def marks(self, evidence: Evidence, day: date) -> str:
        """Return ``[1][2]``, and how sure it is unless the authority itself says so."""
        sources = known_by(day, evidence.source, evidence.also_in)
        for source in sources:
            self._sources.setdefault(source.id, source)
        order = list(self._sources)
        marks = "".join(f"[{order.index(source.id) + 1}]" for source in sources)
        if evidence.confidence is Confidence.VERBATIM:
            return marks
        return f"{marks} {explain.CONFIDENCE_WORDS[evidence.confidence].in_language(self._language)}"

    def lines(self) -> Iterator[Text]:
        """Yield the list of sources under its heading; nothing where none was named."""
        if self._sources:
            yield Text()
            yield Text(HEADING.in_language(self._language), style="bold")
        for number, source in enumerate(self._sources.values(), start=1):
            dated = f" {source.date.isoformat()}" if source.date else ""
            words = f"{source.publisher} {source.title}{dated}"
            for line in wrap(words, self._width, first=f"  [{number}] ", rest="      "):
                yield Text(line)
            if source.url:
                yield Text(f"      {source.url}", style="dim")
