-- Applying in two round trips: mynapoint_case reads what is known, mynapoint_apply writes what was judged.
-- Sequential scans are off in both: plans are kept for a connection's life, and the first day's tables are empty.

-- Reads one case; the portable twin is cases_by_orm.py. One row for each certificate of the person, at least one row.
CREATE OR REPLACE FUNCTION mynapoint_case(the_key text, the_nonce text, the_draft uuid)
RETURNS TABLE (
    asked text, is_refusal boolean, answer text,
    statement text, origin text, put_in text, subject text, put_at timestamptz,
    draft uuid, session text, resident uuid, survivor uuid, incentive text, round_id text, counts text,
    number text, effective text, schedule text, name text, name_en text, state text,
    takes_part text, channels text,
    applied_at timestamptz, chosen text, chosen_en text, reservation bigint,
    certificate bigint, issuer_key_id text, serial text, fingerprint text,
    valid_from timestamptz, valid_until timestamptz, is_renewal boolean
) LANGUAGE plpgsql STABLE ROWS 1 SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    the_service bigint;
    everyone uuid[];
BEGIN
    SELECT kept.asked, kept.is_refusal, kept.answer INTO asked, is_refusal, answer
      FROM applications_keptanswer kept WHERE kept.key = the_key;
    IF FOUND THEN
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT put.statement, put.origin, put.session, put.subject, put.created_at
      INTO statement, origin, put_in, subject, put_at
      FROM identity_challenge put WHERE put.nonce = the_nonce AND put.purpose = 'apply';
    SELECT draft.id, draft.session, draft.resident_id, coalesce(who.merged_into_id, who.id), draft.incentive,
           draft.round_id, draft.counts, service.id, service.number, service.effective, service.schedule::text,
           service.name, service.name_en, service.state
      INTO draft, session, resident, survivor, incentive, round_id, counts, the_service, number, effective, schedule,
           name, name_en, state
      FROM applications_draft draft
      JOIN identity_resident who ON who.id = draft.resident_id
      JOIN payment_services_paymentservice service ON service.id = draft.payment_service_id
     WHERE draft.id = coalesce(the_draft, mynapoint_case.subject::uuid);
    IF NOT FOUND THEN
        RETURN NEXT;
        RETURN;
    END IF;
    takes_part := (SELECT string_agg(concat_ws(' ', joined_on, left_on), ',' ORDER BY id)
                     FROM payment_services_participation one
                    WHERE one.service_id = the_service AND one.incentive = mynapoint_case.incentive
                      AND joined_on IS NOT NULL);
    channels := (SELECT string_agg(concat_ws(' ', kind, first_day, last_day), ',' ORDER BY id)
                   FROM payment_services_channel one
                  WHERE one.service_id = the_service AND first_day IS NOT NULL);
    SELECT earlier.applied_at, service.name, service.name_en INTO applied_at, chosen, chosen_en
      FROM applications_standingapplication standing
      JOIN applications_application earlier ON earlier.id = standing.application_id
      JOIN payment_services_paymentservice service ON service.id = earlier.payment_service_id
     WHERE standing.resident_id = mynapoint_case.survivor AND standing.incentive = mynapoint_case.incentive;
    -- Hardly anybody was ever merged: one person's rows are found by equality, several residents' by a set.
    IF NOT EXISTS (SELECT 1 FROM identity_resident WHERE merged_into_id = mynapoint_case.survivor) THEN
        reservation := (SELECT CASE WHEN my_key_id_text IS NOT NULL THEN id END  -- revoked: none
                          FROM reservations_reservation WHERE resident_id = mynapoint_case.survivor);
        FOR certificate, issuer_key_id, serial, fingerprint, valid_from, valid_until, is_renewal IN
            SELECT own.id, own.issuer_key_id, own.serial, own.fingerprint, own.valid_from, own.valid_until,
                   own.predecessor_id IS NOT NULL
              FROM identity_credential own WHERE own.resident_id = mynapoint_case.survivor ORDER BY own.id
        LOOP
            RETURN NEXT;
        END LOOP;
    ELSE
        everyone := ARRAY(SELECT id FROM identity_resident WHERE merged_into_id = mynapoint_case.survivor)
                    || mynapoint_case.survivor;
        reservation := (SELECT CASE WHEN my_key_id_text IS NOT NULL THEN id END FROM reservations_reservation
                         WHERE resident_id = ANY(everyone) ORDER BY reserved_at, id LIMIT 1);
        FOR certificate, issuer_key_id, serial, fingerprint, valid_from, valid_until, is_renewal IN
            SELECT own.id, own.issuer_key_id, own.serial, own.fingerprint, own.valid_from, own.valid_until,
                   own.predecessor_id IS NOT NULL
              FROM identity_credential own WHERE own.resident_id = ANY(everyone) ORDER BY own.id
        LOOP
            RETURN NEXT;
        END LOOP;
    END IF;
    IF NOT FOUND THEN
        RETURN NEXT;
    END IF;
