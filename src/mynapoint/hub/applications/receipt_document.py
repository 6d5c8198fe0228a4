"""The receipt of an application as a PDF to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mynapoint.hub.printing import set_pdf


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """What the document says, all in the page's language.

    ``facts``      term and description, in order, under ``columns``      ``statement``  exactly as it was signed
    ``signed``     how and when it was signed           ``note``       what the document is worth, at its foot
    """

    language: str
    title: str
    columns: tuple[str, str]
    facts: Sequence[tuple[str, str]]
    next_heading: str
    next_steps: Sequence[str]
    statement_heading: str
    statement: str
    signed: str
    note: str


def receipt_pdf(document: ReceiptDocument) -> bytes:
    """Return the document as PDF/UA-1. Raises CannotBeSet. Nothing it says is ever read as markup."""
    return set_pdf(_TEMPLATE, asdict(document))


_TEMPLATE = """
#let said = json(bytes(sys.inputs.said))
#set document(title: said.title)
#set page(paper: "a4", margin: 22mm, footer: text(8.5pt, fill: luma(80), said.note))
#set text(font: sys.inputs.font, lang: said.language, size: 10.5pt)
#set par(leading: 0.8em, justify: false)
#show heading.where(level: 1): set text(19pt)
#show heading.where(level: 2): set text(13pt)
#show heading: set block(above: 1.6em, below: 0.9em)
#heading(level: 1, said.title)
#table(
  columns: (30%, 1fr), stroke: (x: none, y: 0.5pt + luma(180)), inset: (x: 4pt, y: 7pt),
  table.header(..said.columns.map(strong)),
  ..said.facts.map(((term, what)) => (strong(term), what)).flatten(),
)
#if said.next_steps.len() > 0 [
  #heading(level: 2, said.next_heading)
  #list(..said.next_steps)
]
#heading(level: 2, said.statement_heading)
#block(width: 100%, stroke: 1pt, inset: 10pt, radius: 3pt, said.statement)
#text(9.5pt, said.signed)
"""
