"""The notice feed: what the provider is told, in order, by cursor, and only about its own services."""

from __future__ import annotations

from datetime import date

import pytest

from hub import clock
from hub.sample_pay import SamplePay
from hub.visitor import Visitor
from mynapoint.exchange.messages import NoticeKind
from mynapoint.exchange.signatures import SigningKey, verify_document
from mynapoint.hub.applications.actions import prove_registration
from mynapoint.hub.applications.models import Application, Notice, NoticeCounter, Registration
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.payment_services.models import Participation, PaymentService
from mynapoint.programme.rounds import HEALTH_INSURANCE
from mynapoint.provider.hub_client import HubRefused

HEALTH = "/apply/MP0000001/health_insurance/"


@pytest.fixture
def reserved(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    return aoki


def test_the_provider_is_told_of_an_application_with_its_own_proof(reserved: Visitor, sample_pay: SamplePay) -> None:
    reserved.apply()
    application = Application.objects.get()

    header, (notice,) = sample_pay.hub_client().notices(after=0)

    assert (header.count, header.next_cursor) == (1, notice.cursor)
    assert notice.kind is NoticeKind.APPLICATION
    assert notice.application_id == str(application.pk)
    assert (notice.room, notice.points, notice.counts) == (5_000, 0, "top_up")
    assert notice.applied_at == clock.START
    verify_document(notice.proof, lambda _: sample_pay.key.public_bytes())


def test_the_feed_is_read_by_cursor_without_gaps_or_repeats(
    reserved: Visitor, ueno: Visitor, sample_pay: SamplePay
) -> None:
    reserved.apply()
    ueno.sign_in()
    ueno.reserve()
    ueno.apply("SP00003456", "617284")
    client = sample_pay.hub_client()

    _, (first, second) = client.notices(after=0)

    assert first.cursor < second.cursor
    assert client.notices(after=first.cursor)[1] == [second]
    header, nothing = client.notices(after=second.cursor)
    assert (nothing, header.next_cursor) == ([], second.cursor)
    assert NoticeCounter.objects.get().last == second.cursor


def test_a_stranger_reads_nothing(reserved: Visitor, sample_pay: SamplePay) -> None:
    reserved.apply()
    sample_pay.key = SigningKey.generate("sample-pay-1")

    with pytest.raises(HubRefused) as refused:
        sample_pay.hub_client().notices(after=0)

    assert refused.value.status == 401


@pytest.mark.parametrize("registration_first", [True, False])
def test_a_direct_incentive_is_instructed_once_in_either_order(
    reserved: Visitor, sample_pay: SamplePay, registration_first: bool
) -> None:
    service = PaymentService.objects.get(number="MP0000001")
    Participation.objects.get_or_create(
        service=service,
        incentive=HEALTH_INSURANCE,
        round_id="round2",
        defaults={"joined_on": date(2022, 6, 30)},
    )
    resident = Resident.objects.get()

    def prove() -> Registration:
        return prove_registration(
            resident=resident, incentive=HEALTH_INSURANCE, proven_on=date(2022, 7, 1), source="test", now=clock.START
        )

    if registration_first:
        prove()
    assert reserved.apply(path=HEALTH).status_code == 200
    if not registration_first:
        assert not Notice.objects.filter(kind=NoticeKind.AWARD_INSTRUCTION.value).exists()
        prove()
    prove()

    _, notices = sample_pay.hub_client().notices(after=0)

    assert [(one.kind, one.points) for one in notices] == [
        (NoticeKind.APPLICATION, 0),
        (NoticeKind.AWARD_INSTRUCTION, 7_500),
    ]
    assert Registration.objects.count() == 1
