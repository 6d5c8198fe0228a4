"""A national incentive whose programme states a waiting list, for tests: none of the real ones does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from hub.people import CARD_UPTAKE
from mynapoint.programme.parameters import Parameter
from mynapoint.programme.rounds import load_round
from mynapoint.programme.values import IncentiveId

DAYS = 14


@contextmanager
def stated() -> Iterator[None]:
    """Let round 2's incentive for the card have the waiting list that the municipal example states."""
    law = load_round("round2").incentives[CARD_UPTAKE]
    example = load_round("mihon").incentives[IncentiveId("local_shopping")]
    for part in ("when_spent", "offer_stands"):
        object.__setattr__(law, part, _announced_before(getattr(example, part)))
    try:
        yield
    finally:
        for part in ("when_spent", "offer_stands"):
            object.__setattr__(law, part, None)


def _announced_before(figure: Parameter) -> Parameter:
    return replace(figure, announcements=(replace(figure.announcements[0], announced_on=date(2022, 1, 1)),))
