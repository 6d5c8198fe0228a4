"""What can be done with money: accounts named and confirmed by two, claims paid in one sum, repaid, given back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mynapoint.hub.audit.models import Act
from mynapoint.hub.books.actions import book, budgets_drawn, reverse
from mynapoint.hub.books.models import Account, Kind, Movement
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.settlement.actions import NotPossible, Reason, lock, step
from mynapoint.hub.settlement.figures import with_state
from mynapoint.hub.settlement.models import BankAccount, BankAccountConfirmed, Claim, Payment, State
from mynapoint.hub.settlement.zengin import Payee
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty, are_two
from mynapoint.programme.values import Points


@transaction.atomic
def enter_account(service: PaymentService, payee: Payee, *, staff: OnDuty, now: datetime) -> BankAccount:
    """Note where a service's money goes from now on; a second person confirms it before anything is paid."""
    account = BankAccount.objects.create(
        payment_service=service,
        bank=payee.bank,
        branch=payee.branch,
        kind=payee.kind,
        number=payee.number,
        holder=payee.holder,
        entered_by=staff.account,
        entered_at=now,
    )
    record_act(Act.CLAIM_STEP, staff=staff, now=now, subject=str(account), step="account entered")
    return account


@transaction.atomic
def confirm_account(account: BankAccount, *, staff: OnDuty, now: datetime) -> None:
    """Confirm an account that somebody else has entered. Raises NotPossible."""
    lock(account.payment_service)
    if BankAccountConfirmed.objects.filter(account=account).exists():
        raise NotPossible(Reason.DONE_BEFORE, f"{account} is confirmed already")
    if not are_two(account.entered_by, staff.account):
        raise NotPossible(Reason.SECOND_PERSON, f"{account} is confirmed by a second person")
    BankAccountConfirmed.objects.create(account=account, confirmed_by=staff.account, confirmed_at=now)
    record_act(Act.CLAIM_STEP, staff=staff, now=now, subject=str(account), step="account confirmed")


def account_of(service: PaymentService) -> BankAccount:
    """Return the account that a service is paid to. Raises NotPossible: none, or the last one is not confirmed."""
    account = BankAccount.objects.filter(payment_service=service).order_by("pk").last()
    if account is None or not BankAccountConfirmed.objects.filter(account=account).exists():
        raise NotPossible(Reason.NO_ACCOUNT, f"{service.number} has no bank account that two people have confirmed")
    return account


def unpaid(service: PaymentService) -> list[Claim]:
    """Return what is approved and not paid, or was given back; negative ones are carried to the next payment."""
    open_ones = with_state().filter(payment_service=service, state__in=[State.APPROVED, State.RETURNED])
    return list(open_ones.order_by("pk"))


@transaction.atomic
def pay(service: PaymentService, *, staff: OnDuty, now: datetime) -> Payment:
    """Pay everything that is approved in one sum; negative claims are taken off it. Raises NotPossible.

    A sum below 0 is carried forward until later claims cover it or the provider repays it.
    """
    lock(service)
    claims = unpaid(service)
    total = sum(one.points for one in claims)
    if not claims:
        raise NotPossible(Reason.NOTHING_TO_PAY, f"{service.number} has nothing to be paid")
    if total < 0:
        raise NotPossible(
            Reason.OWES, f"{service.number} owes {-total} points; carried forward until covered or repaid"
        )
    account = account_of(service) if total else None
    return _settle(service, claims, total, account, staff=staff, now=now)


@transaction.atomic
def take_repayment(service: PaymentService, points: Points, *, staff: OnDuty, now: datetime) -> Payment:
    """Record that a provider has repaid all that it owes. Raises NotPossible for any other sum."""
    lock(service)
    claims = unpaid(service)
    total = sum(one.points for one in claims)
    if points <= 0 or total != -points:
        raise NotPossible(Reason.OWES, f"{service.number} owes {max(-total, 0)} points; got {points}")
    return _settle(service, claims, total, None, staff=staff, now=now)


@transaction.atomic
def take_back(payment: Payment, *, why: str, staff: OnDuty, now: datetime) -> Payment:
    """Record that the bank gave a transfer back, whole: its claims wait to be paid again. Raises NotPossible."""
    lock(payment.payment_service)
    if payment.points <= 0 or Payment.objects.filter(returns=payment).exists():
        raise NotPossible(Reason.DONE_BEFORE, f"{payment} is no transfer, or was given back already")
    back = Payment.objects.create(
        payment_service=payment.payment_service,
        points=-payment.points,
        returns=payment,
        note=why[:200],
        made_by=staff.account,
        made_at=now,
    )
    for movement in Movement.objects.filter(kind=Kind.PAID, voucher=str(payment)).order_by("pk"):
        reverse(movement, now=now, voucher=str(back))
    for one in payment.steps.filter(state=State.PAID).select_related("claim"):
        step(one.claim, State.RETURNED, staff=staff, payment=back, note=why, now=now)
    return back


def _settle(
    service: PaymentService,
    claims: list[Claim],
    total: int,
    account: BankAccount | None,
    *,
    staff: OnDuty,
    now: datetime,
) -> Payment:
    payment = Payment.objects.create(
        payment_service=service, points=total, account=account, made_by=staff.account, made_at=now
    )
    drawn = budgets_drawn()
    for claim in claims:
        step(claim, State.PAID, staff=staff, payment=payment, now=now)
        if claim.points:
            legs = (Account.CLAIMED, Account.PAID) if claim.points > 0 else (Account.PAID, Account.CLAIMED)
            book(
                Kind.PAID,
                budget=drawn[claim.round_id, claim.incentive].budget,
                giver=legs[0],
                receiver=legs[1],
                points=Points(abs(claim.points)),
                service_number=service.number,
                voucher=str(payment),
                now=now,
            )
    return payment
