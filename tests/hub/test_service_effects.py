"""What becomes of applications when their service is suspended or leaves: new ones refused, existing ones told."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.sample_pay import NUMBER, SamplePay
from hub.visitor import Visitor, card_fields, text
from mynapoint.hub.applications.models import Application
from mynapoint.hub.payment_services.actions import move
from mynapoint.hub.payment_services.life import EFFECTS, State, Step

NOW = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)


def take(step: Step, by: str) -> None:
    move(number=NUMBER, step=step, by=by, reason="試験", now=NOW)


def test_who_has_applied_is_told_on_my_page_and_the_application_stays(aoki: Visitor, sample_pay: SamplePay) -> None:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    assert EFFECTS[State.SUSPENDED].ja not in aoki.page("/my/")

    take(Step.SUSPEND, "office-1")
    suspended = aoki.page("/my/")
    take(Step.WITHDRAW, "office-2")
    withdrawn = aoki.page("/my/")

    assert EFFECTS[State.SUSPENDED].ja in suspended
    assert EFFECTS[State.WITHDRAWN].ja in withdrawn
    assert "申込済み" in withdrawn
    assert Application.objects.count() == 1


def test_who_signs_after_the_service_was_suspended_is_refused(aoki: Visitor, sample_pay: SamplePay) -> None:
    aoki.sign_in()
    aoki.reserve()
    proved = aoki.give_account("SP00001234", "482913")
    fields = card_fields(aoki.page(proved["Location"]))

    take(Step.SUSPEND, "office-1")

    assert "service_suspended" in text(aoki.answer(fields, aoki.sign(fields)))
    assert not Application.objects.exists()
