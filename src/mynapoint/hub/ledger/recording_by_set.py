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
from itertools import islice
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

_BY_KEY = """
SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true), set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('enable_material', 'off', true)
"""
"""For this transaction: every line is looked up by its keys. Whatever the planner holds for cheap, it then never reads
a table of the whole nation, nor a whole index, for the sake of one report. Sorting fits in memory; and compiling a
statement that runs once takes longer than running it.
"""
_AFRESH = "DROP TABLE IF EXISTS reported_line, found_line, judged_line"
_TABLE = """
CREATE TEMPORARY TABLE reported_line (
    number integer, line_id text, is_twice boolean, application uuid, incentive text, points integer, posted_on date
) ON COMMIT DROP
"""
_COPIED_TOGETHER = 5_000
_COPY = "COPY reported_line (number, line_id, is_twice, application, incentive, points, posted_on) FROM STDIN"

_FOUND = """
CREATE TEMPORARY TABLE found_line ON COMMIT DROP AS
SELECT line.number, line.line_id, line.application, line.points, line.posted_on, applied.round_id, applied.incentive,
       coalesce(merged.merged_into_id, applied.resident_id) AS survivor,
       applied.payment_service_id = %(service)s AS is_of_service,
       applied.payment_service_id = %(service)s AND applied.incentive = line.incentive AND line.points > 0
           AND NOT line.is_twice AND applied.person_freed_by_id IS NULL AS is_plain
  FROM (SELECT * FROM reported_line ORDER BY application) AS line
  LEFT JOIN applications_application AS applied ON applied.id = line.application
  LEFT JOIN identity_resident AS merged ON merged.id = applied.resident_id AND merged.merged_into_id IS NOT NULL
"""
"""What the lines name, in the order of the key. Of an application none of this ever changes; whose it is today may.

Who was merged is in a small index of its own (``resident_merged``): nobody else's row is looked for here.
"""
_LOCK = """
SELECT count(merged_into_id) FROM (
    SELECT who.merged_into_id
      FROM (SELECT DISTINCT survivor FROM found_line WHERE is_of_service ORDER BY survivor) AS own
      JOIN identity_resident AS who ON who.id = own.survivor
     ORDER BY who.id FOR NO KEY UPDATE OF who
) AS locked
"""
"""Locks who survives today, as lineage.lock_survivors does; how many of them were merged when the lock came.

Counted, not asked for by WHERE: PostgreSQL takes a condition into the inner query, and then would lock nobody else.
"""

