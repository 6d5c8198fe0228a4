"""What can be done with the register: take over entries, move one along its life, register a provider's key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.payment_services.entries import Entry, ProviderEntry, read_register
from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.life import TRANSITIONS, Step
from mynapoint.hub.payment_services.models import (
    Channel,
    Participation,
    PaymentService,
    Provider,
    ProviderKey,
    SecurityCode,
)
from mynapoint.hub.payment_services.names import search_key, sort_key
from mynapoint.hub.payment_services.plans import (
    Plan,
    RegisterRefused,
    Standing,
    Who,
    plan_provider,
    plan_service,
    subject_of,
)
from mynapoint.programme.values import tokyo_midnight


class KeyConflict(ValueError):
    """A key id is registered already, for another provider or with another key."""


@transaction.atomic
def import_register(
    path: Path,
    *,
    account_api_urls: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    who: Who | None = None,
    now: datetime | None = None,
) -> int:
    """Make the register equal to a TOML file's entries, whole or not at all; return how many payment services it holds.

    Who entered it and when is what the file's ``[entered]`` says, unless ``who`` and ``now`` do. Importing again
    changes nothing. A service that the file no longer names stays as it is: leaving the register is a state, written
    in the file, never a missing line. ``account_api_urls`` (by provider) and ``links`` (by number) replace the file's
    addresses, for a city whose ports were chosen when it started.
    Raises RuleFileError with file, key and what is wrong; RegisterRefused.
    """
    providers, entries, entered = read_register(path)
    if entered is None and (who is None or now is None):
        raise RegisterRefused(f"{path.name}: [entered] is missing: by, seen_by and on")
    if entered is not None:
        who, now = who or Who(entered.by, entered.seen_by), now or tokyo_midnight(entered.on)
    assert who is not None, "who is in the file or in the call"
    assert now is not None, "and so is when"
    take_entries(
        providers,
        entries,
        who=who,
        reason=path.name,
        now=now,
        account_api_urls=account_api_urls or {},
        links=links or {},
    )
    return len(entries)


@transaction.atomic
def take_entries(
    providers: list[ProviderEntry],
    entries: list[Entry],
    *,
    who: Who,
    reason: str,
    now: datetime,
    account_api_urls: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> list[Plan]:
    """Make the register say what entries say; return what changed, or with ``dry_run`` what would. All or nothing.

    Each entry goes the steps from the state it is in to the one it is to have, and each step is recorded.
    Raises RegisterRefused for the first entry that cannot go there, with its name.
    """
    standing = Standing.of([one.number for one in entries], [one.slug for one in providers])
    plans: list[Plan] = []
    rows: dict[str, Provider] = {}
    for one in providers:
        plan, row = plan_provider(one, url=(account_api_urls or {}).get(one.slug), who=who, standing=standing)
        plans.append(plan)
        rows[one.slug] = row
        if plan.changes and not dry_run:
            _record(plan, standing, reason=reason, now=now)
            row.save()
    for entry in entries:
        link = (links or {}).get(entry.number)
        plan = plan_service(entry, link=link, who=who, standing=standing)
        plans.append(plan)
        if plan.changes and not dry_run:
            _record(plan, standing, reason=reason, now=now)
            _put_service(entry, rows[entry.provider], known=standing.services.get(entry.number), link=link)
    return [plan for plan in plans if plan.changes]


@transaction.atomic
def move(*, number: str, step: Step, by: str, reason: str, now: datetime) -> PaymentService:
    """Take one step of an entry's life, such as approving it; the database holds it to the table and to two persons.

    ``by``  the staff id of who does it      Raises RegisterRefused, PaymentService.DoesNotExist
    """
    service = PaymentService.objects.select_for_update(no_key=True).get(number=number)
    if step is Step.CHANGE or TRANSITIONS[step].before != service.state:
        raise RegisterRefused(f"{number} is {service.state}; {step} is not a step from there")
    standing = Standing.of([number], [])
    _record(Plan.of_step(number, step, by, standing), standing, reason=reason, now=now)
    service.state = TRANSITIONS[step].after
    service.save(update_fields=["state"])
    return service


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


def _record(plan: Plan, standing: Standing, *, reason: str, now: datetime) -> None:
    revision, latest = standing.latest.get(plan.subject, (0, now))
    at = max(now, latest)  # the programme's clock may be set; the history never runs back
    rows = [
        RegisterChange(subject=plan.subject, revision=nth, reason=reason[:400], made_at=at, **change.columns())
        for nth, change in enumerate(plan.changes, start=revision + 1)
    ]
    for row in rows:
        row.clean_fields()
    try:
        with transaction.atomic():
            RegisterChange.objects.bulk_create(rows)
    except IntegrityError as error:
        steps = ", ".join(f"{change.step} by {change.made_by}" for change in plan.changes)
        raise RegisterRefused(f"{plan.subject}: {steps} is not permitted now") from error
    record(
        Act.REGISTER_CHANGED,
        who=f"staff:{rows[-1].made_by}",
        subject=subject_of(plan.subject),
        now=now,
        code=rows[-1].step,
        revision=rows[-1].revision,
    )


def _put_service(entry: Entry, provider: Provider, *, known: PaymentService | None, link: str | None) -> None:
    columns = {
        **_empty_columns(),
        **entry.columns,
        "provider": provider,
        "search_key": search_key(entry.number, *entry.names),
        "sort_key": sort_key(entry.columns["kana"]),
    }
    if link is not None:
        columns["link"] = link
    service = PaymentService(pk=known.pk if known else None, number=entry.number, **columns)
    service.save(force_insert=known is None, force_update=known is not None)
    if known is not None:
        for hanging in (SecurityCode, Channel, Participation):
            hanging._default_manager.filter(service=service).delete()
    SecurityCode.objects.bulk_create([SecurityCode(service=service, **row) for row in entry.security_codes])
    Channel.objects.bulk_create([Channel(service=service, **row) for row in entry.channels])
    Participation.objects.bulk_create([Participation(service=service, **row) for row in entry.participations])


def _empty_columns() -> dict[str, object]:
    """Return the columns an entry may leave out, empty: what a file no longer states is no longer stated."""
    blank = PaymentService()
    names = ("account_label", "account_help", "account_pattern", "account_example")
    return {
        name: getattr(blank, name) for name in (*names, "points_name", "points_used", "points_use", "points_expiry")
    }
