"""The statement of a service as a PDF to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mynapoint.hub.printing import set_pdf


@dataclass(frozen=True, slots=True)
class StatementDocument:
    """What the document says, all in the page's language; figures as they are printed.

    ``sums``     term and figure, under ``columns``      ``claims``  a row for each claim, under ``heads``
    """

    language: str
    title: str
    of: str
    columns: tuple[str, str]
    sums: Sequence[tuple[str, str]]
    claims_heading: str
    heads: Sequence[str]
    claims: Sequence[Sequence[str]]
    note: str


def statement_pdf(document: StatementDocument) -> bytes:
    """Return the document as PDF/UA-1. Raises CannotBeSet. Nothing it says is ever read as markup."""
    return set_pdf(_TEMPLATE, asdict(document))


_TEMPLATE = """
#let said = json(bytes(sys.inputs.said))
#set document(title: said.title)
#set page(paper: "a4", margin: 20mm, footer: text(
  8.5pt, fill: luma(80), said.note + h(1fr) + context counter(page).display("1 / 1", both: true)))
#set text(font: sys.inputs.font, lang: said.language, size: 10pt)
#set par(leading: 0.8em, justify: false)
#show heading.where(level: 1): set text(18pt)
#show heading.where(level: 2): set text(12pt)
#show heading: set block(above: 1.6em, below: 0.9em)
#heading(level: 1, said.title)
#text(said.of)
#table(
  columns: (1fr, 35mm), align: (left, right), stroke: (x: none, y: 0.5pt + luma(180)), inset: (x: 4pt, y: 7pt),
  table.header(..said.columns.map(strong)),
  ..said.sums.map(((term, figure)) => (strong(term), figure)).flatten(),
)
#if said.claims.len() > 0 [
  #heading(level: 2, said.claims_heading)
  #table(
    columns: (1fr, auto, auto, auto, auto), align: (left, left, right, right, left),
    stroke: (x: none, y: 0.5pt + luma(180)), inset: (x: 4pt, y: 6pt),
    table.header(..said.heads.map(strong)), ..said.claims.flatten(),
  )
]
"""
