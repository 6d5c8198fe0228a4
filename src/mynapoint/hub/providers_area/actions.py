"""What a provider can do with its entries of the register, and what the office decides: drafts, steps, proposals."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import models, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.audit.models import Act
from mynapoint.hub.payment_services import actions as register
from mynapoint.hub.payment_services.documents import Document, differences, document_of
from mynapoint.hub.payment_services.entries import ProviderEntry
from mynapoint.hub.payment_services.files import entry_of
from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.life import CHANGED_BY_TWO, TRANSITIONS, State, Step
from mynapoint.hub.payment_services.models import PaymentService, Provider
from mynapoint.hub.payment_services.plans import RegisterRefused, Who
from mynapoint.hub.providers_area.models import Outcome, Proposal, ProposalOutcome
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty, are_two
from mynapoint.hub.staff.models import StaffAccount
from mynapoint.programme.rule_file import RuleTable

OF_PROVIDER = (Step.SUBMIT,)
OF_OFFICE = (Step.RETURN, Step.APPROVE, Step.SUSPEND, Step.RESUME, Step.WITHDRAW)
_SAMPLE_NUMBERS = "MP9"


class Why(models.TextChoices):
    """Why something of the register is not done, said to whoever asked."""

    NOT_NOW = "not_now", _("この決済サービスは、いまその状態ではありません。画面を読み直してください。")
    TWO = "two", _("前の手続きとは別の人が行います。7日以内にあなたが登録した人の手続きも、承認できません。")
    NO_CHANGE = "no_change", _("いまの登録と同じ内容です。変えるところを直してください。")
    WAITING = "waiting", _("前の変更案が審査待ちです。先に取り下げてください。")
    OVER = "over", _("この変更案は、もう決まっています。")
    OUTDATED = "outdated", _("変更案が出されたあとに、登録が変わりました。差し戻して、出し直してもらってください。")
    REASON = "reason", _("理由を入力してください。")


class NotPossible(Exception):
    """What was asked of the register is not done; ``why`` is a sentence for the page."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


def open_proposals() -> QuerySet[Proposal]:
    """Return the proposals that wait for the office, the oldest first."""
    waiting = Proposal.objects.filter(ended=None).select_related("payment_service__provider", "made_by")
    return waiting.order_by("pk")


@transaction.atomic
def enter(document: Document, *, provider: Provider, staff: OnDuty, now: datetime) -> str:
    """Enter a new service as a draft under the next free number; return it. Raises RuleFileError, NotPossible.

    One at a time is given, of all providers: two drafts under one number would be one draft of both.
    """
    Provider.objects.select_for_update(no_key=True).order_by("pk")[:1].get()
    numbers = PaymentService.objects.exclude(number__startswith=_SAMPLE_NUMBERS)
    last = numbers.aggregate(last=Max("number"))["last"] or "MP0000000"
    number = f"MP{int(last[2:]) + 1:07}"
    _take(document | {"number": number, "state": State.DRAFT.value}, provider, Who(staff.account.name), "—", now)
    return number


@transaction.atomic
def change_draft(service: PaymentService, document: Document, *, staff: OnDuty, now: datetime) -> None:
    """Make a draft say something else; nobody relies on it yet. Raises RuleFileError, NotPossible."""
    own = _locked(service)
    if own.state != State.DRAFT:
        raise NotPossible(Why.NOT_NOW)
    _take(document | {"number": own.number, "state": own.state}, own.provider, Who(staff.account.name), "—", now)


@transaction.atomic
def propose(service: PaymentService, document: Document, *, reason: str, staff: OnDuty, now: datetime) -> Proposal:
    """Ask for a change of an entry that residents rely on. Raises RuleFileError, NotPossible."""
    own, reason = _locked(service), _reason(reason)
    if own.state not in CHANGED_BY_TWO:
        raise NotPossible(Why.NOT_NOW)
    if open_proposals().filter(payment_service=own).exists():
        raise NotPossible(Why.WAITING)
    wanted = document | {"number": own.number, "state": own.state, "provider": own.provider.slug}
    entry_of(wanted, name=own.number)
    if not differences(document_of(own), wanted):
        raise NotPossible(Why.NO_CHANGE)
    made = Proposal.objects.create(
        payment_service=own,
        document=wanted,
        revision=_revision(own),
        reason=reason,
        made_by=staff.account,
        made_at=now,
    )
    _record(own, "proposed", staff, now)
    return made


@transaction.atomic
def take_back(proposal: Proposal, *, staff: OnDuty, now: datetime) -> None:
    """Withdraw a proposal before it is decided. Raises NotPossible."""
    _end(proposal, Outcome.TAKEN_BACK, reason="", staff=staff, now=now)


