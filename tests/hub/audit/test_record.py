"""The audit record: written with the act or not at all, never changed, and free of what it must not hold."""

from __future__ import annotations

import pytest
from django.db import transaction

from hub import clock
from hub.sample_pay import SamplePay
from hub.visitor import Visitor
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act, AuditRecord


def test_every_act_of_the_journey_is_on_record_in_order(aoki: Visitor, sample_pay: SamplePay) -> None:
    aoki.sign_in()
    aoki.reserve()
    aoki.give_account("SP00001234", "999999")
    aoki.apply()
    aoki.post("/sign-out/", {})

    of_the_journey = AuditRecord.objects.exclude(act=Act.REGISTER_CHANGED)
    assert list(of_the_journey.order_by("id").values_list("act", flat=True)) == [
        Act.CERTIFICATE_ENTERED,
        Act.SIGNED_IN,
        Act.RESERVED,
        Act.ACCOUNT_NOT_PROVED,
        Act.ACCOUNT_PROVED,
        Act.APPLIED,
        Act.SIGNED_OUT,
    ]
    assert len(set(of_the_journey.values_list("who", flat=True))) == 1


def test_a_record_goes_with_its_act(db: None) -> None:
    @transaction.atomic
    def act() -> None:
        record(Act.RESERVED, who="resident:x", now=clock.START)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()

    assert not AuditRecord.objects.exists()
