"""The rows that people who are about to apply have in the hub's tables, written by statements over sets."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from hub_jobs.clock import NOW
from hub_jobs.people import INCENTIVE, ORIGIN, STATEMENT, Person

_STRANGERS = """
CREATE TABLE bench_person AS
SELECT 'S' AS kind, number, gen_random_uuid() AS resident, gen_random_uuid() AS draft, repeat('0', 40) AS issuer,
       md5(number::text) AS serial, rpad(md5(random()::text) || md5(random()::text), 64) AS nonce
  FROM generate_series(1, %(count)s) number;
"""
"""People for whom no card has signed: for the limit, which checks none."""
_CROWD = """
CREATE TABLE bench_person (kind text DEFAULT 'P', number bigint, resident uuid, draft uuid, issuer text, serial text,
                           nonce text)
"""
_WITH_ROWS = """
INSERT INTO identity_resident (id, first_seen_at) SELECT resident, %(now)s FROM bench_person;
INSERT INTO identity_credential (resident_id, issuer_key_id, serial, fingerprint, public_key, valid_from, valid_until,
                                 first_seen_at, links_asked_at)
SELECT resident, issuer, serial, md5(nonce) || md5(draft::text), decode(repeat('ab', 294), 'hex'),
       %(now)s - interval '400 days', %(now)s + interval '1400 days', %(now)s, %(now)s FROM bench_person;
INSERT INTO reservations_reservation (resident_id, my_key_id_text, reserved_at, statement, origin, nonce, signature,
                                      credential_id, signed_at)
SELECT person.resident, kind || lpad(number::text, 7, '0'), %(now)s, '予約します。', %(origin)s, nonce,
       decode(repeat('ab', 256), 'hex'), certificate.id, %(now)s
  FROM bench_person person JOIN identity_credential certificate ON certificate.resident_id = person.resident;
INSERT INTO applications_draft (id, resident_id, session, payment_service_id, incentive, round_id, counts, account_key,
                                account_reference, masked_account, masked_holder, proof, created_at)
SELECT draft, resident, repeat('s', 64), (%(services)s::bigint[])[1 + number %% cardinality(%(services)s::bigint[])],
       %(incentive)s, 'round2', 'top_up', md5(nonce) || md5(draft::text), md5(resident::text), '****1234',
       'ア*キ ハ*コ', repeat('p', 600), %(now)s FROM bench_person;
INSERT INTO identity_challenge (nonce, purpose, statement, origin, session, subject, continue_to, created_at)
SELECT nonce, 'apply', %(statement)s, %(origin)s, repeat('s', 64), draft::text, '/apply/signed/',
       now() + interval '1 day'
  FROM bench_person;
"""
"""Questions are put in the machine's future: people wait here longer than a question stays open."""
_READY = """
CREATE TABLE bench_ready AS
SELECT row_number() OVER () AS id, md5(random()::text) AS key, repeat('0', 64) AS asked, repeat('a', 280) AS answer,
       put.nonce, gen_random_uuid() AS application, draft.id AS draft, draft.resident_id AS resident,
       reservation.id AS reservation, certificate.id AS certificate, put.statement, put.origin,
       decode(repeat('ab', 256), 'hex') AS signature,
       jsonb_build_object('service', 'MP0000001', 'incentive', draft.incentive, 'fingerprint', repeat('f', 64))
           AS details, draft.created_at AS applied_at
  FROM bench_person person
  JOIN applications_draft draft ON draft.id = person.draft
  JOIN identity_challenge put ON put.nonce = person.nonce
  JOIN reservations_reservation reservation ON reservation.resident_id = draft.resident_id
  JOIN identity_credential certificate ON certificate.resident_id = draft.resident_id;
ALTER TABLE bench_ready ADD PRIMARY KEY (id);
CREATE SEQUENCE bench_next;
"""


def strangers(connection: psycopg.Connection, count: int, *, services: Sequence[int]) -> None:
    """Let strangers come as far as their last step, and make ready what the limit writes for each."""
    told = psycopg.ClientCursor(connection)
    with connection.transaction():
        told.execute(_STRANGERS, {"count": count})
        told.execute(_WITH_ROWS, _facts(services))
    connection.execute("ANALYZE")
    connection.execute(_READY)
    connection.execute("DROP TABLE bench_person")


def people(
    connection: psycopg.Connection, crowd: Sequence[Person], *, first: int, issuer: str, services: Sequence[int]
) -> None:
    """Let people come as far as their last step; ``first`` is the number of the first of them."""
    told = psycopg.ClientCursor(connection)
    with connection.transaction():
        told.execute(_CROWD)
        with told.copy("COPY bench_person (number, resident, draft, issuer, serial, nonce) FROM STDIN") as copy:
            for number, one in enumerate(crowd, first):
                copy.write_row((number, one.resident, one.draft, issuer, one.serial, one.nonce))
        told.execute(_WITH_ROWS, _facts(services))
        told.execute("DROP TABLE bench_person")


def _facts(services: Sequence[int]) -> dict[str, object]:
    return {"services": list(services), "now": NOW, "origin": ORIGIN, "incentive": INCENTIVE, "statement": STATEMENT}
