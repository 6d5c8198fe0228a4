"""What can be done with the register: take it over from a file, and register the key a provider signs with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mynapoint.hub.payment_services.entries import Entry, ProviderEntry, read_register
from mynapoint.hub.payment_services.models import (
    Channel,
    Participation,
    PaymentService,
    Provider,
    ProviderKey,
    SecurityCode,
)
from mynapoint.hub.payment_services.names import search_key


class KeyConflict(ValueError):
    """A key id is registered already, for another provider or with another key."""


@transaction.atomic
def import_register(path: Path, *, account_api_urls: Mapping[str, str] | None = None) -> int:
    """Make the register equal to a file's entries, whole or not at all; return how many payment services it holds.

    Importing again changes nothing. A service that the file no longer names stays as it is: leaving the register is
    a state, written in the file, never a missing line. ``account_api_urls`` replaces the file's addresses by
    provider, for a city whose ports were chosen when it started.
    Raises RuleFileError with file, key and what is wrong.
    """
    providers, entries = read_register(path)
    rows = {one.slug: _put_provider(one, (account_api_urls or {}).get(one.slug)) for one in providers}
    for entry in entries:
        _put_service(entry, rows[entry.provider])
    return len(entries)


@transaction.atomic
def register_provider_key(
    *, provider: str, key_id: str, public_key: bytes, valid_from: datetime, valid_until: datetime | None = None
) -> ProviderKey:
    """Let a provider's requests be signed with a key; the same key again is no change.

    ``public_key``  Ed25519, 32 bytes         ``valid_from``, ``valid_until``  on the machine's clock
    Raises KeyConflict for a key id that means another key, Provider.DoesNotExist, ValidationError.
    """
    key = ProviderKey(
        provider=Provider.objects.get(slug=provider),
        key_id=key_id,
        public_key=public_key.hex(),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    key.clean_fields()
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as error:
        known = ProviderKey.objects.get(key_id=key_id)
        if (known.provider_id, known.public_key) != (key.provider_id, key.public_key):
            raise KeyConflict(f"key id {key_id!r} is registered with another key; choose a new key id") from error
        return known
    return key


def _put_provider(entry: ProviderEntry, account_api_url: str | None) -> Provider:
    row, _ = Provider.objects.update_or_create(
        slug=entry.slug,
        defaults={"name": entry.name, "account_api_url": account_api_url or entry.account_api_url},
    )
    return row


def _put_service(entry: Entry, provider: Provider) -> None:
    columns = {**entry.columns, "provider": provider, "search_key": search_key(entry.number, *entry.names)}
    try:
        PaymentService(number=entry.number, **columns).clean_fields()
    except ValidationError as error:
        column, messages = next(iter(error.message_dict.items()))
        raise entry.table.error(column, " ".join(messages)) from error
    service, _ = PaymentService.objects.update_or_create(number=entry.number, defaults=columns)
    service.security_codes.all().delete()
    service.channels.all().delete()
    service.participations.all().delete()
    SecurityCode.objects.bulk_create([SecurityCode(service=service, **row) for row in entry.security_codes])
    Channel.objects.bulk_create([Channel(service=service, **row) for row in entry.channels])
    Participation.objects.bulk_create([Participation(service=service, **row) for row in entry.participations])
