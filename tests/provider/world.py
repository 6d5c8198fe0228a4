"""One provider with its store, its files and a fake hub: what a test of the connector stands on."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mynapoint.exchange.messages import AccountProof, ProofRefusal
from mynapoint.exchange.signatures import SigningKey
from mynapoint.programme.service_rules import parse_service_rule
from mynapoint.programme.values import AccountId, IncentiveId
from mynapoint.provider import award_run, linking
from mynapoint.provider.account_api import Door, Holder, answer
from mynapoint.provider.award_run import Progress, Provider, RunResult
from mynapoint.provider.hub_client import HubClient
from mynapoint.provider.linking import Pulled
from mynapoint.provider.points_gateway import FileGateway
from mynapoint.provider.store import Store
from provider.fake_hub import CARD_UPTAKE, NUMBER, URL, FakeHub, read_proof

APPLIED_AT = datetime(2022, 7, 15, 1, 30, tzinfo=UTC)
IN_JULY = datetime(2022, 7, 20, 3, 0, tzinfo=UTC)
END_OF_AUGUST = datetime(2022, 8, 30, 15, 0, tzinfo=UTC)
END_OF_SEPTEMBER = datetime(2022, 9, 29, 15, 0, tzinfo=UTC)
DOOR_URL = "http://localhost:8010/connector"
COLUMNS = ("transaction_id", "account_id", "kind", "refunds", "amount_yen", "occurred_at")
RULE = {
    "service_number": str(NUMBER),
    "incentive": "card_uptake",
    "effective": "at_once",
    "minimum_yen": 1,
    "rounding": "total",
    "schedule": {"kind": "month_close", "months": 1, "day": "last"},
}


class EverybodyIsKnown:
    """Accounts of which each exists, with any code."""

    def check(
        self, account_id: AccountId, security_codes: tuple[str, ...], incentive: IncentiveId
    ) -> Holder | ProofRefusal:
        return Holder("ア*キ ハ*コ")


@dataclass
class World:
    """The provider's folder, and everything around it."""

    folder: Path
    hub: FakeHub = field(default_factory=FakeHub)
    key: SigningKey = field(default_factory=lambda: SigningKey.generate("sample-pay-1"))
    proofs: dict[str, AccountProof] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hub.provider_keys["sample-pay-1"] = self.key.public_bytes()
        self.pauses: list[float] = []
        self.client = HubClient(
            hub_url=URL,
            key=self.key,
            service_number=NUMBER,
            transport=self.hub.transport(),
            pause=self.pauses.append,
        )
        self.provider = Provider(
            store=Store(self.folder / "store.duckdb"),
            service_number=NUMBER,
            rules=(parse_service_rule(RULE),),
            inbox=self.folder / "inbox",
            gateway=FileGateway(self.folder / "credits"),
            hub=self.client,
        )
        self.store = self.provider.store
        self.door = Door(
            store=self.store,
            accounts=EverybodyIsKnown(),
            service_number=NUMBER,
            key=self.key,
            hub_key_of={"hub-1": self.hub.key.public_bytes()}.get,
            url=DOOR_URL,
        )

    def prove(self, account_id: str, incentive: IncentiveId = CARD_UPTAKE) -> AccountProof:
        """Let the hub prove an account."""
        request_id = f"proof-{account_id}-{incentive}-{len(self.hub.wire)}"
        body = self.hub.proof_request(account_id, "000000", request_id=request_id, incentive=incentive)
        response = answer(self.door, self.hub.sign(f"{DOOR_URL}/v1/account-proofs", body), body)
        return read_proof(bytes(response.body))

    def link(self, application_id: str, account_id: str, at: datetime = APPLIED_AT, **notice: Any) -> None:
        """Prove an account, once, let the hub tell of the application, and read the notice."""
        if application_id not in self.proofs:
            self.proofs[application_id] = self.prove(account_id, notice.get("incentive", CARD_UPTAKE))
        self.hub.tell(self.proofs[application_id], application_id, at=at, **notice)
        self.pull()

    def pull(self) -> Pulled:
        """Read the notices."""
        return linking.pull(
            self.store,
            self.client,
            service_number=NUMBER,
            own_key_of={"sample-pay-1": self.key.public_bytes()}.get,
            now=APPLIED_AT,
        )

    def put(self, name: str, *rows: tuple[str, str, str, str | None, int | str, datetime]) -> Path:
        """Put a transaction file into the inbox."""
        path = self.provider.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows([(*row[:5], row[5].isoformat()) for row in rows])
        return path

    def run(self, as_of: datetime = END_OF_AUGUST, progress: Progress = lambda *_: None) -> RunResult:
        """Make an award run as of an instant, at that instant."""
        return award_run.run(self.provider, as_of=as_of, now=as_of, progress=progress)

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table, without the instants at which a step was done."""
        return contents(self.store)


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of a store, without the instants at which a step was done."""
    with store.step() as connection:
        columns = connection.execute(
            """SELECT table_name, string_agg(
                   if(starts_with(data_type, 'TIMESTAMP'), 'epoch_us(' || column_name || ')', column_name), ', '
                   ORDER BY column_index) FROM duckdb_columns()
               WHERE table_name IN (SELECT table_name FROM duckdb_tables()) AND NOT ends_with(column_name, '_at')
               AND table_name NOT IN ('store', 'nonces', 'proof_requests', 'proof_answers') GROUP BY 1"""
        ).fetchall()
        return {
            table: connection.execute(f"SELECT {names} FROM {table} ORDER BY ALL").fetchall()
            for table, names in sorted(columns)
        }
