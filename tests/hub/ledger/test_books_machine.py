"""Random lives of the books: whatever is applied for, awarded, sent again, merged, limited or cut off, all agrees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from hub import clock
from hub.people import CARD_UPTAKE, applies, awarded
from hub.sample_pay import REGISTER
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.actions import reverse
from mynapoint.hub.books.budgets import BudgetRefused, limit, spread, standings
from mynapoint.hub.books.models import Account, Budget, BudgetBlock, Kind, Movement
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.programme.values import IncentiveId, Points
from property_examples import examples

HEALTH = IncentiveId("health_insurance")
CARDS, SUMS = "round2.card_uptake", [-3_000, -1, 1, 1_999, 5_000]


class Cut(Exception):
    """The machine stops in the middle of an act."""


class Books(RuleBasedStateMachine):
    """Acts on the hub; the model is only what each budget may have at most."""

    certificates = Bundle("certificates")
    applications = Bundle("applications")

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = clock.START
        self.people = 0
        self.granted: int | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(target=certificates)
    def somebody_comes(self) -> CertificateId:
        self.people += 1
        return CertificateId("aa", f"{self.people:x}")

    @rule(points=st.integers(0, 6).map(lambda persons: persons * 5_000 + persons % 3))
    def the_budget_is_limited(self, points: int) -> None:
        try:
            with transaction.atomic():
                limit(CARDS, Points(points), now=self.now)
            self.granted = points
        except BudgetRefused:
            pass

    @rule(target=applications, one=certificates, incentive=st.sampled_from([CARD_UPTAKE, CARD_UPTAKE, HEALTH]))
    def applies(self, one: CertificateId, incentive: IncentiveId) -> object:
        self.now += timedelta(seconds=1)
        short = incentive == CARD_UPTAKE and self.granted is not None and self.held(Account.BUDGET) < 5_000
        done, refusal = self.tried(one, incentive)
        assert (refusal is Refusal.BUDGET_SPENT) is (short and refusal is not Refusal.ALREADY_APPLIED)
        return done or multiple()

    def tried(self, one: CertificateId, incentive: IncentiveId) -> tuple[Application | None, Refusal | None]:
        try:
            with transaction.atomic():
                return applies(one, self.now, incentive), None
        except Refused as refused:
            return None, refused.refusal

    @rule(application=applications, points=st.sampled_from(SUMS), times=st.integers(1, 2))
    def is_awarded(self, application: Application, points: int, times: int) -> None:
        for _ in range(times):
            awarded(application, points, self.now)

    @rule(one=consumes(certificates), other=certificates)
    def are_one_person(self, one: CertificateId, other: CertificateId) -> None:
        take_links([(1, Link(other, one))], source="test", now=self.now)

    @rule(one=certificates, points=st.sampled_from(SUMS))
    def is_cut_off_while_applying(self, one: CertificateId, points: int) -> None:
        with pytest.raises((Cut, Refused)):
            self.cut_off(one, points)

    @transaction.atomic
    def cut_off(self, one: CertificateId, points: int) -> None:
        awarded(applies(one, self.now), points, self.now)
        raise Cut

    @rule(application=applications)
    def a_claim_is_booked_and_taken_back(self, application: Application) -> None:
        own = Budget.objects.get(shares__round_id="round2", shares__incentive=application.incentive)
        points = next(one for one in standings() if one.name == own.name).balances[Account.AWARDED]
        if points > 0:
            claimed = Movement.objects.create(
                budget=own,
                kind=Kind.CLAIMED,
                from_account=Account.AWARDED,
                to_account=Account.CLAIMED,
                points=points,
                made_at=self.now,
            )
            assert not audit_books()
            reverse(claimed, now=self.now)

    @rule()
    def what_is_left_is_spread(self) -> None:
        if self.granted is not None:
            spread(Budget.objects.get(name=CARDS))

    @invariant()
    def everything_agrees(self) -> None:
        assert audit_books() == []

    @invariant()
    def no_budget_is_overspent(self) -> None:
        if self.granted is not None:
            assert -self.held(Account.FUNDS) == self.granted
            left = sum(BudgetBlock.objects.values_list("points_left", flat=True))
            assert left == self.held(Account.BUDGET) >= 0

    def held(self, account: Account) -> int:
        return next(one for one in standings() if one.name == CARDS).balances[account]


@pytest.mark.usefixtures("db")
def test_no_life_of_the_books_brings_them_out_of_balance() -> None:
    import_register(REGISTER)

    run_state_machine_as_test(
        Books,
        settings=settings(
            examples(10),
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
            phases=set(Phase) - {Phase.shrink, Phase.explain},
        ),
    )