_JUDGED = """
CREATE TEMPORARY TABLE judged_line ON COMMIT DROP AS
SELECT line.*, CASE WHEN is_plain THEN points ELSE 0 END AS counted, total.id AS total,
       coalesce(total.points_max, cap) - coalesce(total.recorded + total.over_cap, 0) AS room
  FROM (
    SELECT number, line_id, application, points, posted_on, round_id, incentive, survivor, is_repeated,
           NOT is_repeated AND bool_and(is_plain OR is_repeated) OVER person AS is_plain,
           sum(CASE WHEN is_repeated THEN 0 ELSE points END) OVER person AS points_of_person,
           (%(caps)s::integer[])[array_position(%(laws)s::text[], round_id || ' ' || incentive)] AS cap
      FROM (
        SELECT line.number, line.line_id, line.application, line.points, line.posted_on, line.round_id,
               line.incentive, line.survivor,
               line.found_plain AND seen.id IS NULL AND standing.id IS NOT NULL AND released.id IS NULL
                   AND line.application NOT IN (
                       SELECT earlier_id FROM ledger_doubleapplication UNION ALL
                       SELECT later_id FROM ledger_doubleapplication UNION ALL
                       SELECT application_id FROM applications_correction) AS is_plain,
               coalesce(seen.application_id = line.application AND seen.points = line.points
                        AND seen.posted_on = line.posted_on, false) AS is_repeated
          FROM (SELECT *, coalesce(is_plain, false) AS found_plain FROM found_line) AS line
          LEFT JOIN ledger_ledgerentry AS seen
            ON seen.payment_service_id = %(service)s AND seen.line_id = line.line_id
          LEFT JOIN applications_standingapplication AS standing ON standing.application_id = line.application
          LEFT JOIN books_movement AS released
            ON released.application = line.application AND released.kind = 'released'
      ) AS line
    WINDOW person AS (PARTITION BY survivor, incentive)
  ) AS line
  LEFT JOIN ledger_recordedtotal AS total
    ON is_plain AND total.resident_id = line.survivor AND total.incentive = line.incentive
"""
"""Each line with what became of it before, and what is known of all lines of its person and incentive together."""
_REST = "SELECT number FROM judged_line WHERE NOT is_plain AND NOT is_repeated ORDER BY number"
_CROWDED = """
SELECT number, survivor, incentive, points, room FROM judged_line
 WHERE is_plain AND points_of_person > room ORDER BY number
"""
"""The lines of those who are reported beyond their cap, in their order: each leaves the cap to those after it."""
_REFUSE = "UPDATE judged_line SET counted = 0 WHERE number = ANY(%(over)s::integer[])"
_TOTALS = (
    """
UPDATE ledger_recordedtotal AS total SET recorded = total.recorded + own.points
  FROM (SELECT total, sum(counted) AS points FROM judged_line WHERE is_plain AND total IS NOT NULL
         GROUP BY total ORDER BY total) AS own
 WHERE own.points > 0 AND total.id = own.total
""",
    """
INSERT INTO ledger_recordedtotal (resident_id, incentive, recorded, over_cap, points_max)
SELECT survivor, incentive, sum(counted), 0, min(cap) FROM judged_line WHERE is_plain AND total IS NULL
 GROUP BY survivor, incentive ORDER BY survivor, incentive
""",
)
"""Nobody else writes a total of these people meanwhile: whoever does locks them first."""
_SUMS = """
SELECT round_id, incentive, count(*), sum(counted) FROM judged_line WHERE counted > 0 GROUP BY round_id, incentive
"""
_ENTRIES = """
INSERT INTO ledger_ledgerentry (
    report_id, application_id, payment_service_id, line_id, points, posted_on, recorded_at
)
SELECT %(report)s, application, %(service)s, line_id, points, posted_on, %(now)s
  FROM judged_line WHERE counted > 0 ORDER BY application, number
"""
"""In the order of the key: so their index grows, and their applications are found at the commit, page by page."""


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
        "laws": [f"{round_id} {law.id}" for round_id, law in laws],
        "caps": [points_max(law) for _, law in laws],
    }
    _copy(lines)
    while True:
        try:
            with transaction.atomic():  # rolling back to its savepoint lets the locks go
                _execute(_FOUND, values)
                if _rows(_LOCK, values)[0][0]:
                    raise _MergedMeanwhile
            break
        except _MergedMeanwhile:
            continue
    _execute(_JUDGED, values)
    rest = [number - 2 for (number,) in _rows(_REST, values)]
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
        _execute(_REFUSE, {"over": over})
    return [number - 2 for number in over]


def _copy(lines: Sequence[AwardLine]) -> None:
    for statement in (_BY_KEY, _AFRESH, _TABLE):
        _execute(statement, {})
    written = lines.written if isinstance(lines, WrittenLines) else [_written(one) for one in lines]
    twice = {key for key, count in Counter(one[0] for one in written).items() if count > 1}
    rows = (
        b"%d\t%b\t%b\t%b\t%b\t%b\t%b\n" % (number, key, b"t" if key in twice else b"f", applied, incentive, points, on)
        for number, (key, applied, incentive, points, on) in enumerate(written, start=2)
    )
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        while some := b"".join(islice(rows, _COPIED_TOGETHER)):  # the database reads while the next are written
            copy.write(some)


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
