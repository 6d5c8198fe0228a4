-- Whether the books are in order, over everything kept: one row for each thing that is off, none where all is well.
-- Columns: what must hold, where it does not, what is expected, what was found. The same on SQLite and PostgreSQL.
WITH leg AS (
    SELECT budget_id, from_account AS account, -points AS points FROM books_movement
    UNION ALL SELECT budget_id, to_account, points FROM books_movement
), balance AS (
    SELECT budget_id, account, sum(points) AS points FROM leg GROUP BY budget_id, account
), entry AS (
    SELECT one.*, applied.resident_id, applied.incentive, applied.round_id
      FROM ledger_ledgerentry AS one JOIN applications_application AS applied ON applied.id = one.application_id
), reported AS (
    SELECT 'report:' || report_id AS voucher, share.budget_id, sum(points) AS points
      FROM entry JOIN books_budgetshare AS share
        ON share.round_id = entry.round_id AND share.incentive = entry.incentive
     GROUP BY report_id, share.budget_id
), booked AS (
    SELECT voucher, budget_id, sum(CASE WHEN to_account = 'awarded' THEN points ELSE -points END) AS points
      FROM books_movement WHERE kind IN ('recorded', 'clawed_back') GROUP BY voucher, budget_id
), given AS (
    SELECT application_id, sum(points) AS points FROM entry GROUP BY application_id
), set_aside AS (
    SELECT application, sum(CASE WHEN kind = 'reserved' THEN points ELSE -points END) AS points,
           sum(CASE WHEN kind = 'reserved' THEN points ELSE 0 END) AS reserved
      FROM books_movement WHERE kind IN ('reserved', 'released') AND application IS NOT NULL GROUP BY application
), person AS (
    SELECT coalesce(who.merged_into_id, who.id) AS resident_id, entry.incentive, sum(entry.points) AS points
      FROM entry JOIN identity_resident AS who ON who.id = entry.resident_id
     GROUP BY coalesce(who.merged_into_id, who.id), entry.incentive
)
SELECT 'all legs come to zero' AS what, 'all accounts' AS place, 0 AS expected, total.points AS found
  FROM (SELECT sum(points) AS points FROM leg) AS total WHERE total.points <> 0
UNION ALL
SELECT 'an account holds no less than nothing', coalesce(budget.name, '?') || ' ' || account, 0, points
  FROM balance LEFT JOIN books_budget AS budget ON budget.id = balance.budget_id
 WHERE account NOT IN ('funds', 'awarded', 'claimed') AND points < 0
UNION ALL
SELECT 'no more is claimed and paid than was awarded', coalesce(budget.name, '?'), 0, together.points
  FROM (SELECT budget_id, sum(points) AS points FROM balance WHERE account IN ('awarded', 'claimed', 'paid')
         GROUP BY budget_id) AS together LEFT JOIN books_budget AS budget ON budget.id = together.budget_id
 WHERE together.points < 0
UNION ALL
SELECT 'a movement is of a known budget', 'movement ' || movement.id, NULL, movement.budget_id
  FROM books_movement AS movement LEFT JOIN books_budget AS budget ON budget.id = movement.budget_id
 WHERE budget.id IS NULL
UNION ALL
SELECT 'what is left of a budget is its balance', budget.name, coalesce(balance.points, 0), blocks.points
  FROM (SELECT budget_id, sum(points_left) AS points FROM books_budgetblock GROUP BY budget_id) AS blocks
  JOIN books_budget AS budget ON budget.id = blocks.budget_id
  LEFT JOIN balance ON balance.budget_id = blocks.budget_id AND balance.account = 'budget'
 WHERE coalesce(balance.points, 0) <> blocks.points
UNION ALL
SELECT 'a limited budget is reserved from alone', 'movement ' || movement.id, 0, movement.points
  FROM books_movement AS movement JOIN books_budget AS budget ON budget.id = movement.budget_id
 WHERE budget.is_limited AND movement.kind = 'reserved' AND movement.from_account = 'funds'
UNION ALL
SELECT 'a report is booked as its lines', reported.voucher, reported.points, coalesce(booked.points, 0)
  FROM reported LEFT JOIN booked ON booked.voucher = reported.voucher AND booked.budget_id = reported.budget_id
 WHERE coalesce(booked.points, 0) <> reported.points
