"""What every job of the benchmark stands on: PostgreSQL with the hub's tables, and people who are about to apply."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from hub_jobs import kept_people, people
from hub_jobs.clock import NOW
from hub_jobs.loads import Slice, pgbench
from hub_jobs.people import Person
from hub_jobs.servers import hub_environment
from private_postgresql import Cluster, running

DATABASE = "bench"
CLIENTS = 32
REGISTER = Path(__file__).parents[2] / "src/mynapoint/demo/data/payment_services.toml"
_STRANGERS = """
CREATE TABLE bench_stranger AS
SELECT number, gen_random_uuid() AS resident, gen_random_uuid() AS draft,
       rpad(md5(random()::text) || md5(random()::text), 64) AS nonce,
       (%(services)s::bigint[])[1 + number %% cardinality(%(services)s::bigint[])] AS service
  FROM generate_series(1, %(count)s) number;
INSERT INTO identity_resident (id, first_seen_at) SELECT resident, %(now)s FROM bench_stranger;
INSERT INTO identity_credential (resident_id, issuer_key_id, serial, fingerprint, public_key, valid_from, valid_until,
                                 first_seen_at)
SELECT resident, repeat('0', 40), md5(number::text), md5(nonce) || md5(draft::text), decode(repeat('ab', 294), 'hex'),
       %(now)s, %(now)s, %(now)s FROM bench_stranger;
INSERT INTO reservations_reservation (resident_id, my_key_id_text, reserved_at, statement, origin, nonce, signature,
                                      credential_id, signed_at)
SELECT stranger.resident, 'S' || lpad(number::text, 7, '0'), %(now)s, '予約します。', %(origin)s, nonce,
       decode(repeat('ab', 256), 'hex'), certificate.id, %(now)s
  FROM bench_stranger stranger JOIN identity_credential certificate ON certificate.resident_id = stranger.resident;
INSERT INTO applications_draft (id, resident_id, session, payment_service_id, incentive, round_id, counts, account_key,
                                account_reference, masked_account, masked_holder, proof, created_at)
SELECT draft, resident, repeat('s', 64), service, %(incentive)s, 'round2', 'top_up', md5(nonce) || md5(draft::text),
       md5(resident::text), '****1234', 'ア*キ ハ*コ', repeat('p', 600), %(now)s FROM bench_stranger;
INSERT INTO identity_challenge (nonce, purpose, statement, origin, session, subject, continue_to, created_at)
SELECT nonce, 'apply', %(statement)s, %(origin)s, repeat('s', 64), draft::text, '/apply/signed/', now()
  FROM bench_stranger;
"""
"""People for whom no card has signed: for the limit, which checks none."""
_READY = """
CREATE TABLE bench_ready AS
SELECT row_number() OVER () AS id, md5(random()::text) AS key, repeat('0', 64) AS asked, repeat('a', 280) AS answer,
       put.nonce, gen_random_uuid() AS application, draft.id AS draft, draft.resident_id AS resident,
       reservation.id AS reservation, certificate.id AS certificate, put.statement, put.origin,
       decode(repeat('ab', 256), 'hex') AS signature,
       jsonb_build_object('service', 'MP0000001', 'incentive', draft.incentive, 'fingerprint', repeat('f', 64))
           AS details, draft.created_at AS applied_at
  FROM bench_stranger stranger
  JOIN applications_draft draft ON draft.id = stranger.draft
  JOIN identity_challenge put ON put.nonce = stranger.nonce
  JOIN reservations_reservation reservation ON reservation.resident_id = draft.resident_id
  JOIN identity_credential certificate ON certificate.resident_id = draft.resident_id;
ALTER TABLE bench_ready ADD PRIMARY KEY (id);
CREATE SEQUENCE bench_next;
"""
_APPLY = """
SELECT mynapoint_apply(key, asked, answer, nonce, application, draft, resident, reservation, certificate, NULL,
                       statement, origin, nonce, signature, 5000, 0, details, applied_at)
  FROM bench_ready WHERE id = (SELECT nextval('bench_next'));
