"""Files for the bank: every transfer that is in none yet, in one; kept byte for byte."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from mynapoint.hub.audit.models import Act
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.settlement.actions import NotPossible, Reason
from mynapoint.hub.settlement.models import Payment, Transfer, TransferFile
from mynapoint.hub.settlement.zengin import NotWritable, Payee, Payer, Row, transfer_file
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty, are_two


def to_transfer() -> list[Payment]:
    """Return the payments to providers that are in no file yet and were not given back."""
    open_ones = Payment.objects.filter(points__gt=0, transfer=None, returned=None)
    return list(open_ones.select_related("account", "payment_service", "made_by").order_by("pk"))


@transaction.atomic
def make_file(payer: Payer, *, on: date, staff: OnDuty, now: datetime) -> TransferFile:
    """Put every payment that waits into a file for the bank, by somebody who made none of them. Raises NotPossible.

    Of two at once, one finds nothing that waits: both lock the services, and look again once they have.
    """
    services = {one.payment_service_id for one in to_transfer()}
    list(PaymentService.objects.select_for_update(no_key=True).filter(pk__in=services).order_by("pk"))
    waiting = [one for one in to_transfer() if one.payment_service_id in services]
    if not waiting:
        raise NotPossible(Reason.NOTHING_TO_PAY, "no payment waits for a transfer")
    own = [str(one) for one in waiting if not are_two(one.made_by, staff.account)]
    if own:
        raise NotPossible(Reason.SECOND_PERSON, f"the file is made by a second person; yours are {', '.join(own)}")
    try:
        body = transfer_file(payer, on, [_row(one) for one in waiting])
    except NotWritable as error:
        raise NotPossible(Reason.NOT_WRITABLE, str(error)) from error
    made = TransferFile.objects.create(transfer_on=on, body=body, made_by=staff.account, made_at=now)
    Transfer.objects.bulk_create(
        Transfer(file=made, payment=one, number=number) for number, one in enumerate(waiting, start=1)
    )
    record_act(Act.CLAIM_STEP, staff=staff, now=now, subject=str(made), step="transfer file", transfers=len(waiting))
    return made


def _row(payment: Payment) -> Row:
    to = payment.account
    assert to is not None, "a transfer goes to an account (transferred_to_an_account)"
    return Row(Payee(to.bank, to.branch, to.kind, to.number, to.holder), payment.points, payment.pk)
