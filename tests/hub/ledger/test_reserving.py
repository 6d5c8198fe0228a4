"""Reserving: every application sets its points aside in the same transaction, and the last yen is never spent twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from hub import clock
from hub.applications.machines import CARDS, asks, proved_choice
from hub.at_once import all_at_once
from hub.people import CARD_UPTAKE, applies, awarded, known_credential
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.models import Application, Draft, KeptAnswer, Notice
from mynapoint.hub.applications.permission import reasons_against
from mynapoint.hub.books.budgets import limit, standings
from mynapoint.hub.books.models import Account, BudgetBlock, BudgetShare, Movement
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.merges import take_links
from mynapoint.programme.values import Points

BUDGET = "round2.card_uptake"
CAP = 5_000
OLD, NEW, THIRD = (CertificateId("aa", serial) for serial in "123")
LATER = clock.START + timedelta(minutes=1)
AT_ONCE = 8


@pytest.fixture
def _any_card(settings: Settings) -> None:
    settings.VERIFIERS = settings.VERIFIERS | CARDS


def held(account: Account) -> int:
    (own,) = (one for one in standings() if one.name == BUDGET)
    return own.balances[account]


@pytest.mark.usefixtures("sample_pay")
def test_an_application_reserves_the_most_it_can_earn_and_awards_come_out_of_it() -> None:
    application = applies(OLD, clock.START)
    assert (held(Account.RESERVED), held(Account.AWARDED)) == (CAP, 0)

    awarded(application, 1_500, LATER)
    assert (held(Account.RESERVED), held(Account.AWARDED)) == (3_500, 1_500)
    awarded(application, -500, LATER)

    assert (held(Account.RESERVED), held(Account.AWARDED)) == (4_000, 1_000), "the person may earn them again"
    assert not audit_books()


@pytest.mark.usefixtures("sample_pay")
def test_stopping_an_application_releases_what_it_was_not_awarded() -> None:
    limit(BUDGET, Points(2 * CAP), now=clock.START)
    first, second = applies(OLD, clock.START), applies(NEW, LATER)
    awarded(second, 1_000, LATER)
    assert held(Account.BUDGET) == 0

    take_links([(2, Link(OLD, NEW))], source="card authority", now=LATER)
    assert (held(Account.BUDGET), held(Account.RESERVED)) == (4_000, CAP)
    awarded(second, -1_000, LATER)

    assert (held(Account.BUDGET), held(Account.RESERVED)) == (CAP, CAP), "what a stopped one gives back is free"
    awarded(first, CAP, LATER)
    assert not audit_books()


@pytest.mark.usefixtures("sample_pay")
def test_when_the_budget_is_spent_the_next_one_is_told_so_and_nothing_is_written() -> None:
    limit(BUDGET, Points(2 * CAP - 1), now=clock.START)
    applies(OLD, clock.START)

    with pytest.raises(Refused) as refused:
        applies(NEW, LATER)

    assert refused.value.refusal is Refusal.BUDGET_SPENT
    assert "9,999" in refused.value.reasons[0].sentence("ja")
    assert Application.objects.count() == Notice.objects.filter(kind=NoticeKind.APPLICATION.value).count() == 1
    assert Draft.objects.count() == 1, "the choice is still there, should points come back"
    someone = known_credential("someone").resident
    day = clock.START.date()
    assert Refusal.BUDGET_SPENT in [
        one.refusal for one in reasons_against(resident=someone, incentive=CARD_UPTAKE, on=day)
    ]
    limit(BUDGET, Points(2 * CAP), now=LATER)
    applies(NEW, LATER)


@pytest.mark.usefixtures("sample_pay")
def test_an_incentive_without_a_budget_takes_no_application() -> None:
    BudgetShare.objects.filter(round_id="round2").delete()

    with pytest.raises(Exception, match="budget_not_known"):
        applies(OLD, clock.START)

    assert not Application.objects.exists()


@pytest.mark.usefixtures("file_database", "_any_card")
def test_many_at_the_last_yen_get_exactly_what_there_is() -> None:
    limit(BUDGET, Points(3 * CAP + 1), now=clock.START)
    choices = [proved_choice(f"person-{number}") for number in range(AT_ONCE)]

    outcomes = all_at_once(*(asks(choice) for choice in choices))

    errors = [one for one in outcomes if isinstance(one, Exception)]
    assert not errors, errors
    assert sorted(map(str, outcomes)) == sorted(["applied"] * 3 + ["budget_spent"] * (AT_ONCE - 3))
    assert Application.objects.count() == Movement.objects.filter(kind="reserved").count() == 3
    assert KeptAnswer.objects.filter(is_refusal=True).count() == AT_ONCE - 3
    assert sum(BudgetBlock.objects.values_list("points_left", flat=True)) == held(Account.BUDGET) == 1
    assert not audit_books()


@pytest.mark.usefixtures("file_database", "_any_card")
def test_those_who_reserve_at_once_do_not_wait_for_each_other(database: str) -> None:
    if database == "sqlite":
        pytest.skip("SQLite has one writer")
    limit(BUDGET, Points(100 * CAP), now=clock.START)
    choices = [proved_choice(f"person-{number}") for number in range(3)]
    with transaction.atomic():
        assert asks(choices[0])() == "applied"
        outcomes = all_at_once(*(asks(choice) for choice in choices[1:]))

        assert outcomes == ["applied", "applied"], "the first one holds its block and is not committed yet"
    assert not audit_books()
