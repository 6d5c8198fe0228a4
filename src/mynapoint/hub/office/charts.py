"""Pictures of figures as plain shapes that a template draws: columns day by day, and a plan with what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mynapoint.hub import web
from mynapoint.programme.axes import short, ticks
from mynapoint.programme.simulation import Spread

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 84, 708, 16, 224
_MARKS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark at an axis: where along it, and what it says; ``anchor``: which end of the text stands there."""

    at: int
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; below the line where its number is below zero."""

    x: int
    y: int
    width: int
    height: int
    below: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """A picture of columns. ``zero``: where the line lies from which they rise."""

    columns: Sequence[Column]
    zero: int
    across: Sequence[Tick]
    up: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class Lines:
    """A picture of a plan and of what happened, as the point lists of SVG; ``actual`` ends where it is not known yet.

    ``last``  the last known point as x and y, for a dot; None: nothing is known
    """

    band: str
    plan: str
    actual: str
    last: tuple[int, int] | None
    across: Sequence[Tick]
    up: Sequence[Tick]


def columns(numbers: Mapping[date, int]) -> Columns:
    """Return the columns of numbers by day."""
    most, least = max([1, *numbers.values()]), min([0, *numbers.values()])
    step = (RIGHT - LEFT) / max(1, len(numbers))
    zero = _y(0, least, most)
    made = []
    for nth, number in enumerate(numbers.values()):
        end = _y(number, least, most)
        x, gap = LEFT + step * nth, min(4.0, step / 5)
        made.append(Column(round(x + gap / 2), min(end, zero), max(1, round(step - gap)), abs(end - zero), number < 0))
    marks = [Tick(round(LEFT + step * (nth + 0.5)), *_day(day)) for nth, day in _some(list(numbers))]
    return Columns(made, zero, marks, [Tick(_y(one, least, most), short(one, web.language())) for one in ticks(most)])


def lines(days: Sequence[date], planned: Sequence[Spread], actual: Sequence[int]) -> Lines:
    """Return the picture of a plan with its band from p5 to p95, and of what happened up to ``len(actual)`` weeks."""
    most = max([1, *(one.p95 for one in planned), *actual])
    band = [*_points([one.p95 for one in planned], most, len(days))]
    band += reversed(_points([one.p5 for one in planned], most, len(days)))
    happened = _points(actual, most, len(days))
    return Lines(
        band=_joined(band),
        plan=_joined(_points([one.median for one in planned], most, len(days))),
        actual=_joined(happened),
        last=happened[-1] if happened else None,
        across=[Tick(_x(nth, len(days)), *_day(day)) for nth, day in _some(days)],
        up=[Tick(_y(one, 0, most), short(one, web.language())) for one in ticks(most)],
    )


def share(number: int, most: int) -> int:
    """Return a number's part of the most as whole thousandths, for a bar; what is there at all is at least one."""
    return min(1_000, max(1, number * 1_000 // most)) if number > 0 and most > 0 else 0


def _some(days: Sequence[date]) -> list[tuple[int, date]]:
    every = max(1, -(-len(days) // _MARKS))
    return list(enumerate(days))[::every]


def _day(day: date) -> tuple[str]:
    return (f"{day.month}/{day.day}" if web.language() == "ja" else f"{day.day} {day:%b}",)


def _x(nth: int, count: int) -> int:
    return LEFT + (RIGHT - LEFT) * nth // max(1, count - 1)


def _y(number: int, least: int, most: int) -> int:
    return BOTTOM - (BOTTOM - TOP) * (number - least) // (most - least)


def _points(numbers: Sequence[int], most: int, count: int) -> list[tuple[int, int]]:
    return [(_x(nth, count), _y(number, 0, most)) for nth, number in enumerate(numbers)]


def _joined(points: Sequence[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
