"""Where サンプルPay's books meet the provider's connector: accounts to prove, points to credit, uses to hand over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from mynapoint.demo.clock import DemoClock
from mynapoint.demo.sample_pay.wallet import Entry, Wallet
from mynapoint.exchange.messages import Counts, ProofRefusal
from mynapoint.programme.schedules import Threshold
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import AccountId, IncentiveId, tokyo_day, tokyo_midnight
from mynapoint.provider import award_run, claiming, linking
from mynapoint.provider.account_api import Door, Holder, codes_match, mask_name
from mynapoint.provider.award_run import Provider, RunResult
from mynapoint.provider.claiming import Result
from mynapoint.provider.config import Config
from mynapoint.provider.hub_client import HubClient
from mynapoint.provider.linking import Pulled
from mynapoint.provider.points_gateway import Credit, CreditFailed
from mynapoint.provider.store import instant

WALLET_FILE = "wallet.sqlite3"
RUNS_AFTER = timedelta(hours=9)
"""How long after awards fall due, at midnight, the award run of サンプルPay begins."""


def accounts_in(folder: Path) -> WalletAccounts:
    """Return サンプルPay's accounts, for `mynapoint provider serve` on its folder."""
    return WalletAccounts(Wallet(folder / WALLET_FILE))


@dataclass(frozen=True, slots=True)
class WalletAccounts:
    """The wallet's accounts as the account API asks for them."""

    wallet: Wallet

    def check(
        self, account_id: AccountId, security_codes: tuple[str, ...], incentive: IncentiveId
    ) -> Holder | ProofRefusal:
        """Recognise an account by its one security code."""
        account = self.wallet.account(account_id.text)
        if not codes_match((account.security_code,) if account else None, security_codes) or account is None:
            return ProofRefusal.NOT_RECOGNISED
        return Holder(mask_name(account.holder))


@dataclass(frozen=True, slots=True)
class WalletGateway:
    """Credits points in the wallet, each key once."""

    wallet: Wallet

    def credit(self, batch: str, instructions: Sequence[Credit], *, now: datetime) -> Mapping[str, date]:
        """Credit every instruction whose key was not credited before. Raises CreditFailed."""
        days = {}
        for one in instructions:
            try:
                credited_at = self.wallet.credit_points(one.key, one.account_id.text, one.incentive, one.points, at=now)
            except KeyError as error:
                raise CreditFailed(f"{one.account_id.masked}: no such account in the wallet") from error
            days[one.key] = tokyo_day(credited_at)
        return days


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """One linked application as the operator sees it. ``next_due_at`` is None when nothing is waiting."""

    application_id: str
    incentive: str
    account: AccountId
    counts: Counts
    applied_at: datetime
    room: int
    points: int
    stopped: bool
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Connector:
    """サンプルPay as a provider: what its operator page shows and does."""

    config: Config
    wallet: Wallet
    clock: DemoClock
    connect: Callable[[], HubClient]

    def door(self) -> Door:
        """Return what the account API needs."""
        return Door(
            store=self.config.store,
            accounts=WalletAccounts(self.wallet),
            service_number=self.config.service_number,
            key=self.config.key,
            hub_key_of=self.config.hub_keys.get,
            url=self.config.account_api_url or "",
            clock=self.clock.now,
        )

    def pull(self) -> Pulled:
        """Read the hub's new notices. Raises HubError, StoreBusy."""
        hub = self.connect()
        try:
            return linking.pull(
                self.config.store,
                hub,
                service_number=self.config.service_number,
                own_key_of=self.config.own_keys.get,
                now=self.clock.now(),
            )
        finally:
            hub.close()

    def advance_and_run(self) -> RunResult:
        """Pull, move the city's clock to nine on the next due day, make an award run. Raises HubError, StoreBusy."""
        self.pull()
        due = [one.next_due_at for one in self.linked() if one.next_due_at is not None]
        if due:
            self.clock.advance_to(min(due) + RUNS_AFTER)
        self.wallet.export(self.config.inbox)
        hub = self.connect()
        try:
            provider = Provider(
                self.config.store,
                self.config.service_number,
                self.config.rules,
                self.config.inbox,
                WalletGateway(self.wallet),
                hub,
            )
            now = self.clock.now()
            return award_run.run(provider, as_of=now, now=now)
        finally:
            hub.close()

    def advance_and_claim(self) -> Result:
        """Claim what is due; where nothing is, move the city's clock to nine on the first of the next month before.

        Raises HubError, StoreBusy.
        """
        hub = self.connect()
        try:
            if not self._claim(hub, dry_run=True).claims:
                first = (tokyo_day(self.clock.now()).replace(day=1) + timedelta(days=32)).replace(day=1)
                self.clock.advance_to(tokyo_midnight(first) + RUNS_AFTER)
            return self._claim(hub)
        finally:
            hub.close()

    def _claim(self, hub: HubClient, *, dry_run: bool = False) -> Result:
        number, now = self.config.service_number, self.clock.now()
        return claiming.claim(self.config.store, hub, service_number=number, not_due=(), now=now, dry_run=dry_run)

    def linked(self) -> list[LinkedAccount]:
        """Return the linked applications, the latest first."""
        with self.config.store.step() as connection:
            last = award_run.last_run_at(connection)
            rows = connection.execute(
                """SELECT application_id, incentive, account_id, counts, epoch_us(applied_at), room,
                   (SELECT coalesce(sum(points), 0)::BIGINT FROM award_lines AS line
                    WHERE line.application_id = linked.application_id),
                   application_id IN (SELECT application_id FROM stopped),
                   application_id IN (SELECT application_id FROM instructions)
                       AND application_id NOT IN (SELECT application_id FROM award_lines)
                   FROM linked ORDER BY applied_at DESC, application_id"""
            ).fetchall()
        accounts = []
        for application_id, incentive, account_id, counts, applied_us, room, points, stopped, instructed in rows:
            applied_at = instant(applied_us)
            next_due_at = applied_at if instructed else None
            rule = next((rule for rule in self.config.rules if rule.incentive == incentive), None)
            if rule is not None and points < room:
                next_due_at = next_maturity(rule, self.wallet.history(account_id), counts, applied_at, after=last)
            accounts.append(
                LinkedAccount(
                    application_id,
                    incentive,
                    AccountId(account_id),
                    Counts(counts),
                    applied_at,
                    room,
                    points,
                    stopped,
                    None if stopped else next_due_at,
                )
            )
        return accounts


def next_maturity(
    rule: ServiceRule, history: Sequence[Entry], counts: str, applied_at: datetime, *, after: datetime | None
) -> datetime | None:
    """Return when the first use that no run has seen matures, or None. A threshold schedule has no such instant."""
    if isinstance(rule.schedule, Threshold):
        return None
    starts_at = max(rule.effective.starts_at(applied_at), rule.earning_starts_at)
    matures = [
        rule.schedule.matures_at(entry.occurred_at)
        for entry in history
        if entry.kind == counts and not entry.refunded and starts_at <= entry.occurred_at < rule.earning_ends_before
    ]
    return min((one for one in matures if after is None or one > after), default=None)