END $$;

-- Writes one application; the portable twin is entering_by_orm.py, row for row.
-- Nothing is caught here: whatever is there already, or is there no more, ends the whole transaction.
CREATE OR REPLACE FUNCTION mynapoint_apply(
    the_key text, the_digest text, the_answer text,   -- the answer to keep; the key is null where none is kept
    the_question text,                                -- the nonce to take; null where it was taken before
    the_application uuid, the_draft uuid, the_resident uuid, the_reservation bigint,
    the_certificate bigint, the_subject bigint,
    the_statement text, the_origin text, the_nonce text, the_signature bytea,
    the_room integer, the_fixed_points integer, the_details jsonb, the_instant timestamptz
) RETURNS void LANGUAGE plpgsql SET lock_timeout = '5s' SET enable_seqscan = off AS $$
DECLARE
    chosen applications_draft%ROWTYPE;
BEGIN
    IF the_key IS NOT NULL THEN
        INSERT INTO applications_keptanswer (key, asked, is_refusal, answer, answered_at)
        VALUES (the_key, the_digest, false, the_answer, the_instant);
    END IF;
    IF the_question IS NOT NULL THEN
        DELETE FROM identity_challenge WHERE nonce = the_question;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the question was taken' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    PERFORM 1 FROM identity_resident WHERE id = the_resident AND merged_into_id IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the resident was merged into another' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM 1 FROM reservations_reservation WHERE id = the_reservation AND my_key_id_text IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the reservation was revoked' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    DELETE FROM applications_draft WHERE id = the_draft AND resident_id = the_resident RETURNING * INTO chosen;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the draft is gone' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO applications_application (
        id, resident_id, reservation_id, payment_service_id, incentive, round_id, counts, account_key,
        account_reference, masked_account, masked_holder, proof, applied_at
    ) VALUES (
        the_application, the_resident, the_reservation, chosen.payment_service_id, chosen.incentive, chosen.round_id,
        chosen.counts, chosen.account_key, chosen.account_reference, chosen.masked_account, chosen.masked_holder,
        chosen.proof, the_instant
    );
    INSERT INTO applications_standingapplication (resident_id, incentive, application_id)
    VALUES (the_resident, chosen.incentive, the_application);
    INSERT INTO applications_consent (
        application_id, statement, origin, nonce, signature, credential_id, oidc_subject_id, signed_at
    ) VALUES (
        the_application, the_statement, the_origin, the_nonce, the_signature, the_certificate, the_subject, the_instant
    );
    INSERT INTO applications_notice (payment_service_id, kind, application_id, room, points, created_at)
    VALUES (chosen.payment_service_id, 'application', the_application, the_room, 0, the_instant);
    INSERT INTO audit_auditrecord (act, who, subject, details, done_at, recorded_at)
    VALUES (
        'applied', 'resident:' || the_resident, 'application:' || the_application, the_details, the_instant,
        clock_timestamp()
    );
    IF the_fixed_points > 0 AND mynapoint_is_due(the_resident, chosen.incentive) THEN
        INSERT INTO applications_notice (payment_service_id, kind, application_id, room, points, created_at)
        VALUES (
            chosen.payment_service_id, 'award_instruction', the_application, the_fixed_points, the_fixed_points,
            the_instant
        );
    END IF;
END $$;

-- Says whether a fixed sum is due: the registration is proven, and the person has not applied twice (standing.py).
CREATE OR REPLACE FUNCTION mynapoint_is_due(the_resident uuid, the_incentive text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH everyone AS (
        SELECT id FROM identity_resident WHERE id = the_resident OR merged_into_id = the_resident
    )
    SELECT EXISTS (
        SELECT 1 FROM applications_registration
        WHERE incentive = the_incentive AND resident_id IN (SELECT id FROM everyone)
    ) AND (
        SELECT count(*) FROM applications_application
        WHERE incentive = the_incentive AND resident_id IN (SELECT id FROM everyone)
    ) = 1
$$;

-- Writes many that share nothing, all or none: a batch of entering.py, each with the members of entering_by_function.py.
CREATE OR REPLACE FUNCTION mynapoint_apply_many(the_entries json)
RETURNS void LANGUAGE plpgsql SET lock_timeout = '5s' SET enable_seqscan = off AS $$
DECLARE
    all_entries integer := json_array_length(the_entries);
    all_questions integer;
    locked integer;
    reserved integer;
    taken integer;
    chosen integer;
    any_fixed boolean;
BEGIN
    PERFORM 1 FROM identity_resident
      WHERE id = ANY(ARRAY(SELECT (one ->> 'resident')::uuid FROM json_array_elements(the_entries) one))
        AND merged_into_id IS NULL
      ORDER BY id FOR NO KEY UPDATE;
    GET DIAGNOSTICS locked = ROW_COUNT;
    WITH entry AS MATERIALIZED (
        SELECT * FROM json_to_recordset(the_entries) AS one (
            key text, asked text, answer text, question text, application uuid, draft uuid, resident uuid,
            reservation bigint, certificate bigint, subject bigint, statement text, origin text, nonce text,
            signature text, room integer, fixed_points integer, details text, applied_at timestamptz
        )
    ), kept AS (
        INSERT INTO applications_keptanswer (key, asked, is_refusal, answer, answered_at)
        SELECT key, asked, false, answer, applied_at FROM entry WHERE key IS NOT NULL
    ), question AS (
        DELETE FROM identity_challenge put USING entry WHERE put.nonce = entry.question RETURNING put.id
    ), choice AS (
        DELETE FROM applications_draft draft USING entry
        WHERE draft.id = entry.draft AND draft.resident_id = entry.resident
        RETURNING draft.*, entry.application, entry.reservation, entry.room, entry.details, entry.applied_at
    ), application AS (
        INSERT INTO applications_application (
            id, resident_id, reservation_id, payment_service_id, incentive, round_id, counts, account_key,
            account_reference, masked_account, masked_holder, proof, applied_at
        ) SELECT application, resident_id, reservation, payment_service_id, incentive, round_id, counts, account_key,
                 account_reference, masked_account, masked_holder, proof, applied_at FROM choice
    ), standing AS (
        INSERT INTO applications_standingapplication (resident_id, incentive, application_id)
        SELECT resident_id, incentive, application FROM choice
    ), consent AS (
        INSERT INTO applications_consent (
            application_id, statement, origin, nonce, signature, credential_id, oidc_subject_id, signed_at
        ) SELECT application, statement, origin, nonce, decode(signature, 'hex'), certificate, subject, applied_at
            FROM entry
    ), notice AS (
        INSERT INTO applications_notice (payment_service_id, kind, application_id, room, points, created_at)
        SELECT payment_service_id, 'application', application, room, 0, applied_at FROM choice
    ), record AS (
        INSERT INTO audit_auditrecord (act, who, subject, details, done_at, recorded_at)
        SELECT 'applied', 'resident:' || resident_id, 'application:' || application, details::jsonb, applied_at,
               clock_timestamp() FROM choice
    )
    SELECT (SELECT count(*) FROM question), (SELECT count(*) FROM choice), count(entry.question),
           bool_or(fixed_points > 0)
      INTO taken, chosen, all_questions, any_fixed FROM entry;
    SELECT count(*) INTO reserved FROM reservations_reservation
     WHERE id = ANY(ARRAY(SELECT (one ->> 'reservation')::bigint FROM json_array_elements(the_entries) one))
       AND my_key_id_text IS NOT NULL;
    IF locked < all_entries OR reserved < all_entries OR chosen < all_entries OR taken < all_questions THEN
        RAISE EXCEPTION 'one of them is gone' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF any_fixed THEN
        INSERT INTO applications_notice (payment_service_id, kind, application_id, room, points, created_at)
        SELECT made.payment_service_id, 'award_instruction', made.id, fixed_points, fixed_points, made.applied_at
          FROM json_to_recordset(the_entries) AS one (application uuid, fixed_points integer)
          JOIN applications_application made ON made.id = one.application
         WHERE fixed_points > 0 AND mynapoint_is_due(made.resident_id, made.incentive);
    END IF;
END $$;
