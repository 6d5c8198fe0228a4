"""Lines of a large report that nothing is special about, recorded together on PostgreSQL; the rest is judged singly.

Plain is a line that awards points to an application that stands, of a key seen nowhere else. All lines of a person and
incentive are plain or none is, so the cap is the only thing a plain line can be refused for; all else is judged singly.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from mynapoint.award.eligibility import points_max
from mynapoint.exchange.messages import AwardLine
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.ledger.report_lines import Written, WrittenLines
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.programme.rounds import ROUND_IDS, load_round
from mynapoint.programme.values import Points

LINES_MIN = 500
"""A smaller report is judged singly as fast: tables of its own cost some milliseconds."""

_TABLE = """
CREATE TEMPORARY TABLE reported_line (
    number integer, line_id text, is_twice boolean, application uuid, incentive text, points integer, posted_on date
) ON COMMIT DROP
"""
_QUICKLY = "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)"
"""For this transaction: compiling a statement that runs once takes longer than running it; sorting fits in memory."""
_AFRESH = "DROP TABLE IF EXISTS reported_line, judged_line, plain_group"
_COPY = "COPY reported_line (number, line_id, is_twice, application, incentive, points, posted_on) FROM STDIN"

_LOCK = """
SELECT count(merged_into_id) FROM (
    SELECT who.merged_into_id FROM identity_resident AS who WHERE who.id IN (
        SELECT coalesce(one.merged_into_id, one.id)
          FROM reported_line AS line
          JOIN applications_application AS applied ON applied.id = line.application
          JOIN identity_resident AS one ON one.id = applied.resident_id
         WHERE applied.payment_service_id = %(service)s
    ) ORDER BY who.id FOR NO KEY UPDATE
) AS locked
"""
"""Locks who survives today, as lineage.lock_survivors does; how many of them were merged when the lock came.

Counted, not asked for by WHERE: PostgreSQL takes a condition into the inner query, and then would lock nobody else.
"""

_JUDGED = """
CREATE TEMPORARY TABLE judged_line ON COMMIT DROP AS
SELECT line.number, line.line_id, line.application, line.points, line.posted_on, applied.round_id,
       applied.incentive, coalesce(who.merged_into_id, who.id) AS survivor,
       seen.id IS NOT NULL AND seen.application_id = line.application AND seen.points = line.points
           AND seen.posted_on = line.posted_on AS is_repeated,
       seen.id IS NULL AND line.points > 0 AND applied.payment_service_id = %(service)s
           AND applied.incentive = line.incentive AND standing.id IS NOT NULL AND released.id IS NULL
           AND NOT line.is_twice AND applied.person_freed_by_id IS NULL AND applied.id NOT IN (
               SELECT earlier_id FROM ledger_doubleapplication UNION ALL SELECT later_id FROM ledger_doubleapplication
               UNION ALL SELECT application_id FROM applications_correction) AS is_plain
  FROM reported_line AS line
  LEFT JOIN applications_application AS applied ON applied.id = line.application
  LEFT JOIN identity_resident AS who ON who.id = applied.resident_id
  LEFT JOIN LATERAL (
    SELECT * FROM ledger_ledgerentry WHERE payment_service_id = %(service)s AND line_id = line.line_id LIMIT 1
  ) AS seen ON true
  LEFT JOIN applications_standingapplication AS standing ON standing.application_id = applied.id
  LEFT JOIN books_movement AS released ON released.application = applied.id AND released.kind = 'released'
"""
"""Each line is looked for by itself among the entries of its service: a plan may hold the table for small, and read it
all. Cases and corrections are few, and read once.
"""
_GROUPS = """
CREATE TEMPORARY TABLE plain_group ON COMMIT DROP AS
SELECT line.survivor, line.incentive, line.points, law.points_max, total.id IS NOT NULL AS is_known,
       coalesce(total.points_max, law.points_max) - coalesce(total.recorded + total.over_cap, 0) AS room
  FROM (
    SELECT survivor, incentive, min(round_id) AS round_id, sum(points)::integer AS points
      FROM judged_line WHERE survivor IS NOT NULL AND NOT coalesce(is_repeated, false)
     GROUP BY survivor, incentive HAVING bool_and(is_plain)
  ) AS line
  JOIN unnest(%(rounds)s::text[], %(incentives)s::text[], %(caps)s::integer[]) AS law (round_id, incentive, points_max)
    ON law.round_id = line.round_id AND law.incentive = line.incentive
  LEFT JOIN ledger_recordedtotal AS total ON total.resident_id = line.survivor AND total.incentive = line.incentive
"""
_CROWDED = """
SELECT line.number, own.survivor, own.incentive, line.points, own.room
  FROM plain_group AS own
  JOIN judged_line AS line ON line.survivor = own.survivor AND line.incentive = own.incentive
 WHERE own.points > own.room AND line.is_plain ORDER BY line.number
"""
"""The lines of those who are reported beyond their cap, in their order: each leaves the cap to those after it."""
_REFUSE = (
    "DELETE FROM judged_line WHERE number = ANY(%(over)s::integer[])",
    """
UPDATE plain_group AS own SET points = fits.points
  FROM unnest(%(survivors)s::uuid[], %(named)s::text[], %(points)s::integer[]) AS fits (survivor, incentive, points)
 WHERE own.survivor = fits.survivor AND own.incentive = fits.incentive
""",
)
_TOTALS = (
    """