"""


@dataclass
class Stage:
    """A running cluster with everybody in it; ``take`` hands people out, each once."""

    cluster: Cluster
    folder: Path
    environment: dict[str, str]
    issuer: str = ""
    are_kept: bool = False
    services: list[int] = field(default_factory=list)
    waiting: list[Person] = field(default_factory=list)

    @property
    def postmaster(self) -> int:
        """PostgreSQL's first process."""
        assert self.cluster.server is not None, "the cluster runs"
        return self.cluster.server.pid

    def take(self, count: int) -> list[Person]:
        """Hand out people nobody else has."""
        if len(self.waiting) < count:
            raise RuntimeError(f"only {len(self.waiting)} people are left, {count} are needed")
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def limit(self, seconds: float) -> Slice:
        """Let pgbench do the same writes in one round trip, nothing checked."""
        script = self.folder / "apply.pgbench"
        script.write_text(_APPLY)
        command = [self.cluster.binaries / "pgbench", "-n", "-M", "prepared", "-c", CLIENTS, "-j", 2]
        where = ["-T", f"{seconds:.0f}", "-f", script, "-h", self.cluster.folder, "-U", "postgres", DATABASE]
        done = pgbench([str(part) for part in (*command, *where)], pids=[self.postmaster])
        with self.cluster.connect(DATABASE) as connection:
            row = connection.execute("SELECT last_value, (SELECT count(*) FROM bench_ready) FROM bench_next").fetchone()
        assert row is not None, "a sequence has a value"
        if row[0] > row[1]:
            raise RuntimeError("pgbench ran out of people")
        return done

    def invite(self, count: int) -> None:
        """Make more people, and let them come as far as their last step."""
        if self.are_kept:
            raise RuntimeError("those who were kept are used up, and their authority's key is gone")
        self.welcome(people.signed(count))

    def welcome(self, more: list[Person]) -> None:
        """Let people come as far as their last step."""
        people.keep(more, issuer_key_id=self.issuer, services=self.services)
        self.waiting += more

    def bytes(self) -> int:
        """Return how large the database is."""
        return self.number("SELECT pg_database_size(current_database())")

    def settled(self) -> int:
        """Return how many applications there are once nobody is writing any more: some were under way at the end."""
        before, now = -1, self.count()
        while now != before:
            time.sleep(0.5)
            before, now = now, self.count()
        return now

    def count(self, table: str = "applications_application") -> int:
        """Return how many rows a table has."""
        return self.number(f"SELECT count(*) FROM {table}")

    def number(self, query: str) -> int:
        """Return the one number that a query asks for."""
        with self.cluster.connect(DATABASE) as connection:
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def stage(folder: Path, *, signed: int, unsigned: int, kept: Path | None = None) -> Iterator[Stage]:
    """Start PostgreSQL, make the tables, let people come as far as their last step; everything goes at the end.

    ``kept``  folder of people from an earlier run (kept_people.py)
    """
    issuer, ready = kept_people.signed(signed, folder / "trust", kept=kept)
    with running(
        "shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=30min", "max_connections=200"
    ) as cluster:
        with cluster.connect() as administrator:
            administrator.execute(f"CREATE DATABASE {DATABASE}")
        environment = hub_environment(cluster, DATABASE, folder)
        os.environ |= environment
        import django

        django.setup()
        made = Stage(cluster, folder, environment, issuer, are_kept=kept is not None)
        _fill(made, ready, unsigned=unsigned)
        yield made


def _fill(made: Stage, ready: list[Person], *, unsigned: int) -> None:
    from django.core.management import call_command

    from mynapoint.hub.payment_services.actions import import_register

    call_command("migrate", verbosity=0)
    import_register(REGISTER)
    made.services = open_services()
    facts = {"count": unsigned, "services": made.services, "now": NOW, "origin": people.ORIGIN}
    facts |= {"incentive": people.INCENTIVE, "statement": people.STATEMENT}
    with psycopg.connect(
        made.cluster.url(DATABASE), autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        connection.execute(_STRANGERS, facts)
        connection.execute("ANALYZE")
        connection.execute(_READY)
    made.welcome(ready)
    with made.cluster.connect(DATABASE) as connection:
        connection.execute("ANALYZE identity_resident, identity_credential, identity_challenge, applications_draft")
        connection.execute("ANALYZE reservations_reservation, bench_ready")
        connection.execute("CHECKPOINT")


def open_services() -> list[int]:
    """Return the services that take applications on the benchmark's day."""
    from mynapoint.award.means import channel_refusals, service_refusals
    from mynapoint.hub.payment_services.models import PaymentService
    from mynapoint.programme.values import tokyo_day

    on = tokyo_day(NOW)
    found = []
    for service in PaymentService.objects.all():
        offer = service.offer(people.INCENTIVE)
        if not [*service_refusals(offer, on=on), *channel_refusals(offer, channel="web", on=on)]:
            found.append(service.pk)
    return found
