"""Lines of a large report that nothing is special about, recorded together on PostgreSQL; the rest is judged singly.

Plain is a line that awards points within the cap to an application that stands, of a key seen nowhere else. All lines
of a person and incentive are plain or none is, so nothing here has to know what is refused: that stays in one place.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from mynapoint.award.eligibility import points_max
from mynapoint.exchange.messages import AwardLine
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.programme.rounds import ROUND_IDS, load_round
from mynapoint.programme.values import Points

LINES_MIN = 500
"""A smaller report is judged singly as fast: tables of its own cost some milliseconds."""

_TABLE = """
CREATE TEMPORARY TABLE reported_line (
    number integer, line_id text, application uuid, incentive text, points integer, posted_on date
) ON COMMIT DROP
"""
_AFRESH = "DROP TABLE IF EXISTS reported_line, judged_line, plain_group"
_COPY = "COPY reported_line (number, line_id, application, incentive, points, posted_on) FROM STDIN"

_LOCK = """
SELECT count(*) FROM (
    SELECT who.merged_into_id FROM identity_resident AS who WHERE who.id IN (
        SELECT coalesce(one.merged_into_id, one.id)
          FROM reported_line AS line
          JOIN applications_application AS applied ON applied.id = line.application
          JOIN identity_resident AS one ON one.id = applied.resident_id
         WHERE applied.payment_service_id = %(service)s
    ) ORDER BY who.id FOR NO KEY UPDATE
) AS locked WHERE merged_into_id IS NOT NULL
"""
"""Locks who survives today, as lineage.lock_survivors does; how many of them were merged when the lock came."""

_JUDGED = """
CREATE TEMPORARY TABLE judged_line ON COMMIT DROP AS
SELECT line.number, line.line_id, line.application, line.points, line.posted_on, applied.round_id,
       applied.incentive, coalesce(who.merged_into_id, who.id) AS survivor,
       seen.id IS NOT NULL AND seen.application_id = line.application AND seen.points = line.points
           AND seen.posted_on = line.posted_on AS is_repeated,
       seen.id IS NULL AND line.points > 0 AND applied.payment_service_id = %(service)s
           AND applied.incentive = line.incentive AND standing.id IS NOT NULL AND released.id IS NULL
           AND twice.line_id IS NULL AND in_case.application IS NULL AND applied.person_freed_by_id IS NULL AS is_plain
  FROM reported_line AS line
  LEFT JOIN applications_application AS applied ON applied.id = line.application
  LEFT JOIN identity_resident AS who ON who.id = applied.resident_id
  LEFT JOIN ledger_ledgerentry AS seen ON seen.payment_service_id = %(service)s AND seen.line_id = line.line_id
  LEFT JOIN applications_standingapplication AS standing ON standing.application_id = applied.id
  LEFT JOIN books_movement AS released ON released.application = applied.id AND released.kind = 'released'
  LEFT JOIN (SELECT line_id FROM reported_line GROUP BY line_id HAVING count(*) > 1) AS twice
    ON twice.line_id = line.line_id
  LEFT JOIN (SELECT earlier_id AS application FROM ledger_doubleapplication
             UNION SELECT later_id FROM ledger_doubleapplication
             UNION SELECT application_id FROM applications_correction) AS in_case ON in_case.application = applied.id
"""
_GROUPS = """
CREATE TEMPORARY TABLE plain_group ON COMMIT DROP AS
SELECT line.survivor, line.incentive, line.points, law.points_max, total.id IS NOT NULL AS is_known
  FROM (
    SELECT survivor, incentive, min(round_id) AS round_id, sum(points)::integer AS points
      FROM judged_line WHERE survivor IS NOT NULL AND NOT coalesce(is_repeated, false)
     GROUP BY survivor, incentive HAVING bool_and(is_plain)
  ) AS line
  JOIN unnest(%(rounds)s::text[], %(incentives)s::text[], %(caps)s::integer[]) AS law (round_id, incentive, points_max)
    ON law.round_id = line.round_id AND law.incentive = line.incentive
  LEFT JOIN ledger_recordedtotal AS total ON total.resident_id = line.survivor AND total.incentive = line.incentive
 WHERE coalesce(total.recorded + total.over_cap, 0) + line.points <= coalesce(total.points_max, law.points_max)
"""
_TOTALS = (
    """
UPDATE ledger_recordedtotal AS total SET recorded = total.recorded + own.points FROM plain_group AS own
 WHERE own.is_known AND total.resident_id = own.survivor AND total.incentive = own.incentive
""",
    """
INSERT INTO ledger_recordedtotal (resident_id, incentive, recorded, over_cap, points_max)
SELECT survivor, incentive, points, 0, points_max FROM plain_group WHERE NOT is_known
""",
)
"""Nobody else writes a total of these people meanwhile: whoever does locks them first."""
_REST = """
SELECT number FROM judged_line AS line
 WHERE NOT coalesce(is_repeated, false) AND NOT EXISTS (
    SELECT 1 FROM plain_group AS own WHERE own.survivor = line.survivor AND own.incentive = line.incentive)
 ORDER BY number
"""
_SUMS = """
SELECT line.round_id, line.incentive, count(*), sum(line.points)
  FROM judged_line AS line
  JOIN plain_group AS own ON own.survivor = line.survivor AND own.incentive = line.incentive
 WHERE line.is_plain GROUP BY line.round_id, line.incentive
"""
_ENTRIES = """
INSERT INTO ledger_ledgerentry (
    report_id, application_id, payment_service_id, line_id, points, posted_on, recorded_at
)
SELECT %(report)s, line.application, %(service)s, line.line_id, line.points, line.posted_on, %(now)s
  FROM judged_line AS line
  JOIN plain_group AS own ON own.survivor = line.survivor AND own.incentive = line.incentive
 WHERE line.is_plain ORDER BY line.number
"""


_AS_WRITTEN = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _MergedMeanwhile(Exception):
    """Somebody was merged while the locks were waited for."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What became of the plain lines; ``rest`` are the places in the report of those to be judged singly.

    ``accepted`` and ``repeated`` count lines; ``sums`` holds the points by round and incentive. The totals are
    raised already, and every person of the report is locked.
    """

    accepted: int
    repeated: int
    sums: dict[tuple[str, str], Points]
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
    for statement in (_JUDGED, _GROUPS, *_TOTALS):
        _execute(statement, values)
    sums = _rows(_SUMS, values)
    rest = [number - 2 for (number,) in _rows(_REST, values)]
    accepted = sum(count for _, _, count, _ in sums)
    return Plain(
        accepted=accepted,
        repeated=len(lines) - accepted - len(rest),
        sums={(round_id, incentive): Points(points) for round_id, incentive, _, points in sums},
        rest=rest,
    )


def write_plain(report: AwardReport, *, now: datetime) -> None:
    """Write the entries of the plain lines, in the transaction in which they were found."""
    _execute(_ENTRIES, {"report": report.pk, "service": report.payment_service_id, "now": now})


def _copy(lines: Sequence[AwardLine]) -> None:
    _execute(_AFRESH, {})
    _execute(_TABLE, {})
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for number, line in enumerate(lines, start=2):
            copy.write_row((number, line.line_id, _uuid(line), line.incentive, line.points, line.posted_on))
    _execute("ANALYZE reported_line (line_id, application)", {})


def _uuid(line: AwardLine) -> str | None:
    if _AS_WRITTEN.fullmatch(line.application_id):
        return line.application_id
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
