"""What a file would change in the register: for each entry the fields that differ and the steps of its life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from mynapoint.hub.payment_services.documents import Document, differences, document, document_of, provider_document
from mynapoint.hub.payment_services.entries import Entry, ProviderEntry
from mynapoint.hub.payment_services.history import PROVIDER
from mynapoint.hub.payment_services.history_rows import STAFF, RegisterChange
from mynapoint.hub.payment_services.life import (
    CHANGED_BY_TWO,
    CLOSED_TO_CHANGES,
    NOWHERE,
    TRANSITIONS,
    Step,
    steps_between,
)
from mynapoint.hub.payment_services.models import (
    Channel,
    Participation,
    PaymentService,
    Provider,
    SecurityCode,
)


class RegisterRefused(ValueError):
    """The register does not let an entry be changed so; the message names the entry, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Who:
    """The staff ids of who changes the register and of the second person who has seen it; empty: nobody has."""

    by: str
    seen_by: str = ""

    def __post_init__(self) -> None:
        for name in filter(None, (self.by or " ", self.seen_by)):
            try:
                STAFF(name)
            except ValidationError as error:
                raise RegisterRefused(f"{name!r} {error.message}") from error
        if self.by == self.seen_by:
            raise RegisterRefused(f"{self.by!r} cannot be the second person too; a change is seen by somebody else")


@dataclass(frozen=True, slots=True)
class Change:
    """One change to be: a row of RegisterChange but for its number and time."""

    step: Step
    state_before: str
    state_after: str
    made_by: str
    seen_by: str = ""
    fields: dict[str, list[Any]] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """Return the columns of its row."""
        return {
            "step": self.step.value,
            "state_before": self.state_before,
            "state_after": self.state_after,
            "made_by": self.made_by,
            "seen_by": self.seen_by,
            "fields": self.fields,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change of one entry, in order; none: it stands as it is."""

    subject: str
    changes: list[Change]

    @classmethod
    def of_step(cls, number: str, step: Step, by: str, standing: Standing) -> Plan:
        """Return one step of an entry's life. Raises RegisterRefused where it takes somebody else."""
        return cls(number, [_step(number, step, Who(by), last=standing.movers.get(number, ""))])


@dataclass(frozen=True, slots=True)
class Standing:
    """What the register holds of some entries, read at once: their rows, and where their history has come to.

    ``latest``  subject → revision and instant of the latest change      ``movers``  subject → who took the latest step
    """

    services: Mapping[str, PaymentService]
    providers: Mapping[str, Provider]
    latest: Mapping[str, tuple[int, datetime]]
    movers: Mapping[str, str]

    @classmethod
    def of(cls, numbers: Iterable[str], slugs: Iterable[str]) -> Standing:
        """Read what stands of services and providers."""
        numbers, slugs = list(numbers), list(slugs)
        rows = PaymentService.objects.filter(number__in=numbers).select_related("provider")
        rows = rows.prefetch_related("channels", "participations", "security_codes")
        changes = RegisterChange.objects.filter(subject__in=[*numbers, *(PROVIDER + slug for slug in slugs)])
        latest, movers = {}, {}
        columns = ("subject", "revision", "made_at", "step", "made_by")
        for subject, revision, made_at, step, made_by in changes.order_by("revision").values_list(*columns):
            latest[subject] = (revision, made_at)
            if step != Step.CHANGE.value:
                movers[subject] = made_by
        return cls(
            services={row.number: row for row in rows},
            providers={row.slug: row for row in Provider.objects.filter(slug__in=slugs)},
            latest=latest,
            movers=movers,
        )

    def service(self, number: str) -> PaymentService | None:
        """Return the entry of a number; one without history is entered as if it were not there."""
        return self.services.get(number) if number in self.latest else None


def plan_provider(entry: ProviderEntry, *, url: str | None, who: Who, standing: Standing) -> tuple[Plan, Provider]:
    """Return what changes of a provider, and its row as it will be (not saved)."""
    known = standing.providers.get(entry.slug)
    row = known or Provider(slug=entry.slug)
    before = provider_document(known) if known and PROVIDER + entry.slug in standing.latest else {}
    row.name, row.account_api_url = entry.name, url or entry.account_api_url
    fields = differences(before, provider_document(row))
    change = Change(Step.CHANGE, NOWHERE, NOWHERE, who.by, who.seen_by, fields)
    return Plan(PROVIDER + entry.slug, [change] if fields else []), row


def plan_service(entry: Entry, *, link: str | None, who: Who, standing: Standing) -> Plan:
    """Return the changes that make an entry what the file says. Raises RegisterRefused where there is no way."""
    number, target = entry.number, str(entry.columns["state"])
    known = standing.service(number)
    state = str(known.state) if known else NOWHERE
    fields = differences(document_of(known) if known else {}, _document(entry, link))
    steps = steps_between(state, target)
    if steps is None:
        raise RegisterRefused(f"{number} is {state} and cannot become {target}; change the file's state, or use step")
    if not known:
        first, *steps = steps
        last = who.by
        changes = [Change(first, NOWHERE, TRANSITIONS[first].after, who.by, fields=fields)]
    else:
        last = standing.movers.get(number, "")
        changes = [_change(number, state, fields, who)] if fields else []
    for step in steps:
        changes.append(_step(number, step, who, last=last))
        last = changes[-1].made_by
    return Plan(number, changes)


def subject_of(subject: str) -> str:
    """Return how the audit record calls an entry: ``service:MP0000034`` or ``provider:sample-pay``."""
    return subject if subject.startswith(PROVIDER) else f"service:{subject}"


def _change(number: str, state: str, fields: dict[str, list[Any]], who: Who) -> Change:
    if state in CLOSED_TO_CHANGES:
        remedy = "return it to draft first" if state == "submitted" else "enter what is new under a new number"
        raise RegisterRefused(f"{number} is {state} and is not changed ({', '.join(fields)}); {remedy}")
    if state in CHANGED_BY_TWO and not who.seen_by:
        raise RegisterRefused(
            f"{number} is {state}: a change ({', '.join(fields)}) needs a second person; name who has seen it"
        )
    return Change(Step.CHANGE, state, state, who.by, who.seen_by, fields)


def _step(number: str, step: Step, who: Who, *, last: str) -> Change:
    transition = TRANSITIONS[step]
    by = who.by
    if transition.second_person and by == last:
        if not who.seen_by:
            raise RegisterRefused(f"{number}: to {step} takes somebody else than {last!r}, who took the step before")
        by = who.seen_by
    return Change(step, str(transition.before), transition.after, by)


def _document(entry: Entry, link: str | None) -> Document:
    """Return the document an entry will be."""
    service = PaymentService(number=entry.number, **entry.columns)
    if link is not None:
        service.link = link
    return document(
        service,
        provider=entry.provider,
        codes=[SecurityCode(**row) for row in entry.security_codes],
        channels=[Channel(**row) for row in entry.channels],
        participations=[Participation(**row) for row in entry.participations],
    )
