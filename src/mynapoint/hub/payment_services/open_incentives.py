"""What the programme says of its incentives on a day: which take applications, how much, from when and until when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from mynapoint.hub.books.budgets import spent
from mynapoint.hub.words import PageWords
from mynapoint.programme.parameters import Parameter, Value, WhenSpent
from mynapoint.programme.rounds import DirectRule, Incentive, Round, load_round
from mynapoint.programme.values import IncentiveId, Points

NATIONAL_ROUNDS = ("round1", "round2")


@dataclass(frozen=True, slots=True)
class IncentiveOnDay:
    """One incentive as announced by a day; a None is something not announced by then.

    ``points``  the most one person can get      ``round``  the round it is seen in
    """

    id: IncentiveId
    round: Round
    incentive: Incentive
    day: date

    @property
    def label(self) -> PageWords:
        """Its name in the language of the page."""
        return PageWords.of(self.incentive.label)

    @property
    def round_label(self) -> PageWords:
        """The round's name in the language of the page."""
        return PageWords.of(self.round.label)

    @property
    def points(self) -> Points | None:
        """The cap or the fixed sum, as announced by the day."""
        value = self._value(self.incentive.points)
        return Points(value) if isinstance(value, int) else None

    @property
    def is_direct(self) -> bool:
        """Tell whether it is a fixed sum for a registration (直接付与方式)."""
        return isinstance(self.incentive.rule, DirectRule)

    @property
    def opens_on(self) -> date | None:
        """The first day of applications."""
        return self._day(self.incentive.applications_from)

    @property
    def closes_on(self) -> date | None:
        """The last day of applications."""
        return self._day(self.incentive.applications_until)

    @property
    def card_requested_by(self) -> date | None:
        """The last day on which the card had to be requested."""
        return self._day(self.incentive.card_requested_by)

    @property
    def earning_until(self) -> date | None:
        """The last day on which use earns; None for a fixed sum."""
        return self._day(self.incentive.earning_until)

    @property
    def premium_rate(self) -> int | None:
        """The rate in percent; None for a fixed sum."""
        return self._number(self.incentive.premium_rate)

    @property
    def yen_to_fill(self) -> int | None:
        """The yen of top-ups or purchases that reach the cap; None for a fixed sum."""
        return self._number(self.incentive.yen_to_fill)

    @property
    def has_waiting_list(self) -> bool:
        """Tell whether people wait in order when the budget is spent, as announced by the day."""
        return self._value(self.incentive.when_spent) is WhenSpent.WAITING_LIST

    @property
    def takes_applications(self) -> bool:
        """Tell whether the day lies in the application period, both ends announced and inclusive."""
        return self.opens_on is not None and self.opens_on <= self.day and not self.has_ended

    @property
    def has_ended(self) -> bool:
        """Tell whether the last day of applications is past."""
        return self.closes_on is not None and self.closes_on < self.day

    def _value(self, parameter: Parameter | None) -> Value | None:
        announced = parameter.as_of(self.day) if parameter else None
        return announced.value if announced else None

    def _day(self, parameter: Parameter | None) -> date | None:
        value = self._value(parameter)
        return value if isinstance(value, date) else None

    def _number(self, parameter: Parameter | None) -> int | None:
        value = self._value(parameter)
        return value if isinstance(value, int) else None


def incentives_on(day: date) -> list[IncentiveOnDay]:
    """Return every incentive of the national rounds once, in the latest round that had been announced by a day."""
    found: dict[IncentiveId, IncentiveOnDay] = {}
    for name in NATIONAL_ROUNDS:
        law = load_round(name)
        for id_, incentive in law.incentives.items():
            seen = IncentiveOnDay(id_, law, incentive, day)
            begun = seen.opens_on is not None and seen.opens_on <= day
            if id_ not in found or begun:
                found[id_] = seen
    return [one for one in found.values() if one.points is not None]


def taking_applications(day: date) -> tuple[IncentiveId, ...]:
    """Return the incentives people can apply for on a day, as long as their budget is not spent by now."""
    open_then = [one for one in incentives_on(day) if one.takes_applications]
    without_money = spent() if open_then else frozenset()
    return tuple(one.id for one in open_then if (one.round.id, one.id) not in without_money)


def out_of_money(day: date, *, taking: Collection[IncentiveId] | None = None) -> list[IncentiveOnDay]:
    """Return the incentives nobody can apply for on a day only because their budget is spent.

    ``taking``  what ``taking_applications`` says of the day, where it was asked already
    """
    taken = taking_applications(day) if taking is None else taking
    return [one for one in incentives_on(day) if one.takes_applications and one.id not in taken]
