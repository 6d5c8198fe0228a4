"""register_provider_key: one key id, one key, for good."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mynapoint.hub.payment_services.actions import KeyConflict, register_provider_key
from mynapoint.hub.payment_services.models import Provider, ProviderKey

NOW = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)


def test_a_key_is_valid_from_its_first_instant_to_before_its_last(register: None) -> None:
    later = NOW.replace(month=8)

    key = register_provider_key(
        provider="sample-pay", key_id="sample-pay-1", public_key=bytes(32), valid_from=NOW, valid_until=later
    )

    assert key.public_key == "00" * 32
    assert key.is_valid(NOW)
    assert not key.is_valid(NOW.replace(day=14))
    assert not key.is_valid(later)


def test_the_same_key_again_is_no_change(register: None) -> None:
    for _ in range(2):
        register_provider_key(provider="sample-pay", key_id="sample-pay-1", public_key=bytes(32), valid_from=NOW)

    assert ProviderKey.objects.count() == 1


def test_a_key_id_never_changes_its_key_or_its_provider(register: None) -> None:
    register_provider_key(provider="sample-pay", key_id="sample-pay-1", public_key=bytes(32), valid_from=NOW)

    with pytest.raises(KeyConflict):
        register_provider_key(provider="sample-pay", key_id="sample-pay-1", public_key=b"x" * 32, valid_from=NOW)
    with pytest.raises(KeyConflict):
        register_provider_key(provider="aoba", key_id="sample-pay-1", public_key=bytes(32), valid_from=NOW)


def test_an_unknown_provider_gets_no_key(register: None) -> None:
    with pytest.raises(Provider.DoesNotExist):
        register_provider_key(provider="nobody", key_id="nobody-1", public_key=bytes(32), valid_from=NOW)
