-- What the people of reports_people.sql did over 90 days: they applied evenly, every sixth of them at a counter, every
-- third for a second incentive; one in a hundred turned out to be two pseudonyms; nearly all points are recorded.
-- Every eight visitors in a row come to two terminals; half of them begin within three minutes of the one before.
ALTER TABLE bench_person ADD COLUMN second uuid;
UPDATE bench_person SET second = gen_random_uuid() WHERE number %% 3 = 0;
INSERT INTO applications_application (id, resident_id, payment_service_id, incentive, round_id, counts, account_key,
                                      account_reference, masked_account, masked_holder, proof, reservation_id,
                                      applied_at)
SELECT second, person.resident, service, 'health_insurance', 'round2', 'top_up', md5(number::text), md5(number::text),
       '****1234', CASE WHEN number %% 999 = 0 THEN 'サ*プル' ELSE 'ア*キ' END, repeat('p', 600), own.id,
       person.applied_at + interval '5 seconds'
  FROM bench_person AS person JOIN reservations_reservation AS own ON own.resident_id = person.resident
 WHERE second IS NOT NULL ORDER BY number;
INSERT INTO applications_standingapplication (resident_id, incentive, application_id)
SELECT resident, 'health_insurance', second FROM bench_person WHERE second IS NOT NULL ORDER BY number;
INSERT INTO applications_notice (payment_service_id, kind, application_id, room, points, created_at)
SELECT service, kind, second, 7500, CASE WHEN kind = 'application' THEN 0 ELSE 7500 END, applied_at
  FROM bench_person CROSS JOIN (VALUES ('application'), ('award_instruction')) AS told (kind)
 WHERE second IS NOT NULL ORDER BY number;
INSERT INTO books_movement (budget_id, kind, from_account, to_account, points, application, service_number, voucher,
                            made_at)
SELECT share.budget_id, 'reserved', 'funds', 'reserved', 7500, second, '', '', applied_at
  FROM bench_person JOIN books_budgetshare AS share ON share.round_id = 'round2' AND share.incentive = 'health_insurance'
 WHERE second IS NOT NULL ORDER BY number;
INSERT INTO identity_resident (id, first_seen_at, merged_into_id)
SELECT gen_random_uuid(), applied_at, resident FROM bench_person WHERE number %% 100 = 0 ORDER BY number;
-- Reports: one a day and service, with two postings an application and the fixed sum of the second.
INSERT INTO ledger_awardreport (payment_service_id, report_id, body_digest, reported_up_to, answer, received_at)
SELECT service, 'bench-' || nth, '', day, '', day
  FROM unnest(%(services)s::bigint[]) AS service, generate_series(0, 89) AS nth,
       LATERAL (SELECT date_trunc('hour', %(now)s::timestamptz) - interval '1 day' * (89 - nth) AS day) AS of
 ORDER BY nth, service;
CREATE UNLOGGED TABLE bench_entry AS
SELECT application, service, incentive, line_id, points, applied_at + waited AS due
  FROM (SELECT application, service, 'card_uptake' AS incentive, number || '-' || nth AS line_id,
               500 + (number %% 9)::integer * 200 AS points, applied_at, interval '4 days' * nth AS waited
          FROM bench_person, generate_series(1, 2) AS nth
        UNION ALL
        SELECT second, service, 'health_insurance', number || '-f', 7500, applied_at, interval '2 days'
          FROM bench_person WHERE second IS NOT NULL AND number %% 100 <> 0) AS line;
DELETE FROM bench_entry WHERE due > %(now)s - interval '1 day';
INSERT INTO ledger_ledgerentry (report_id, application_id, payment_service_id, line_id, points, posted_on, recorded_at)
SELECT report.id, entry.application, entry.service, line_id, points, (due AT TIME ZONE 'Asia/Tokyo')::date, received_at
  FROM bench_entry AS entry
  JOIN ledger_awardreport AS report ON report.payment_service_id = entry.service
   AND report.received_at >= due AND report.received_at < due + interval '1 day'
 ORDER BY report.id, due;
