"""What is recorded for a person so far: the ledger, a later step, says how that is found out when the hub starts."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from mynapoint.programme.values import IncentiveId, Points

_Recorded = Callable[[uuid.UUID, IncentiveId], Points]
_found_by: list[_Recorded] = []


def found_by(recorded: _Recorded) -> None:
    """Let ``recorded`` say the points of a surviving resident and incentive, over all rounds and services."""
    _found_by[:] = [recorded]


def points_recorded(survivor: uuid.UUID, incentive: IncentiveId) -> Points:
    """Return the points recorded for a person and incentive, never negative."""
    assert _found_by, "the ledger says how when the hub starts (hub/ledger/apps.py)"
    return _found_by[0](survivor, incentive)
