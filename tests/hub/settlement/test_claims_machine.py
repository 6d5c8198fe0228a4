"""Random lives of a provider: whatever is awarded, lapses, is clawed back, refused or given back, nothing is left."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from hub import clock
from hub.people import applies, awarded
from hub.sample_pay import REGISTER
from hub.settlement.desk_of_claims import AFTER_ALL, claims, has_account, is_approved, is_shown, office, service
from mynapoint.hub.books.models import Account
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.settlement import actions, payments
from mynapoint.hub.settlement.actions import ClaimRefused, NotPossible
from mynapoint.hub.settlement.audit_claims import audit_claims
from mynapoint.hub.settlement.figures import residue, series, state_of
from mynapoint.hub.settlement.models import Claim, Payment, State
from mynapoint.programme.values import Points
from property_examples import examples

PEOPLE = 3
CAP = 5_000


class Provider(RuleBasedStateMachine):
    """The model: what each person has, what lapsed, and what went out less what came back."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.at = office()
        has_account(self.at, clock.START)
        self.people = [applies(CertificateId("aa", f"{number}"), clock.START) for number in range(PEOPLE)]
        self.has = [0] * PEOPLE
        self.expired = 0
        self.month = 0
        self.cash = 0

    def teardown(self) -> None:
        try:
            self.is_settled()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        year, month = divmod(6 + self.month, 12)
        return datetime(2022 + year, month + 1, calendar.monthrange(2022 + year, month + 1)[1], 15, 0, tzinfo=UTC)

    @rule(who=st.integers(0, PEOPLE - 1), points=st.sampled_from([1, 999, 2_500, 5_000, -1, -800, -5_000]))
    def is_awarded(self, who: int, points: int) -> None:
        awarded(self.people[who], points, self.now)
        if 0 <= self.has[who] + points <= CAP:
            self.has[who] += points

    @rule(points=st.integers(0, 700))
    def some_lapse(self, points: int) -> None:
        self.expired = min(self.expired + points, sum(self.has))

    @precondition(lambda self: self.month < 18)
    @rule(off=st.sampled_from([0, 0, 0, -300, 1]), estimate=st.integers(-400, 400), ending=st.sampled_from("awrsm"))
    def a_month_is_claimed(self, off: int, estimate: int, ending: str) -> None:
        """``ending``: approved, waits as submitted, refused, or shown and refused; or given up half-way (checked)."""
        self.month += 1
        month = f"{2022 + (5 + self.month) // 12}-{(5 + self.month) % 12 + 1:02}"
        expired = max(0, min(self.expired + estimate, sum(self.has)))
        due = sum(self.has) - expired - self.claimed()
        try:
            claim = claims(due + off, month, self.now, expired=expired)
        except ClaimRefused:
            assert off > 0 or due + off + self.claimed() < 0
            return
        assert off <= 0
        if ending != "w" and not self.waiting(besides=claim):
            self.goes_on(claim, ending)

    def goes_on(self, claim: Claim, ending: str) -> None:
        if ending in "sm":
            is_shown(claim, self.at.first, self.now)
        if ending == "m":
            actions.check(Claim.objects.get(pk=claim.pk), staff=self.at.first, now=self.now)
        elif ending == "a":
            is_approved(claim, self.at, self.now)
        else:
            actions.refuse(claim, why="もう一度", staff=self.at.first, now=self.now)

    @rule()
    def is_paid(self) -> None:
        total = sum(one.points for one in payments.unpaid(service()))
        try:
            self.cash += payments.pay(service(), staff=self.at.second, now=self.now).points
        except NotPossible:
            assert total < 0 or not payments.unpaid(service())

    @rule()
    def the_last_transfer_comes_back(self) -> None:
        last = Payment.objects.filter(returns=None, points__gt=0, returned=None).order_by("pk").last()
        if last is not None:
            self.cash += payments.take_back(last, why="口座なし", staff=self.at.first, now=self.now).points

    @invariant()
    def everything_agrees(self) -> None:
        assert audit_books() == []
        assert audit_claims() == []
        assert residue(service())[Account.PAID] == self.cash

    def is_settled(self) -> None:
        """Whatever waits is refused; then one final claim, and what is owed either way is moved."""
        for claim in reversed(list(series(service(), "round2", "card_uptake"))):
            if state_of(claim) in (State.SUBMITTED, State.CHECKED):
                actions.refuse(claim, why="最終の請求にまとめます", staff=self.at.first, now=AFTER_ALL)
        awarded(self.people[0], 1 if self.has[0] < CAP else -1, AFTER_ALL)
        self.has[0] += 1 if self.has[0] < CAP else -1
        expired = min(self.expired, sum(self.has))
        due = sum(self.has) - expired - self.claimed()
        is_approved(claims(due, "2024-03", AFTER_ALL, expired=expired, final=True), self.at, AFTER_ALL)
        owed = sum(one.points for one in payments.unpaid(service()))
        if owed < 0:
            payments.take_repayment(service(), Points(-owed), staff=self.at.first, now=AFTER_ALL)
        else:
            payments.pay(service(), staff=self.at.first, now=AFTER_ALL)
        left = residue(service())
        assert (left[Account.AWARDED], left[Account.CLAIMED]) == (0, 0)
        assert left[Account.PAID] == self.cash + owed == sum(self.has) - expired
        assert audit_books() + audit_claims() == []

    def claimed(self) -> int:
        return sum(one.points for one in series(service(), "round2", "card_uptake"))

    def waiting(self, besides: Claim) -> bool:
        return any(state_of(one) in (State.SUBMITTED, State.CHECKED) for one in self.others(besides))

    def others(self, besides: Claim) -> list[Claim]:
        return list(series(service(), "round2", "card_uptake").exclude(pk=besides.pk))


@pytest.mark.usefixtures("db")
def test_every_life_of_a_provider_settles_to_the_yen() -> None:
    import_register(REGISTER)

    run_state_machine_as_test(
        Provider,
        settings=settings(
            parent=examples(12),
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )
