-- Writes one application in one round trip; the portable twin is entering_by_orm.py, row for row.
-- Nothing is caught here: whatever is there already, or is there no more, ends the whole transaction.
-- Locks are taken in one order everywhere: question, person, then rows that are new.
CREATE OR REPLACE FUNCTION mynapoint_apply(
    the_key text, the_digest text, the_answer text,   -- the answer to keep; the key is null where none is kept
    the_question text,                                -- the nonce to take; null where it was taken before
    the_application uuid, the_draft uuid, the_resident uuid, the_reservation bigint,
    the_certificate bigint, the_subject bigint,
    the_statement text, the_origin text, the_nonce text, the_signature bytea,
    the_room integer, the_fixed_points integer, the_details jsonb, the_instant timestamptz
) RETURNS void LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
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
