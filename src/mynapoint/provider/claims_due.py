"""What is to be claimed, from what each month brought and what was claimed before: figures alone, no store, no hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mynapoint.exchange.messages import ClaimState, StatedClaim
from mynapoint.programme.values import IncentiveId, Points


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """What claims follow one another of: an incentive of a round."""

    round_id: str
    incentive: IncentiveId


@dataclass(frozen=True, slots=True)
class Brought:
    """What a month brought. ``awarded``: claw-backs and corrections taken off; ``expired``: lapsed unused."""

    awarded: Points
    expired: Points


Books = Mapping[Series, Mapping[str, Brought]]
"""By months such as ``2022-07`` in Tokyo; the day on which an award was posted decides, not the one it was reported."""


@dataclass(frozen=True, slots=True)
class Due:
    """One claim that is due.

    ``awarded``, ``expired``  from the beginning through the month; everything where it is final
    ``before``  points of earlier claims that were not refused
    ``points``  awarded - expired - before; less than 0 is paid back
    """

    series: Series
    month: str
    awarded: Points
    expired: Points
    before: Points
    final: bool

    @property
    def points(self) -> Points:
        """What is claimed."""
        return Points(self.awarded - self.expired - self.before)


def to_claim(books: Books, told: Sequence[StatedClaim], *, today: date, final: bool) -> list[Due]:
    """Return the claims that are due, in order.

    A claim for each month that is over and later than the last one claimed, where anything is due by then: what was
    reported late comes with the first of them. With ``final`` one claim of everything instead, even of 0 points,
    once; after it only what has changed, final too. A month that would take back more than was ever claimed waits.

    books  from the beginning
    told   every claim the hub knows of the service, in its order; refused ones count for nothing
    today  the day in Tokyo
    """
    due: list[Due] = []
    for series in sorted(books):
        before = [one for one in told if _is_of(one, series) and one.state is not ClaimState.REFUSED]
        if final:
            due += _final(series, books[series], before, today)
        elif not any(one.final for one in before):
            due += _monthly(series, books[series], before, today)
    return due


def total(books: Books) -> Points:
    """Return all that was awarded, corrections taken off: what the hub must have recorded."""
    return Points(sum(month.awarded for months in books.values() for month in months.values()))


def _monthly(series: Series, months: Mapping[str, Brought], before: Sequence[StatedClaim], today: date) -> list[Due]:
    claimed: int = sum(one.points for one in before)
    due = []
    for month in _months(min(months), f"{today:%Y-%m}"):
        through = [brought for name, brought in months.items() if name <= month]
        one = _due(series, month, through, claimed, final=False)
        is_new = not before or month > before[-1].month
        if is_new and one.points and one.points + claimed >= 0:
            due.append(one)
            claimed += one.points
    return due


def _final(series: Series, months: Mapping[str, Brought], before: Sequence[StatedClaim], today: date) -> list[Due]:
    one = _due(series, f"{today:%Y-%m}", list(months.values()), sum(each.points for each in before), final=True)
    finals = [each for each in before if each.final]
    is_new = not finals or one.points or one.expired != finals[-1].expired
    return [one] if is_new else []


def _due(series: Series, month: str, brought: Sequence[Brought], claimed: int, *, final: bool) -> Due:
    awarded, expired = sum(one.awarded for one in brought), sum(one.expired for one in brought)
    return Due(series, month, Points(awarded), Points(expired), Points(claimed), final)


def _months(first: str, end: str) -> list[str]:
    """The months from the first to the last that is over: ``end`` is not."""
    year, month = int(first[:4]), int(first[5:])
    found = []
    while (name := f"{year:04}-{month:02}") < end:
        found.append(name)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def _is_of(claim: StatedClaim, series: Series) -> bool:
    return (claim.round_id, claim.incentive) == (series.round_id, series.incentive)