UNION ALL
SELECT 'a report is booked as its lines', booked.voucher, 0, booked.points
  FROM booked LEFT JOIN reported ON booked.voucher = reported.voucher AND booked.budget_id = reported.budget_id
 WHERE reported.voucher IS NULL AND booked.points <> 0
UNION ALL
SELECT 'every application has its reservation', 'application ' || notice.application_id, notice.room,
       coalesce(set_aside.reserved, 0)
  FROM applications_notice AS notice LEFT JOIN set_aside ON set_aside.application = notice.application_id
 WHERE notice.kind = 'application' AND coalesce(set_aside.reserved, 0) <> notice.room
UNION ALL
SELECT 'no application is awarded more than was reserved for it', 'application ' || given.application_id,
       coalesce(set_aside.points, 0), given.points
  FROM given LEFT JOIN set_aside ON set_aside.application = given.application_id
 WHERE given.points > coalesce(set_aside.points, 0)
UNION ALL
SELECT 'an entry is of its service''s application and report', 'entry ' || one.id, one.payment_service_id,
       CASE WHEN applied.payment_service_id = one.payment_service_id THEN report.payment_service_id
            ELSE applied.payment_service_id END
  FROM ledger_ledgerentry AS one
  LEFT JOIN applications_application AS applied ON applied.id = one.application_id
  LEFT JOIN ledger_awardreport AS report ON report.id = one.report_id
 WHERE coalesce(applied.payment_service_id, 0) <> one.payment_service_id
    OR coalesce(report.payment_service_id, 0) <> one.payment_service_id
UNION ALL
SELECT 'the origin of an entry is there', 'entry ' || one.id, one.origin_id, NULL
  FROM ledger_ledgerentry AS one LEFT JOIN ledger_ledgerentry AS origin ON origin.id = one.origin_id
 WHERE one.origin_id IS NOT NULL AND origin.id IS NULL
UNION ALL
SELECT 'a running total is the sum of its entries', 'resident ' || resident_id || ' ' || incentive, entries, kept
  FROM (
    SELECT resident_id, incentive, sum(entries) AS entries, sum(kept) AS kept FROM (
        SELECT resident_id, incentive, points AS entries, 0 AS kept FROM person
        UNION ALL SELECT resident_id, incentive, 0, recorded + over_cap FROM ledger_recordedtotal
    ) AS both_sides GROUP BY resident_id, incentive
  ) AS compared WHERE entries <> kept
UNION ALL
SELECT 'what is held for a place on a waiting list is held for a turn', 'place ' || place.id,
       CASE WHEN open.offer_until IS NULL THEN 0 ELSE place.points END, coalesce(set_aside.points, 0)
  FROM books_waitingplace AS place
  LEFT JOIN books_openplace AS open ON open.place_id = place.id
  LEFT JOIN set_aside ON set_aside.application = place.id
 WHERE coalesce(set_aside.points, 0) <> CASE WHEN open.offer_until IS NULL THEN 0 ELSE place.points END
UNION ALL
SELECT 'a place on a waiting list is open until its one end', 'place ' || place.id,
       CASE WHEN open.place_id IS NULL THEN 1 ELSE 0 END, coalesce(ended.steps, 0)
  FROM books_waitingplace AS place
  LEFT JOIN books_openplace AS open ON open.place_id = place.id
  LEFT JOIN (SELECT place_id, count(*) AS steps FROM books_waitingstep WHERE kind <> 'offered' GROUP BY place_id)
         AS ended ON ended.place_id = place.id
 WHERE coalesce(ended.steps, 0) <> CASE WHEN open.place_id IS NULL THEN 1 ELSE 0 END
UNION ALL
SELECT 'a reversal mirrors its origin', 'movement ' || reversal.id, origin.points, reversal.points
  FROM books_movement AS reversal LEFT JOIN books_movement AS origin ON origin.id = reversal.reverses_id
 WHERE reversal.kind = 'reversed' AND (
       origin.id IS NULL OR origin.points <> reversal.points OR origin.budget_id <> reversal.budget_id
    OR origin.from_account <> reversal.to_account OR origin.to_account <> reversal.from_account)
ORDER BY 1, 2
