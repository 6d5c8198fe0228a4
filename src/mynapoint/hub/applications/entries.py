"""One application about to be written: the values of every row, decided before the database is asked to keep them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mynapoint.programme.values import Points


@dataclass(frozen=True, slots=True)
class ToKeep:
    """An answer to keep for a machine that comes again with the same key. ``asked``: digest of what it asked."""

    key: str
    asked: str
    answer: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What ``entering.enter`` writes; what was chosen is copied from the draft, which goes.

    ``resident``      under whom the draft was proved, and who still goes by that pseudonym
    ``statement``, ``origin``, ``nonce``, ``signature``  the consent; signed with ``certificate`` or by ``subject``
    ``room``          the points that can be earned; ``fixed_points``, of them the sum of a direct incentive
    ``details``       of the audit record
    ``takes``         whether the open question ``nonce`` is taken here; pages take it before
    ``keeps``         the answer to keep
    """

    application: uuid.UUID
    draft: uuid.UUID
    resident: uuid.UUID
    reservation: int
    statement: str
    origin: str
    nonce: str
    signature: bytes
    certificate: int | None
    subject: int | None
    room: Points
    fixed_points: Points
    details: Mapping[str, str]
    applied_at: datetime
    takes: bool = False
    keeps: ToKeep | None = None
