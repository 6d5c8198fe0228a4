"""Somebody who has every edition and works out by z3 what the true numbers can be: from tables, sums and the method.

Known to them: steps and rounding, that numbers only rise, that nobody gets more than the most, that a fixed sum is
given whole. A number that is no multiple of its step, and a sum that is not its rows' sum, they take to be exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from z3 import ArithRef, Int, Solver, Sum, sat  # type: ignore[import-untyped]

from mynapoint.hub.office.figures import Tally
from mynapoint.hub.office.open_data import EVERY_SERVICE, STEP, Cell, Row, rows
from mynapoint.programme.values import Points

SUNDAY = date(2022, 7, 3)
WIDE = 10
"""Promised: no number of people is known to within fewer than so many."""

World = dict[Cell, list[tuple[int, int]]]
"""Of each cell and week, what came in it: applications, and people who were given their points."""


def sunday(week: int) -> date:
    return SUNDAY + timedelta(weeks=week)


def editions(world: World, weeks: int) -> list[Sequence[Row]]:
    """What the hub publishes of a world, Sunday by Sunday."""
    days = {
        cell: {
            sunday(week) - timedelta(days=week % 7): Tally(came, Points(given * cell.points_max))
            for week, (came, given) in enumerate(all_weeks)
        }
        for cell, all_weeks in world.items()
    }
    return [rows(days, through=sunday(week)) for week in range(weeks)]


@dataclass
class Attacker:
    """What may be true, as far as somebody knows who has read all editions."""

    cells: Sequence[Cell]
    weeks: int
    read: Sequence[Sequence[Row]]

    def __post_init__(self) -> None:
        self.solver = Solver()
        self.applications = {(cell, week): self._int("n", cell, week) for cell, week in self._all()}
        self.awarded = {(cell, week): self._int("a", cell, week) for cell, week in self._all()}
        self._know_what_must_be()
        for edition, published in enumerate(self.read):
            self._know(published, until=edition)

    def least_and_most(self, number: ArithRef, truth: int) -> tuple[World, World] | None:
        """Two worlds that fit all that was published and have ``number`` WIDE apart; None: there are none.

        Tried from the truth: so far below it as leaves room, the other so far above.
        """
        for below in range(WIDE + 1):
            low = self._found(number <= truth - below)
            high = self._found(number >= truth - below + WIDE)
            if low and high:
                return low, high
        return None

    def _found(self, wanted: object) -> World | None:
        self.solver.push()
        self.solver.add(wanted)
        world = self._world() if self.solver.check() == sat else None
        self.solver.pop()
        return world

    def _world(self) -> World:
        model = self.solver.model()
        world: World = {}
        for cell in self.cells:
            so_far = [
                (
                    model.eval(self.applications[cell, week], model_completion=True).as_long(),
                    model.eval(self.awarded[cell, week], model_completion=True).as_long(),
                )
                for week in range(self.weeks)
            ]
            world[cell] = [(n - n0, a - a0) for (n, a), (n0, a0) in zip(so_far, [(0, 0), *so_far[:-1]], strict=True)]
        return world

    def _know_what_must_be(self) -> None:
        for cell, week in self._all():
            n, a = self.applications[cell, week], self.awarded[cell, week]
            self.solver.add(a >= 0, a <= n)
            if week:
                self.solver.add(n >= self.applications[cell, week - 1], a >= self.awarded[cell, week - 1])

    def _know(self, published: Sequence[Row], *, until: int) -> None:
        by_key = {(one.incentives, one.service_number, one.through): one for one in published}
        for cell in self.cells:
            for week in range(until + 1):
                row = by_key.get((cell.incentives, cell.service_number, sunday(week)))
                self._bound(self.applications[cell, week], row.applications if row else 0)
                self._bound(self.awarded[cell, week], (row.points if row else 0), cell.points_max)
        for row in published:
            if row.service_number == EVERY_SERVICE:
                self._know_sum(row, [one for one in published if _is_part(one, row)])

    def _bound(self, number: ArithRef, said: int, points_max: int = 1) -> None:
        if said % (STEP * points_max):
            self.solver.add(number * points_max == said)
        else:
            self.solver.add(number * points_max >= said, number * points_max < said + STEP * points_max)

    def _know_sum(self, row: Row, parts: Sequence[Row]) -> None:
        cells = [one for one in self.cells if one.incentives == row.incentives]
        if any(one.service_number == EVERY_SERVICE for one in cells):
            return
        week = (row.through - SUNDAY).days // 7
        if row.applications != sum(one.applications for one in parts):
            self.solver.add(Sum([self.applications[cell, week] for cell in cells]) == row.applications)
        if row.points != sum(one.points for one in parts):
            self.solver.add(Sum([self.awarded[cell, week] * cell.points_max for cell in cells]) == row.points)

    def _all(self) -> list[tuple[Cell, int]]:
        return [(cell, week) for cell in self.cells for week in range(self.weeks)]

    def _int(self, what: str, cell: Cell, week: int) -> ArithRef:
        return Int(f"{what}-{cell.incentives}-{cell.service_number}-{week}")


def _is_part(one: Row, whole: Row) -> bool:
    same = (one.through, one.round_id, one.incentives) == (whole.through, whole.round_id, whole.incentives)
    return same and one.service_number != EVERY_SERVICE