UPDATE ledger_recordedtotal AS total SET recorded = total.recorded + own.points FROM plain_group AS own
 WHERE own.is_known AND own.points > 0 AND total.resident_id = own.survivor AND total.incentive = own.incentive
""",
    """
INSERT INTO ledger_recordedtotal (resident_id, incentive, recorded, over_cap, points_max)
SELECT survivor, incentive, points, 0, points_max FROM plain_group WHERE NOT is_known
""",
)
"""Nobody else writes a total of these people meanwhile: whoever does locks them first."""
_REST = """
DELETE FROM judged_line AS line
 WHERE NOT coalesce(is_repeated, false) AND NOT EXISTS (
    SELECT 1 FROM plain_group AS own WHERE own.survivor = line.survivor AND own.incentive = line.incentive)
RETURNING number
"""
"""Taken out, so that whatever is left and plain is to be recorded."""
_SUMS = """
SELECT round_id, incentive, count(*), sum(points) FROM judged_line WHERE is_plain GROUP BY round_id, incentive
"""
_ENTRIES = """
INSERT INTO ledger_ledgerentry (
    report_id, application_id, payment_service_id, line_id, points, posted_on, recorded_at
)
SELECT %(report)s, line.application, %(service)s, line.line_id, line.points, line.posted_on, %(now)s
  FROM judged_line AS line WHERE line.is_plain ORDER BY line.number
"""


class _MergedMeanwhile(Exception):
    """Somebody was merged while the locks were waited for."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What became of the plain lines; ``rest`` are the places in the report of those to be judged singly.

    ``over``  the places of those refused for the cap
    ``accepted`` and ``repeated`` count lines; ``sums`` holds the points by round and incentive. The totals are
    raised already, and every person of the report is locked.
    """

    accepted: int
    repeated: int
    sums: dict[tuple[str, str], Points]
    over: Sequence[int]
    rest: Sequence[int]


def take_plain(service: PaymentService, lines: Sequence[AwardLine]) -> Plain:
    """Bring a report's lines in by COPY, find the plain ones, and raise their totals."""
    laws = [(one, law) for one in ROUND_IDS for law in load_round(one).incentives.values()]
    values = {
        "service": service.pk,
        "rounds": [round_id for round_id, _ in laws],
        "incentives": [str(law.id) for _, law in laws],
        "caps": [points_max(law) for _, law in laws],
    }
    _copy(lines)
    while True:
        try:
            with transaction.atomic():  # rolling back to its savepoint lets the locks go
                if _rows(_LOCK, values)[0][0]:
                    raise _MergedMeanwhile
            break
        except _MergedMeanwhile:
            continue
    for statement in (_JUDGED, _GROUPS):
        _execute(statement, values)
    rest = sorted(number - 2 for (number,) in _rows(_REST, values))
    over = _refuse_beyond_cap()
    for statement in _TOTALS:
        _execute(statement, values)
    sums = _rows(_SUMS, values)
    accepted = sum(count for _, _, count, _ in sums)
    return Plain(
        accepted=accepted,
        repeated=len(lines) - accepted - len(over) - len(rest),
        sums={(round_id, incentive): Points(points) for round_id, incentive, _, points in sums},
        over=over,
        rest=rest,
    )


def write_plain(report: AwardReport, *, now: datetime) -> None:
    """Write the entries of the plain lines, in the transaction in which they were found."""
    _execute(_ENTRIES, {"report": report.pk, "service": report.payment_service_id, "now": now})


def _refuse_beyond_cap() -> list[int]:
    """Take out the lines that do not fit within the cap, each by itself; return their places in the report."""
    over: list[int] = []
    fits: dict[tuple[uuid.UUID, str], int] = {}
    for number, survivor, incentive, points, room in _rows(_CROWDED, {}):
        so_far = fits.setdefault((survivor, incentive), 0)
        if so_far + points > room:
            over.append(number)
        else:
            fits[survivor, incentive] = so_far + points
    if over:
        who, named = [list(part) for part in zip(*fits, strict=True)]
        for statement in _REFUSE:
            _execute(statement, {"over": over, "survivors": who, "named": named, "points": list(fits.values())})
    return [number - 2 for number in over]


def _copy(lines: Sequence[AwardLine]) -> None:
    for statement in (_QUICKLY, _AFRESH, _TABLE):
        _execute(statement, {})
    written = lines.written if isinstance(lines, WrittenLines) else [_written(one) for one in lines]
    twice = {key for key, count in Counter(one[0] for one in written).items() if count > 1}
    rows = [
        b"%d\t%b\t%b\t%b\t%b\t%b\t%b\n" % (number, key, b"t" if key in twice else b"f", applied, incentive, points, on)
        for number, (key, applied, incentive, points, on) in enumerate(written, start=2)
    ]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(b"".join(rows))
    _execute("ANALYZE reported_line (line_id, application)", {})


def _written(line: AwardLine) -> Written:
    """Return a line's fields as COPY reads them; none has a tab or a line end (exchange.shapes)."""
    key, incentive = (one.replace("\\", "\\\\").encode() for one in (line.line_id, line.incentive))
    application = _uuid(line) or r"\N"
    return key, application.encode(), incentive, b"%d" % line.points, line.posted_on.isoformat().encode()


def _uuid(line: AwardLine) -> str | None:
    try:
        return str(uuid.UUID(line.application_id))
    except ValueError:
        return None


def _execute(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
