"""What every job of the benchmark stands on: PostgreSQL with the hub's tables, and people who are about to apply."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hub_jobs import kept_people, people, rows
from hub_jobs.clock import NOW
from hub_jobs.kept_people import Crowd
from hub_jobs.loads import Slice, pgbench
from hub_jobs.people import Person
from hub_jobs.servers import hub_environment
from private_postgresql import Cluster, running

DATABASE = "bench"
CLIENTS = 32
AT_ONCE = 20_000
"""People made and written together: what they take in memory."""
REGISTER = Path(__file__).parents[2] / "src/mynapoint/demo/data/payment_services.toml"
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
    crowd: Crowd
    services: list[int] = field(default_factory=list)
    waiting: list[Person] = field(default_factory=list)
    came: int = 0

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
        """Let more people come as far as their last step; 20,000 at once need 70 MB."""
        more = self.crowd.take(count)
        with self.cluster.connect(DATABASE) as connection:
            rows.people(connection, more, first=self.came, issuer=self.crowd.issuer, services=self.services)
        self.came += count
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
    crowd = kept_people.crowd(folder / "trust", kept=kept)
    with running(
        "shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=30min", "max_connections=200"
    ) as cluster:
        with cluster.connect() as administrator:
            administrator.execute(f"CREATE DATABASE {DATABASE}")
        environment = hub_environment(cluster, DATABASE, folder)
        os.environ |= environment
        import django

        django.setup()
        made = Stage(cluster, folder, environment, crowd)
        _fill(made, signed=signed, unsigned=unsigned)
        yield made


def _fill(made: Stage, *, signed: int, unsigned: int) -> None:
    from django.core.management import call_command

    from mynapoint.hub.payment_services.actions import import_register

    call_command("migrate", verbosity=0)
    import_register(REGISTER)
    made.services = open_services()
    with made.cluster.connect(DATABASE) as connection:
        rows.strangers(connection, unsigned, services=made.services)
        while made.came < signed:
            made.invite(min(AT_ONCE, signed - made.came))
        connection.execute("ANALYZE")
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
