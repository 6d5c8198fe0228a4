"""A round as a web page of its own: one HTML file that loads nothing, for a municipality to put on its site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from mynapoint.cli.citations import HEADING
from mynapoint.cli.programme_text import TEXTS
from mynapoint.programme import explain
from mynapoint.programme.history_words import grace_words
from mynapoint.programme.rounds import Round
from mynapoint.programme.sources import Confidence
from mynapoint.programme.statement_of_day import as_json
from mynapoint.programme.words import Words, date_in

_AS_OF = Words("{day}現在", "As of {day}")
_INLINE = frozenset({"a", "br", "small", "span", "strong"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page: what is stated, the numbers of its sources, and how sure it is unless as published."""

    words: str
    marks: Sequence[str]
    sure: str
    note: str
    label: str = ""
    announced_on: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences, a table of figures, and a list."""

    heading: str
    sentences: Sequence[str] = ()
    figures: Sequence[Entry] = ()
    items: Sequence[Entry] = ()


def round_as_html(law: Round, day: date, language: str) -> str:
    """Return what a page of ``day`` may state of a round as one HTML file: every figure and rule, with its sources."""
    page, title = _Page(law, language, dict(as_json(law, day, language))), law.label.in_language(language)
    sections = list(page.sections())
    html = Element("html", lang=language)
    head = SubElement(html, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "title", title)
    _add(head, "style", resources.files("mynapoint.cli").joinpath("programme_page.css").read_text(encoding="utf-8"))
    main = SubElement(SubElement(html, "body"), "main")
    _add(main, "h1", title)
    _add(main, "p", _AS_OF.in_language(language).format(day=date_in(day, language)))
    if not page.stated["figures"]:
        _add(main, "p", page.text("nothing"))
    for section in sections:
        _add_section(main, section)
    if page.sources:
        _add(main, "h2", HEADING.in_language(language))
        cited = SubElement(main, "ol")
        for source in page.sources.values():
            words = " ".join(filter(None, (source["publisher"], source["title"], source["date"])))
            _add_link(_add(cited, "li", words, id=f"source-{source['number']}"), source["url"])
    for element in html.iter():
        if element.tag not in _INLINE:
            element.tail = "\n"
    return "<!DOCTYPE html>\n" + tostring(html, encoding="unicode", method="html")


def _add(parent: Element, tag: str, text: str, **attributes: str) -> Element:
    added = SubElement(parent, tag, attributes)
    added.text = text
    return added


def _add_section(main: Element, section: Section) -> None:
    added = SubElement(main, "section")
    _add(added, "h2", section.heading)
    for sentence in section.sentences:
        _add(added, "p", sentence)
    if section.figures:
        table = SubElement(SubElement(added, "table"), "tbody")
        for one in section.figures:
            row = SubElement(table, "tr")
            _add(row, "th", one.label, scope="row")
            cell = SubElement(row, "td")
            _add(cell, "strong", one.words).tail = " "
            _add_evidence(cell, one)
    if section.items:
        listed = SubElement(added, "ul")
        for one in section.items:
            item = _add(listed, "li", f"{one.words} ")
            _add_evidence(item, one)


def _add_evidence(parent: Element, one: Entry) -> None:
    """Add when it was announced, the marks of its sources, how sure it is, the address it states, and its note."""
    evidence = SubElement(parent, "small")
    _add(evidence, "span", one.announced_on).tail = " "
    for mark in one.marks:
        _add(evidence, "a", f"[{mark}]", href=f"#source-{mark}").tail = " "
    _add(evidence, "span", one.sure)
    _add_link(parent, one.address)
    if one.note:
        SubElement(parent, "br")
        _add(parent, "small", one.note)


def _add_link(parent: Element, address: str | None) -> None:
    if address:
        SubElement(parent, "br")
        _add(parent, "a", address, href=address)


@dataclass(slots=True)
class _Page:
    """The page while it is put together; sources are numbered in the order in which they are first named."""

    law: Round
    language: str
    stated: dict[str, Any]
    sources: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def sections(self) -> Iterator[Section]:
        """Yield the sections that have something to state."""
        figures = {one["key"]: one for one in self.stated["figures"]}
        lines = {line["key"]: line for line in self.stated["contact_lines"]}
        spoken_for = {
            key for line in lines.values() for key in (line["number"], line["menu_key"], *line["alternatives"])
        }
        for incentive in self.stated["incentives"]:
            keys = [key for key in incentive["figures"].values() if key in figures]
            spoken_for.update(keys)
            if keys:
                heading = self.text("incentive", number=incentive["number"], label=incentive["label"])
                born = (incentive["born"] or {}).get("in_words")
                sentences = [one for one in (incentive["in_words"], born) if one]
                yield Section(heading, sentences, [self._figure(figures[key]) for key in dict.fromkeys(keys)])
        others = [one for key, one in figures.items() if key not in spoken_for]
        pages = [one for one in others if one["unit"] == "web address"]
        yield from self._listed(self.text("others"), figures=[self._figure(one) for one in others if one not in pages])
        yield from self._listed(self.text("pages"), [self._entry(one, one["label"], one["value"]) for one in pages])
        for topic, topic_words in explain.TOPIC_WORDS.items():
            stated = [one for one in self.stated["statements"] if one["topic"] == topic.value]
            yield from self._listed(self._in(topic_words), [self._entry(one, one["words"]) for one in stated])
        for line in lines.values():
            if line["number"]:
                yield Section(self.text("contact"), items=list(self._contact(line, figures)))
        graces = [(self.law.graces[one["id"]], one) for one in self.stated["graces"]]
        told = [self._entry(one, grace_words(self.law, grace, self.language)) for grace, one in graces]
        yield from self._listed(self.text("graces"), told)
        decided = [
            self._entry(one, self.text("decision", figure=one["label"], words=one["in_words"]))
            for one in self.stated["decisions"]
        ]
        yield from self._listed(self.text("decisions"), decided)

    def text(self, name: str, **figures: object) -> str:
        """Return one of the page's own texts."""
        filled = {key: self._in(value) if isinstance(value, Words) else value for key, value in figures.items()}
        return self._in(TEXTS[name]).format(**filled)

    def _contact(self, line: dict[str, Any], figures: dict[str, dict[str, Any]]) -> Iterator[Entry]:
        number, menu = figures[line["number"]], figures.get(line["menu_key"] or "")
        key = menu["value"] if menu else ""
        words = self.text("menu" if menu else "no_menu", line=line["label"], number=number["value"], key=key)
        yield self._entry(number, words)
        if hours := line["hours"]:
            *first, last = hours["in_words"]
            yield from (self._entry({**hours, "note": None}, one) for one in first)
            yield self._entry(hours, last)
        for other in line["alternatives"]:
            one = figures[other]
            yield self._entry(one, self.text("other_number", label=one["label"], number=one["value"]))

    @staticmethod
    def _listed(heading: str, items: Sequence[Entry] = (), figures: Sequence[Entry] = ()) -> Iterator[Section]:
        if items or figures:
            yield Section(heading, items=items, figures=figures)

    def _figure(self, one: dict[str, Any]) -> Entry:
        announced = self.text("announced", day=one["announced_on"])
        return self._entry(one, one["in_words"], label=one["label"], announced_on=announced)

    def _entry(
        self, stated: dict[str, Any], words: str, address: str = "", *, label: str = "", announced_on: str = ""
    ) -> Entry:
        confidence = Confidence(stated["confidence"])
        sure = "" if confidence is Confidence.VERBATIM else self._in(explain.CONFIDENCE_WORDS[confidence])
        marks = [self._number(source) for source in (stated["source"], *stated["also_in"])]
        note = self.text("note", note=stated["note"]) if stated["note"] else ""
        return Entry(words, marks, sure, note, label, announced_on, address)

    def _number(self, source: dict[str, str | None]) -> str:
        known = self.sources.setdefault(str(source["id"]), {**source, "number": str(len(self.sources) + 1)})
        return str(known["number"])

    def _in(self, words: Words) -> str:
        return words.in_language(self.language)
