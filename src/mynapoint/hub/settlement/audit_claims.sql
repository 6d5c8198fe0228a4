-- Whether claims, payments and books agree: one row for each thing that is off. Columns as of ledger/audit_books.sql.
WITH last_step AS (
    SELECT one.claim_id, one.state FROM settlement_claimstep AS one
     WHERE one.number = (SELECT max(number) FROM settlement_claimstep WHERE claim_id = one.claim_id)
), booked AS (
    SELECT voucher, kind, sum(CASE WHEN to_account = 'claimed' AND kind = 'claimed' THEN points
                                   WHEN kind = 'claimed' THEN -points
                                   WHEN to_account = 'paid' THEN points ELSE -points END) AS points
      FROM books_movement WHERE kind IN ('claimed', 'paid') GROUP BY voucher, kind
), claimed AS (
    SELECT one.id, one.points, CASE WHEN last_step.state IN ('approved', 'paid', 'returned', 'closed')
                                    THEN one.points ELSE 0 END AS due
      FROM settlement_claim AS one LEFT JOIN last_step ON last_step.claim_id = one.id
)
SELECT 'a claim is booked when it is approved' AS what, 'claim:' || claimed.id AS place, claimed.due AS expected,
       coalesce(booked.points, 0) AS found
  FROM claimed LEFT JOIN booked ON booked.voucher = 'claim:' || claimed.id AND booked.kind = 'claimed'
 WHERE coalesce(booked.points, 0) <> claimed.due
UNION ALL
SELECT 'a payment is booked as its claims', 'payment:' || payment.id, payment.points, coalesce(booked.points, 0)
  FROM settlement_payment AS payment
  LEFT JOIN booked ON booked.voucher = 'payment:' || payment.id AND booked.kind = 'paid'
 WHERE payment.returns_id IS NULL AND coalesce(booked.points, 0) <> payment.points
UNION ALL
SELECT 'a payment is the sum of its claims', 'payment:' || payment.id, payment.points,
       coalesce((SELECT sum(claim.points) FROM settlement_claimstep AS step
                   JOIN settlement_claim AS claim ON claim.id = step.claim_id
                  WHERE step.payment_id = payment.id AND step.state = 'paid'), 0)
  FROM settlement_payment AS payment
 WHERE payment.returns_id IS NULL
   AND payment.points <> coalesce((SELECT sum(claim.points) FROM settlement_claimstep AS step
                                     JOIN settlement_claim AS claim ON claim.id = step.claim_id
                                    WHERE step.payment_id = payment.id AND step.state = 'paid'), 0)
UNION ALL
SELECT 'a claim has its first step', 'claim:' || claimed.id, 1, 0
  FROM claimed WHERE NOT EXISTS (SELECT 1 FROM settlement_claimstep AS step WHERE step.claim_id = claimed.id)
ORDER BY 1, 2
