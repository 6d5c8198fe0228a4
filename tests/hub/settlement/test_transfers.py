"""The file for the bank: every payment once, by a second person, kept as it was handed over."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from hub import clock
from hub.people import applies, awarded
from hub.sample_pay import REGISTER
from hub.settlement.desk_of_claims import AFTER_ALL, Office, claims, has_account, is_approved, office, service
from hub.settlement.test_zengin import DAY, PAYER, parsed
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.settlement import payments
from mynapoint.hub.settlement.actions import NotPossible
from mynapoint.hub.settlement.models import Payment, Transfer, TransferFile
from mynapoint.hub.settlement.transfers import make_file, to_transfer


@pytest.fixture
def at(db: None) -> Office:
    import_register(REGISTER)
    made = office()
    has_account(made, clock.START)
    return made


@pytest.fixture
def payment(at: Office) -> Payment:
    awarded(applies(CertificateId("aa", "1"), clock.START), 3_000, clock.START)
    is_approved(claims(3_000, "2022-07", AFTER_ALL), at, AFTER_ALL)
    return payments.pay(service(), staff=at.first, now=AFTER_ALL)


def test_a_payment_is_in_one_file_made_by_a_second_person(at: Office, payment: Payment) -> None:
    with pytest.raises(NotPossible, match="second person"):
        make_file(PAYER, on=DAY, staff=at.first, now=AFTER_ALL)

    made = make_file(PAYER, on=DAY, staff=at.second, now=AFTER_ALL)

    _, row, *_ = parsed(bytes(TransferFile.objects.get(pk=made.pk).body))
    assert (int(row["振込金額"]), int(row["顧客コード1"])) == (3_000, payment.pk)
    assert (row["口座番号"], row["受取人名"]) == ("1234567", "ｶ)ｻﾝﾌﾟﾙﾍﾟｲ")
    with pytest.raises(NotPossible, match="no payment waits"):
        make_file(PAYER, on=DAY, staff=at.second, now=AFTER_ALL)
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(file=made, payment=payment, number=2)


def test_what_came_back_goes_into_the_next_file_as_a_payment_of_its_own(at: Office, payment: Payment) -> None:
    make_file(PAYER, on=DAY, staff=at.second, now=AFTER_ALL)
    payments.take_back(payment, why="口座なし", staff=at.first, now=AFTER_ALL)
    assert to_transfer() == []

    again = payments.pay(service(), staff=at.first, now=AFTER_ALL)

    assert to_transfer() == [again]
    _, row, *_ = parsed(bytes(make_file(PAYER, on=DAY, staff=at.second, now=AFTER_ALL).body))
    assert int(row["顧客コード1"]) == again.pk
