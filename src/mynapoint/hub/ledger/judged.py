"""What became of the lines of a report that are judged singly, and what each of their people has recorded meanwhile."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from mynapoint.exchange.messages import AwardLine, RefusedLine
from mynapoint.hub.applications.models import Application
from mynapoint.hub.ledger.models import RecordedTotal


@dataclass(slots=True)
class Judged:
    """What became of each line.

    ``survivors``  who each application's resident is today, locked: no merge comes in between
    ``stopped``    applications that do not stand; ``held``, those a correction is open about: they may stand again
    ``own``        the points of each application that a case or a correction is about, or that has a room of its own
    ``rooms``      the room that was left for each application that stands in the place of another
    """

    survivors: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    totals: dict[tuple[uuid.UUID, str], RecordedTotal] = field(default_factory=dict)
    stopped: set[uuid.UUID] = field(default_factory=set)
    held: set[uuid.UUID] = field(default_factory=set)
    own: dict[uuid.UUID, int] = field(default_factory=dict)
    rooms: dict[uuid.UUID, int] = field(default_factory=dict)
    accepted: list[tuple[Application, AwardLine]] = field(default_factory=list)
    repeated: int = 0
    refused: list[RefusedLine] = field(default_factory=list)

    def total(self, application: Application) -> RecordedTotal:
        """Return the total that an application counts towards: its person's, whichever certificate signed it."""
        return self.totals[self.survivors[application.resident_id], application.incentive]

    def left(self, application: Application) -> int:
        """Return the points that may still be recorded: what the cap leaves, and what was reserved for it."""
        total = self.total(application)
        room = self.rooms.get(application.pk)
        left = total.points_max - total.in_all
        return left if room is None else min(left, room - self.own[application.pk])

    def accept(self, application: Application, line: AwardLine) -> None:
        """Count a line."""
        total = self.total(application)
        total.put(total.in_all + line.points)
        if application.pk in self.own:
            self.own[application.pk] += line.points
        self.accepted.append((application, line))
