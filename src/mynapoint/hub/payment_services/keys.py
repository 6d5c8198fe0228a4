"""What can be done with a provider's keys besides registering one: list them, and let one end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.payment_services.models import ProviderKey


class LastKey(ValueError):
    """A provider would be left without a key that is valid at that instant."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A registered key: of whom, from when until before when it counts; ``state``: announced, valid or retired."""

    provider: str
    key_id: str
    public_key: str
    valid_from: datetime
    valid_until: datetime | None
    state: str


def provider_keys(*, now: datetime, provider: str | None = None) -> list[KnownKey]:
    """Return the registered keys by provider and age, of one provider or of all."""
    rows = ProviderKey.objects.select_related("provider").order_by("provider__slug", "valid_from", "key_id")
    return [
        KnownKey(row.provider.slug, row.key_id, row.public_key, row.valid_from, row.valid_until, _state(row, now))
        for row in (rows.filter(provider__slug=provider) if provider else rows)
    ]


@transaction.atomic
def retire_provider_key(
    *, key_id: str, until: datetime, now: datetime, even_the_last: bool = False, who: str = HUB
) -> ProviderKey:
    """Let a key count until before an instant; it can be brought forward and never put off.

    ``even_the_last``  also when the provider has no other key that is valid then, such as one that was stolen
    ``who``            for the record; the operator of the hub where nobody is named
    Raises ProviderKey.DoesNotExist, LastKey.
    """
    key = ProviderKey.objects.select_for_update().get(key_id=key_id)
    at_end = Q(valid_from__lte=until) & (Q(valid_until__isnull=True) | Q(valid_until__gt=until))
    if (
        not even_the_last
        and not ProviderKey.objects.filter(at_end, provider=key.provider_id).exclude(pk=key.pk).exists()
    ):
        raise LastKey(
            f"no other key of this provider is valid from {until.isoformat()} on; register the next one first"
        )
    changed = ProviderKey.objects.filter(pk=key.pk).filter(Q(valid_until__isnull=True) | Q(valid_until__gt=until))
    if changed.update(valid_until=until):
        record(Act.REGISTER_CHANGED, who=who, subject=f"provider_key:{key_id}", now=now, until=until.isoformat())
    key.refresh_from_db()
    return key


def _state(key: ProviderKey, now: datetime) -> str:
    if key.is_valid(now):
        return "valid"
    return "announced" if now < key.valid_from else "retired"
