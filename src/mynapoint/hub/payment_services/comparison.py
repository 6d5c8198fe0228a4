"""Up to three payment services side by side: which were chosen, and every term with whether they differ in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from mynapoint.hub.payment_services.listing import Offer
from mynapoint.hub.payment_services.terms import compared_terms
from mynapoint.hub.words import PageWords

MOST = 3
READ_MOST = 12
"""How many numbers of one address are looked up at all."""
PARAMETER = "s"
"""Names a service chosen for comparing, in the address of the search and of the comparison."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one service states of one term, line by line; no line: nothing."""

    service: PageWords
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One term with a cell for each service, in the order of the services."""

    label: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Tell whether any two services state something else."""
        return len({cell.lines for cell in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Column:
    """One service that is compared, and the parameters of the same page without it."""

    number: str
    label: PageWords
    without: str


def once_each(numbers: Sequence[str]) -> list[str]:
    """Return the numbers that were chosen, none twice, in the order chosen."""
    return list(dict.fromkeys(number for number in numbers if number))


def parameters(numbers: Sequence[str]) -> str:
    """Return the query that names some services.

    >>> parameters(["MP0000001", "MP0000002"])
    '?s=MP0000001&s=MP0000002'
    """
    return f"?{urlencode({PARAMETER: numbers}, doseq=True)}"


def columns(offers: Sequence[Offer]) -> list[Column]:
    """Return the services that are compared."""
    numbers = [offer.service.number for offer in offers]
    return [
        Column(one.service.number, one.service.label, parameters([other for other in numbers if other != number]))
        for one, number in zip(offers, numbers, strict=True)
    ]


def rows(offers: Sequence[Offer], *, day: date) -> list[Row]:
    """Return the terms of some services on a day, one a row; a term that none of them states is left out."""
    labels = [offer.service.label for offer in offers]
    found = [
        Row(same[0].label, tuple(Cell(label, term.lines) for label, term in zip(labels, same, strict=True)))
        for same in zip(*(compared_terms(offer, day=day) for offer in offers), strict=True)
    ]
    return [row for row in found if any(cell.lines for cell in row.cells)]