@transaction.atomic
def send_back(proposal: Proposal, *, reason: str, staff: OnDuty, now: datetime) -> None:
    """Let the entry stand as it is, and tell the provider why. Raises NotPossible."""
    _end(proposal, Outcome.SENT_BACK, reason=_reason(reason), staff=staff, now=now)


@transaction.atomic
def take_over(proposal: Proposal, *, staff: OnDuty, now: datetime) -> None:
    """Make the register say what was proposed: written by the provider's person, seen by the office's.

    Raises NotPossible, also where the office's person opened the other's account a few days ago.
    """
    own = _locked(proposal.payment_service)
    if not are_two(proposal.made_by, staff.account):
        raise NotPossible(Why.TWO)
    if own.state != proposal.document["state"] or _revision(own) != proposal.revision:
        raise NotPossible(Why.OUTDATED)
    _end(proposal, Outcome.TAKEN, reason="", staff=staff, now=now)
    who = Who(proposal.made_by.name, staff.account.name)
    _take(proposal.document, own.provider, who, proposal.reason, now)


@transaction.atomic
def take_step(service: PaymentService, step: Step, *, reason: str, staff: OnDuty, now: datetime) -> None:
    """Take one step of an entry's life; the register and the database hold it to their order. Raises NotPossible."""
    own, reason = _locked(service), _reason(reason)
    if TRANSITIONS[step].before != own.state:
        raise NotPossible(Why.NOT_NOW)
    if TRANSITIONS[step].second_person and not _is_second(own, staff):
        raise NotPossible(Why.TWO)
    try:
        register.move(number=own.number, step=step, by=staff.account.name, reason=reason, now=now)
    except RegisterRefused as error:
        raise NotPossible(Why.TWO if TRANSITIONS[step].second_person else Why.NOT_NOW) from error


@transaction.atomic
def add_key_of(
    provider: Provider, *, key_id: str, public_key: bytes, valid_from: datetime, staff: OnDuty, now: datetime
) -> None:
    """Register a key beside those that count, on record with its fingerprint. Raises KeyConflict."""
    key = register.register_provider_key(
        provider=provider.slug, key_id=key_id, public_key=public_key, valid_from=valid_from
    )
    record_act(
        Act.REGISTER_CHANGED,
        staff=staff,
        subject=f"provider_key:{key.key_id}",
        now=now,
        valid_from=key.valid_from.isoformat(),
        fingerprint=fingerprint(key.public_key),
    )


def fingerprint(public_key: str) -> str:
    """Return the SHA-256 of a public key's 32 bytes, as people compare it: sixteen groups of four.

    >>> fingerprint("00" * 32)[:14]
    '6668 7aad f862'
    """
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def _is_second(service: PaymentService, staff: OnDuty) -> bool:
    """Say whether somebody else took the step before, such as submitting, and is in no hand of theirs."""
    steps = RegisterChange.objects.filter(subject=service.number).exclude(step=Step.CHANGE.value)
    before = steps.order_by("revision").last()
    first = StaffAccount.objects.filter(name=before.made_by).first() if before else None
    return first is None or are_two(first, staff.account)


def _locked(service: PaymentService) -> PaymentService:
    return PaymentService.objects.select_for_update(of=("self",)).select_related("provider").get(pk=service.pk)


def _revision(service: PaymentService) -> int:
    return RegisterChange.objects.filter(subject=service.number).aggregate(last=Max("revision"))["last"] or 0


def _reason(text: str) -> str:
    if not text.strip():
        raise NotPossible(Why.REASON)
    return text.strip()[:300]


def _end(proposal: Proposal, outcome: Outcome, *, reason: str, staff: OnDuty, now: datetime) -> None:
    own = _locked(proposal.payment_service)
    if ProposalOutcome.objects.filter(proposal=proposal).exists():
        raise NotPossible(Why.OVER)
    ProposalOutcome.objects.create(
        proposal=proposal, outcome=outcome, reason=reason, decided_by=staff.account, decided_at=now
    )
    _record(own, outcome.value, staff, now)


def _record(service: PaymentService, code: str, staff: OnDuty, now: datetime) -> None:
    record_act(Act.REGISTER_CHANGED, staff=staff, subject=f"service:{service.number}", now=now, code=code)


def _take(document: Document, provider: Provider, who: Who, reason: str, now: datetime) -> None:
    number = str(document["number"])
    entry = entry_of(document | {"provider": provider.slug}, name=number)
    table = RuleTable(number, "provider", {})
    listed = ProviderEntry(provider.slug, provider.name, provider.account_api_url, table)
    try:
        register.take_entries([listed], [entry], who=who, reason=reason, now=now)
    except RegisterRefused as error:
        raise NotPossible(Why.NOT_NOW) from error
