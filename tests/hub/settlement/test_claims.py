"""Claims: what is due and no more, by two people, in turn, and in the end nothing is left over anywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from hub import clock
from hub.people import applies, awarded
from hub.sample_pay import REGISTER
from hub.settlement.desk_of_claims import (
    AFTER_ALL,
    PAYEE,
    Office,
    claims,
    has_account,
    is_approved,
    is_shown,
    message,
    office,
    on_duty,
    seals,
    service,
)
from mynapoint.exchange.codec import encode
from mynapoint.hub.applications.models import Application
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.books.models import Account, Kind, Movement
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.models import ProviderKey
from mynapoint.hub.settlement import actions, payments, sampling
from mynapoint.hub.settlement.actions import ClaimRefused, NotPossible, OtherContent
from mynapoint.hub.settlement.figures import lines, residue, state_of
from mynapoint.hub.settlement.models import Claim, ClaimStep, Finding, Payment, State
from mynapoint.programme.values import Points

NEXT_MONTH = clock.START + timedelta(days=31)


@pytest.fixture
def at(db: None) -> Office:
    import_register(REGISTER)
    made = office()
    has_account(made, clock.START)
    return made


@pytest.fixture
def person(at: Office) -> Application:
    return applies(CertificateId("aa", "1"), clock.START)


def settled() -> bool:
    own = residue(service())
    return own[Account.AWARDED] == own[Account.CLAIMED] == 0 and audit_books() == []


def test_what_was_awarded_is_claimed_checked_approved_by_a_second_person_paid_and_closed(
    at: Office, person: Application
) -> None:
    awarded(person, 3_000, clock.START)
    claim = claims(3_000, "2022-07", NEXT_MONTH)
    is_approved(claim, at, NEXT_MONTH)
    assert residue(service())[Account.CLAIMED] == 3_000

    payment = payments.pay(service(), staff=at.first, now=NEXT_MONTH)
    actions.close(claim, staff=at.second, now=NEXT_MONTH)

    assert (payment.points, residue(service())[Account.PAID], settled()) == (3_000, 3_000, True)
    states = ["submitted", "checked", "approved", "paid", "closed"]
    assert list(claim.steps.order_by("number").values_list("state", flat=True)) == states
    told = AuditRecord.objects.filter(act=Act.CLAIM_STEP, subject=str(claim)).order_by("pk")
    assert [one["step"] for one in told.values_list("details", flat=True) if one["step"] in states] == states


def test_points_that_lapsed_beyond_the_estimate_are_repaid_to_the_yen(at: Office, person: Application) -> None:
    # The sister programme paid 1.6 billion yen too much: fewer points were thought to lapse than did.
    awarded(person, 5_000, clock.START)
    is_approved(claims(4_900, "2022-07", NEXT_MONTH, expired=100), at, NEXT_MONTH)
    payments.pay(service(), staff=at.first, now=NEXT_MONTH)
    awarded(person, -1, AFTER_ALL)  # every award up to the last day is reported with it

    final = claims(-401, "2024-03", AFTER_ALL, expired=500, final=True)
    is_approved(final, at, AFTER_ALL)
    with pytest.raises(NotPossible, match="owes 401"):
        payments.pay(service(), staff=at.first, now=AFTER_ALL)
    with pytest.raises(NotPossible, match="owes 401"):
        payments.take_repayment(service(), Points(400), staff=at.first, now=AFTER_ALL)
    payments.take_repayment(service(), Points(401), staff=at.first, now=AFTER_ALL)

    assert settled()
    assert residue(service())[Account.PAID] == 4_999 - 500
    assert Movement.objects.get(kind=Kind.EXPIRED).points == 500


@pytest.mark.parametrize("points", [4_498, 4_500])
def test_a_final_claim_is_of_what_is_due_and_of_nothing_else(at: Office, person: Application, points: int) -> None:
    awarded(person, 4_999, AFTER_ALL)

    with pytest.raises(ClaimRefused, match="4499 points"):
        claims(points, "2024-03", AFTER_ALL, expired=500, final=True)


def test_a_final_claim_waits_until_everything_is_reported(at: Office, person: Application) -> None:
    awarded(person, 4_999, clock.START)

    with pytest.raises(ClaimRefused, match="report every award first"):
        claims(4_999, "2024-03", AFTER_ALL, final=True)


def test_more_than_is_due_is_refused_and_a_month_is_claimed_once(at: Office, person: Application) -> None:
    awarded(person, 3_000, clock.START)
    with pytest.raises(ClaimRefused, match="3000 points are due"):
        claims(3_001, "2022-07", NEXT_MONTH)
    with pytest.raises(ClaimRefused, match="not over"):
        claims(3_000, "2022-08", NEXT_MONTH)
    with pytest.raises(ClaimRefused, match="only 3000 points are recorded"):
        claims(0, "2022-07", NEXT_MONTH, expired=3_001)
    claims(2_000, "2022-07", NEXT_MONTH)

    with pytest.raises(ClaimRefused, match="claimed already"):
        claims(1_000, "2022-07", NEXT_MONTH)
    claims(1_000, "2022-08", NEXT_MONTH + timedelta(days=31))


def test_the_same_claim_again_is_answered_the_same_and_another_under_its_name_is_refused(
    at: Office, person: Application
) -> None:
    awarded(person, 3_000, clock.START)
    own, asked = service(), message(3_000, "2022-07", claim_id="c")
    sent: Any = {"service": own, "key": ProviderKey(key_id="sample-pay-1", provider=own.provider), "now": NEXT_MONTH}

    first = actions.submit(claim=asked, body=encode(asked), **sent)
    again = actions.submit(claim=asked, body=encode(asked), **sent)

    assert (first.body, first.replayed, again.replayed, Claim.objects.count()) == (again.body, False, True, 1)
    other = message(2_999, "2022-07", claim_id="c")
    with pytest.raises(OtherContent):
        actions.submit(claim=other, body=encode(other), **sent)


def test_who_has_checked_does_not_approve(at: Office, person: Application) -> None:
    awarded(person, 3_000, clock.START)
    claim = claims(3_000, "2022-07", NEXT_MONTH)
    is_shown(claim, at.first, NEXT_MONTH)
    claim = Claim.objects.get(pk=claim.pk)
    with pytest.raises(NotPossible, match="second person"):
        actions.approve(claim, staff=at.second, now=NEXT_MONTH)
    actions.check(claim, staff=at.first, now=NEXT_MONTH)

    with pytest.raises(NotPossible, match="second person"):
        actions.approve(claim, staff=at.first, now=NEXT_MONTH)
    with pytest.raises(IntegrityError, match="claim_step_by_two"), transaction.atomic():
        ClaimStep.objects.create(
            claim=claim, number=3, state=State.APPROVED, staff=at.first.account, made_at=NEXT_MONTH
        )


@pytest.mark.parametrize("finding", [one for one in Finding if one is not Finding.IN_ORDER])
def test_no_claim_is_checked_before_every_line_drawn_was_found_in_order(
    at: Office, person: Application, finding: Finding
) -> None:
    awarded(person, 3_000, clock.START)
    claim = claims(3_000, "2022-07", NEXT_MONTH)
    with pytest.raises(NotPossible, match="nothing was drawn"):
        actions.check(claim, staff=at.first, now=NEXT_MONTH)
    with pytest.raises(NotPossible, match="not in the sealed log"):
        sampling.draw(claim, staff=at.first, now=NEXT_MONTH)
    seals()
    (line,) = sampling.draw(claim, staff=at.first, now=NEXT_MONTH).lines.all()
    claim = Claim.objects.get(pk=claim.pk)
    with pytest.raises(NotPossible, match="found in order"):
        actions.check(claim, staff=at.first, now=NEXT_MONTH)

    sampling.find(line, finding, staff=at.first, now=NEXT_MONTH)

    with pytest.raises(NotPossible, match="found in order"):
        actions.check(claim, staff=at.first, now=NEXT_MONTH)
    actions.refuse(claim, why="証拠がありません", staff=at.first, now=NEXT_MONTH)
    assert state_of(claim) is State.REFUSED


def test_what_was_clawed_back_since_stops_the_claim_until_it_is_made_anew(at: Office, person: Application) -> None:
    awarded(person, 3_000, clock.START)
    claim = claims(3_000, "2022-07", NEXT_MONTH)
    is_shown(claim, at.first, NEXT_MONTH)
    awarded(person, -1_000, NEXT_MONTH)

    with pytest.raises(NotPossible, match="2000 points are due"):
        actions.check(Claim.objects.get(pk=claim.pk), staff=at.first, now=NEXT_MONTH)

    actions.refuse(claim, why="返還がありました", staff=at.first, now=NEXT_MONTH)
    is_approved(claims(2_000, "2022-07", NEXT_MONTH), at, NEXT_MONTH)
    assert settled() is False
    assert residue(service())[Account.CLAIMED] == 2_000


def test_a_negative_claim_is_carried_to_the_next_payment(at: Office, person: Application) -> None:
    awarded(person, 3_000, clock.START)
    is_approved(claims(3_000, "2022-07", NEXT_MONTH), at, NEXT_MONTH)
    payments.pay(service(), staff=at.first, now=NEXT_MONTH)
    awarded(person, -500, NEXT_MONTH)
    is_approved(claims(-500, "2022-08", AFTER_ALL), at, AFTER_ALL)
    awarded(person, 900, AFTER_ALL)
    with pytest.raises(NotPossible, match="owes 500"):
        payments.pay(service(), staff=at.first, now=AFTER_ALL)

    is_approved(claims(900, "2022-09", AFTER_ALL), at, AFTER_ALL)

    assert payments.pay(service(), staff=at.first, now=AFTER_ALL).points == 400
    assert settled()


def test_a_transfer_that_comes_back_is_linked_to_the_first_and_paid_once_more(at: Office, person: Application) -> None:
    awarded(person, 3_000, clock.START)
    claim = claims(3_000, "2022-07", NEXT_MONTH)
    is_approved(claim, at, NEXT_MONTH)
    first = payments.pay(service(), staff=at.first, now=NEXT_MONTH)

    back = payments.take_back(first, why="口座なし", staff=at.second, now=NEXT_MONTH)

    assert (back.returns, back.points, residue(service())[Account.CLAIMED]) == (first, -3_000, 3_000)
    with pytest.raises(NotPossible, match="given back already"):
        payments.take_back(first, why="口座なし", staff=at.second, now=NEXT_MONTH)
    with pytest.raises(IntegrityError, match="return_mirrors_transfer"), transaction.atomic():
        Payment.objects.create(
            payment_service=service(), points=-1, returns=back, made_by=at.first.account, made_at=NEXT_MONTH
        )
    assert payments.pay(service(), staff=at.first, now=NEXT_MONTH).points == 3_000
    assert (state_of(claim), settled()) == (State.PAID, True)


def test_nothing_is_paid_to_an_account_that_one_person_alone_has_named(at: Office, person: Application) -> None:
    awarded(person, 3_000, clock.START)
    is_approved(claims(3_000, "2022-07", NEXT_MONTH), at, NEXT_MONTH)
    changed = payments.enter_account(service(), PAYEE, staff=at.first, now=NEXT_MONTH)

    with pytest.raises(NotPossible, match="two people"):
        payments.pay(service(), staff=at.first, now=NEXT_MONTH)
    with pytest.raises(NotPossible, match="second person"):
        payments.confirm_account(changed, staff=at.first, now=NEXT_MONTH)
    payments.confirm_account(changed, staff=on_duty("third"), now=NEXT_MONTH)
    assert payments.pay(service(), staff=at.first, now=NEXT_MONTH).account == changed


def test_nothing_of_settlement_is_changed_and_no_step_is_out_of_turn(at: Office, person: Application) -> None:
    awarded(person, 3_000, clock.START)
    claim = claims(3_000, "2022-07", NEXT_MONTH)

    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
        Claim.objects.update(points=9_000)
    for state in (State.APPROVED, State.CLOSED):
        with pytest.raises(IntegrityError, match="claim_step_in_turn"), transaction.atomic():
            ClaimStep.objects.create(claim=claim, number=2, state=state, staff=at.first.account, made_at=clock.START)


def test_every_line_belongs_to_one_claim_even_where_all_is_at_one_instant(at: Office, person: Application) -> None:
    awarded(person, 3_000, NEXT_MONTH)
    first = claims(3_000, "2022-07", NEXT_MONTH)
    awarded(person, 7, NEXT_MONTH)  # of July, reported late
    second = claims(7, "2022-08", NEXT_MONTH + timedelta(days=31))

    assert [list(lines(one).values_list("points", flat=True)) for one in (first, second)] == [[3_000], [7]]
