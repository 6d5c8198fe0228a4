-- Whether claims, payments and books agree: one row for each thing that is off. Columns as of ledger/audit_books.sql.
WITH last_step AS (
    SELECT one.claim_id, one.state FROM settlement_claimstep AS one
     WHERE one.number = (SELECT max(number) FROM settlement_claimstep WHERE claim_id = one.claim_id)
), stands AS (
    SELECT claim.*, coalesce(last_step.state, '') AS state,
           coalesce(last_step.state, '') IN ('approved', 'paid', 'returned', 'closed') AS is_approved
      FROM settlement_claim AS claim LEFT JOIN last_step ON last_step.claim_id = claim.id
), lapsed AS ( -- a final claim tells what lapsed from the beginning; booked is what the final ones before it did not
    SELECT own.id, own.expired - coalesce((
               SELECT max(before.expired) FROM stands AS before
                WHERE before.payment_service_id = own.payment_service_id AND before.round_id = own.round_id
                  AND before.incentive = own.incentive AND before.is_final AND before.is_approved
                  AND before.id < own.id), 0) AS points
      FROM stands AS own WHERE own.is_final AND own.is_approved
), expected AS (
    SELECT 'claimed' AS kind, 'claim:' || id AS voucher, points FROM stands WHERE is_approved
    UNION ALL SELECT 'expired', 'claim:' || id, points FROM lapsed
    UNION ALL SELECT CASE WHEN returns_id IS NULL THEN 'paid' ELSE 'reversed' END, 'payment:' || id, points
      FROM settlement_payment
), booked AS ( -- towards `paid` and towards `claimed` count up; what comes back from there counts down
    SELECT kind, voucher, CASE WHEN kind = 'expired' OR to_account = 'paid'
                                 OR (to_account = 'claimed' AND from_account = 'awarded')
                               THEN points ELSE -points END AS points
      FROM books_movement
     WHERE kind IN ('claimed', 'expired', 'paid')
        OR (kind = 'reversed' AND (from_account IN ('claimed', 'paid') OR to_account IN ('claimed', 'paid')))
), compared AS (
    SELECT kind, voucher, sum(due) AS due, sum(found) AS found FROM (
        SELECT kind, voucher, points AS due, 0 AS found FROM expected
        UNION ALL SELECT kind, voucher, 0, points FROM booked
    ) AS both_sides GROUP BY kind, voucher
)
SELECT CASE kind WHEN 'claimed' THEN 'a claim is booked when it is approved'
                 WHEN 'expired' THEN 'what lapsed is booked with its final claim'
                 WHEN 'paid' THEN 'a payment is booked as its claims'
                 ELSE 'a returned transfer is booked back' END AS what,
       CASE WHEN voucher = '' THEN 'no voucher' ELSE voucher END AS place, due AS expected, found
  FROM compared WHERE due <> found
UNION ALL
SELECT 'a payment is the sum of its claims', 'payment:' || payment.id, payment.points, coalesce(sums.points, 0)
  FROM settlement_payment AS payment LEFT JOIN (
    SELECT step.payment_id, sum(CASE step.state WHEN 'paid' THEN claim.points ELSE -claim.points END) AS points
      FROM settlement_claimstep AS step JOIN settlement_claim AS claim ON claim.id = step.claim_id
     WHERE step.payment_id IS NOT NULL GROUP BY step.payment_id
  ) AS sums ON sums.payment_id = payment.id
 WHERE payment.points <> coalesce(sums.points, 0)
UNION ALL
SELECT 'a claim has its first step', 'claim:' || id, 1, 0 FROM stands WHERE state = ''
ORDER BY 1, 2