INSERT INTO books_movement (budget_id, kind, from_account, to_account, points, application, service_number, voucher,
                            made_at)
SELECT share.budget_id, 'recorded', 'reserved', 'awarded', sum(entry.points), NULL, service.number,
       'report:' || entry.report_id, min(entry.recorded_at)
  FROM ledger_ledgerentry AS entry JOIN applications_application AS one ON one.id = entry.application_id
  JOIN books_budgetshare AS share ON share.round_id = one.round_id AND share.incentive = one.incentive
  JOIN payment_services_paymentservice AS service ON service.id = entry.payment_service_id
 GROUP BY share.budget_id, service.number, entry.report_id ORDER BY entry.report_id;
INSERT INTO ledger_recordedtotal (resident_id, incentive, recorded, over_cap, points_max)
SELECT one.resident_id, one.incentive, sum(entry.points), 0, CASE one.incentive WHEN 'card_uptake' THEN 5000 ELSE 7500 END
  FROM ledger_ledgerentry AS entry JOIN applications_application AS one ON one.id = entry.application_id
 GROUP BY one.resident_id, one.incentive;
-- Counters: 188 municipalities, four in each prefecture; every fifth visit is to the largest of them.
INSERT INTO municipalities_municipality (slug, code, name, site, section)
SELECT 'bench-' || nth, lpad((1 + nth %% 47)::text, 2, '0') || lpad(nth::text, 4, '0'),
       format('{"ja": "町%%s", "en": "Town %%s"}', nth, nth)::jsonb, 'https://town.example.jp/',
       '{"ja": "町", "en": "Town"}'::jsonb
  FROM generate_series(0, 187) AS nth;
INSERT INTO staff_staffaccount (name, role, municipality, provider, password, last_step, failures, enrolment_digest,
                                vouched_at, created_at)
SELECT 'bench-' || nth, 'helper', 'bench-' || nth %% 188, '', '', 0, 0, '', %(now)s, %(now)s
  FROM generate_series(0, 939) AS nth;
INSERT INTO staff_terminal (name, municipality, provider, secret_digest, registration_digest, failures, created_at)
SELECT name, municipality, '', '', '', 0, %(now)s FROM staff_staffaccount WHERE name LIKE 'bench-%%';
INSERT INTO staff_staffsession (digest, account_id, terminal_id, begun_at, seen_at, ended_at)
SELECT who.name, who.id, terminal.id, %(now)s, %(now)s, %(now)s
  FROM staff_staffaccount AS who JOIN staff_terminal AS terminal ON terminal.name = who.name;
INSERT INTO support_visit (id, terminal_id, municipality, staff_session_id, resident_id, service, incentive, begun_at,
                           seen_at, ended_at, ending, applications, signed)
SELECT gen_random_uuid(), session.terminal_id, terminal.municipality, session.id, resident, '', '',
       applied_at - interval '1 second' * CASE WHEN nth %% 4 < 2 THEN 60 ELSE 180 END, applied_at,
       applied_at + interval '10 seconds', 'key', 1 + (second IS NOT NULL)::integer, ''
  FROM (SELECT *, number::bigint * %(visits)s / %(count)s AS nth FROM bench_person
         WHERE number::bigint * %(visits)s / %(count)s <> (number - 1)::bigint * %(visits)s / %(count)s) AS visitor
  JOIN staff_staffsession AS session ON session.digest = 'bench-' || CASE
       WHEN nth / 8 %% 5 = 0 THEN (nth / 40 * 2 + nth %% 2) %% 5 * 188 ELSE (nth / 8 * 2 + nth %% 2) %% 940 END
  JOIN staff_terminal AS terminal ON terminal.id = session.terminal_id
 ORDER BY applied_at;
DROP TABLE bench_entry;
