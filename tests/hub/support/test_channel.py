"""An application at a counter is judged, signed and recorded as one made there: not as one of the web."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.sample_pay import NUMBER, SamplePay
from hub.support.counter import ACCOUNTS, Counter, at_home, counter
from hub.visitor import APPLY, Visitor, card_fields
from mynapoint.award.refusals import Refusal
from mynapoint.hub.applications import resident_door
from mynapoint.hub.applications.models import Application, Consent
from mynapoint.hub.applications.statements import way_said
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.payment_services.models import Channel, ChannelKind


@pytest.fixture
def home(city: Path, sample_pay: SamplePay) -> Visitor:
    return at_home(city, "aoki")


@pytest.fixture
def one(city: Path, home: Visitor) -> Counter:
    """青木, who has reserved at home, is signed in at a counter."""
    made = counter(city)
    made.begin()
    made.sign_in("aoki")
    return made


def test_a_service_that_takes_no_applications_at_counters_is_refused_there_and_taken_at_home(
    one: Counter, home: Visitor
) -> None:
    take_away(ChannelKind.COUNTER)

    refused = one.visitor.get(APPLY)

    assert refused.status_code == 422
    assert refused.refusal_codes == [Refusal.CHANNEL_NOT_OFFERED.code]
    assert home.get(APPLY).status_code == 200


def test_one_that_stops_taking_them_meanwhile_is_refused_when_the_card_has_signed(one: Counter) -> None:
    proved = one.visitor.give_account(*ACCOUNTS["aoki"])
    fields = card_fields(one.visitor.page(proved["Location"]))
    take_away(ChannelKind.COUNTER)

    answered = one.visitor.answer(fields, one.visitor.sign(fields))

    assert answered.refusal_codes == [Refusal.CHANNEL_NOT_OFFERED.code]
    assert not Application.objects.exists()


def test_a_service_taken_at_counters_alone_is_applied_for_there_and_refused_at_home(
    one: Counter, home: Visitor
) -> None:
    take_away(ChannelKind.WEB)

    assert home.get(APPLY).refusal_codes == [Refusal.CHANNEL_NOT_OFFERED.code]
    assert one.visitor.apply(*ACCOUNTS["aoki"]).status_code == 200


def test_consent_and_record_say_that_it_was_made_at_a_counter(one: Counter) -> None:
    one.visitor.apply(*ACCOUNTS["aoki"])

    assert "支援窓口で申し込みます。" in Consent.objects.get().statement
    assert AuditRecord.objects.get(act=Act.APPLIED).details["channel"] == "counter"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_machine_that_hands_in_what_was_signed_at_a_counter_is_judged_as_there(one: Counter, language: str) -> None:
    one.visitor.client.cookies["django_language"] = language
    proved = one.visitor.give_account(*ACCOUNTS["aoki"])
    fields = card_fields(one.visitor.page(proved["Location"]))
    assert ("counter" in fields.statement) == (language == "en")
    take_away(ChannelKind.WEB)
    body = json.dumps(one.visitor.sign(fields))

    said = resident_door.answer("POST", resident_door.JSON, "k" * 22, body.encode)

    assert said.status == 201, said.body
    assert AuditRecord.objects.get(act=Act.APPLIED).details["channel"] == "counter"


def test_one_signed_at_home_is_not_the_counters_whatever_a_provider_calls_its_holder() -> None:
    assert way_said("サ*プル 支援窓口で申し込みます。)に申し込みます。変更できません。") is ChannelKind.WEB


def test_those_of_one_made_at_home_say_nothing_of_a_counter(home: Visitor) -> None:
    home.apply(*ACCOUNTS["aoki"])

    assert "支援窓口" not in Consent.objects.get().statement
    assert "channel" not in AuditRecord.objects.get(act=Act.APPLIED).details


def take_away(channel: ChannelKind) -> None:
    Channel.objects.filter(service__number=NUMBER, kind=channel).delete()
