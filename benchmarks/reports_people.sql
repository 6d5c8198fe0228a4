-- People who applied, as many as the nation has: each with a certificate, a reservation, an application that stands,
-- its notice and what is reserved for it. Written by sets and without triggers, on a database of the benchmark's own;
-- `audit-books` looks over it at the end. Whoever wants them at other services and instants says so after the first
-- statement (office.py).
CREATE UNLOGGED TABLE bench_person AS
SELECT number, gen_random_uuid() AS resident, gen_random_uuid() AS application, %(service)s::bigint AS service,
       %(now)s::timestamptz AS applied_at
  FROM generate_series(1, %(count)s) number;
INSERT INTO identity_resident (id, first_seen_at) SELECT resident, %(now)s FROM bench_person ORDER BY number;
INSERT INTO identity_credential (resident_id, issuer_key_id, serial, fingerprint, public_key, valid_from, valid_until,
                                 first_seen_at)
SELECT resident, repeat('0', 40), number::text, md5(number::text), decode('ab', 'hex'), %(now)s, %(now)s, %(now)s
  FROM bench_person ORDER BY number;
INSERT INTO reservations_reservation (resident_id, my_key_id_text, reserved_at, statement, origin, nonce, signature,
                                      credential_id, signed_at)
SELECT person.resident, 'S' || lpad(number::text, 7, '0'), %(now)s, '', '', number, '', one.id, %(now)s
  FROM bench_person person JOIN identity_credential one ON one.resident_id = person.resident ORDER BY number;
INSERT INTO applications_application (id, resident_id, payment_service_id, incentive, round_id, counts, account_key,
                                      account_reference, masked_account, masked_holder, proof, reservation_id,
                                      applied_at)
SELECT application, person.resident, service, 'card_uptake', 'round2', 'top_up', md5(number::text),
       md5(number::text), '****1234', 'ア*キ', repeat('p', 600), own.id, person.applied_at
  FROM bench_person person JOIN reservations_reservation own ON own.resident_id = person.resident ORDER BY number;
INSERT INTO applications_standingapplication (resident_id, incentive, application_id)
SELECT resident, 'card_uptake', application FROM bench_person ORDER BY number;
INSERT INTO applications_notice (payment_service_id, kind, application_id, room, points, created_at)
SELECT service, 'application', application, 5000, 0, applied_at FROM bench_person ORDER BY number;
INSERT INTO books_movement (budget_id, kind, from_account, to_account, points, application, service_number, voucher,
                            made_at)
SELECT share.budget_id, 'reserved', 'funds', 'reserved', 5000, application, '', '', applied_at
  FROM bench_person JOIN books_budgetshare AS share ON share.round_id = 'round2' AND share.incentive = 'card_uptake'
 ORDER BY number;
