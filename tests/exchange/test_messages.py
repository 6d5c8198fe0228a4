"""What the parties may say at all: no message has a field for a purchase, and secrets stay out of reprs."""

from __future__ import annotations

import dataclasses
import typing

import pytest

from mynapoint.exchange import messages
from mynapoint.exchange.messages import AccountProofRequest, Message
from mynapoint.programme.values import AccountId, IncentiveId, ServiceNumber

ALL = typing.get_args(Message)
PURCHASE_WORDS = {"yen", "amount", "transaction", "transactions", "purchase", "shop", "merchant", "occurred", "refund"}


def test_every_message_of_the_module_is_in_the_union() -> None:
    written = {kind for kind in vars(messages).values() if getattr(kind, "__module__", "") == messages.__name__}

    assert {kind for kind in written if dataclasses.is_dataclass(kind)} == set(ALL)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_no_message_has_a_field_for_a_purchase(kind: type) -> None:
    words = {word for field in dataclasses.fields(kind) for word in field.name.split("_")}

    assert not words & PURCHASE_WORDS


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_a_message_is_frozen(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_what_leaves_the_provider_about_an_award_is_these_five_fields() -> None:
    names = [field.name for field in dataclasses.fields(messages.AwardLine)]

    assert names == ["line_id", "application_id", "incentive", "points", "posted_on"]


def test_a_security_code_and_an_account_stay_out_of_the_repr() -> None:
    request = AccountProofRequest(
        "r-1", ServiceNumber("MP0000001"), IncentiveId("card_uptake"), AccountId("SP00001234"), ("482913",)
    )

    assert "482913" not in repr(request)
    assert "SP00001234" not in repr(request)
    assert "****1234" in repr(request)
