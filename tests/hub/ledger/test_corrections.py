"""Correcting a mislink: held while it is open, decided by two, and whatever follows is a new row beside the old."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from hub import clock
from hub.ledger.correcting import (
    MISLINK,
    NOT_A_MISLINK,
    VISIT,
    applies_with_account_of,
    decided,
    on_duty,
)
from hub.people import CARD_UPTAKE, applies, awarded
from hub.sample_pay import REGISTER
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.applications.correction_models import CorrectionStep
from mynapoint.hub.applications.models import Application, Notice, StandingApplication
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.books.models import Kind, Movement
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.correcting import give_back
from mynapoint.hub.ledger.corrections import (
    NoEvidence,
    NotItsTurn,
    NotOpenable,
    NotTheSecond,
    add_evidence,
    approve,
    open_correction,
    propose,
    send_back,
    stands,
    withdraw,
)
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.ledger.models import LedgerEntry, RecordedTotal
from mynapoint.hub.ledger.points import points_of
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.staff.models import Role

AOKI, ISHIDA = (CertificateId("aa", serial) for serial in "12")
LATER = clock.START + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _register(db: None) -> None:
    import_register(REGISTER)


@pytest.fixture
def mislinked() -> Application:
    """Made with 青木's card, for the account of 石田."""
    return applies(AOKI, clock.START)


@pytest.fixture
def first() -> OnDuty:
    return on_duty()


@pytest.fixture
def second() -> OnDuty:
    return on_duty(Role.SUPERVISOR)


def kinds(application: Application) -> list[str]:
    return list(Notice.objects.filter(application=application).order_by("id").values_list("kind", flat=True))


def test_while_it_is_open_nothing_is_awarded_and_the_reservation_is_kept(mislinked: Application) -> None:
    awarded(mislinked, 2_000, LATER)

    correction = open_correction(application=mislinked, by=mislinked.resident, now=LATER)

    assert kinds(mislinked) == ["application", "stop"]
    assert b'"stopped"' in awarded(mislinked, 100, LATER)
    assert b'"accepted":1' in awarded(mislinked, -500, LATER), "what was awarded may still be taken back"
    assert not Movement.objects.filter(kind=Kind.RELEASED).exists()
    assert StandingApplication.objects.get().application == mislinked
    assert stands(correction).is_open
    assert correction.due_on > clock.START.date()
    assert audit_books() == []


def test_of_an_application_under_correction_no_second_is_opened(mislinked: Application) -> None:
    open_correction(application=mislinked, by=mislinked.resident, now=LATER)

    with pytest.raises(NotOpenable):
        open_correction(application=mislinked, by=mislinked.resident, now=LATER)


def test_it_takes_two_and_something_that_was_looked_at(mislinked: Application, first: OnDuty, second: OnDuty) -> None:
    correction = open_correction(application=mislinked, by=first, now=LATER)
    with pytest.raises(NoEvidence):
        propose(correction=correction, outcome=MISLINK, staff=first, now=LATER)
    with pytest.raises(NotItsTurn):
        approve(correction=correction, staff=second, now=LATER)
    add_evidence(correction=correction, evidence=VISIT, reference="visit 12", by=first, now=LATER)
    propose(correction=correction, outcome=MISLINK, staff=first, now=LATER)

    with pytest.raises(NotTheSecond):
        approve(correction=correction, staff=first, now=LATER)

    send_back(correction=correction, staff=second, now=LATER)
    propose(correction=correction, outcome=NOT_A_MISLINK, staff=second, now=LATER)
    approve(correction=correction, staff=first, now=LATER)
    assert stands(correction).state == "not_mislink"
    told = AuditRecord.objects.filter(act=Act.CORRECTION_STEP, subject=str(correction)).order_by("id")
    assert [one.details["what"] for one in told] == [step.kind for step in correction.steps.order_by("number")]


def test_the_database_itself_refuses_one_person_as_both_and_a_step_after_the_last(
    mislinked: Application, first: OnDuty, second: OnDuty
) -> None:
    correction = open_correction(application=mislinked, by=first, now=LATER)
    step = {"correction": correction, "who": str(first), "done_at": LATER, "number": 1}
    for bad in (
        {"kind": "approved", "staff": first.account, "first": first.account, "outcome": MISLINK},
        {"kind": "evidence", "number": 5},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CorrectionStep.objects.create(**(step | bad))
    withdrawn = CorrectionStep.objects.create(**step, kind="withdrawn")

    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionStep.objects.create(**(step | {"kind": "evidence", "number": 2}))
    with pytest.raises(DatabaseError), transaction.atomic():
        CorrectionStep.objects.filter(pk=withdrawn.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        type(correction).objects.update(words="")


def test_no_mislink_resumes_as_if_nothing_had_been(mislinked: Application, first: OnDuty, second: OnDuty) -> None:
    awarded(mislinked, 2_000, LATER)

    decided(mislinked, NOT_A_MISLINK, first, second, LATER)

    assert kinds(mislinked) == ["application", "stop", "resume"]
    assert Notice.objects.get(kind="resume").room == 3_000
    assert b'"accepted":1' in awarded(mislinked, 3_000, LATER)
    assert points_of([mislinked.pk]) == {mislinked.pk: 5_000}
    assert audit_books() == []


def test_whoever_claimed_it_may_withdraw_and_nobody_else(mislinked: Application, first: OnDuty) -> None:
    correction = open_correction(application=mislinked, by=first, now=LATER)
    with pytest.raises(NotItsTurn):
        withdraw(correction=correction, by=mislinked.resident, now=LATER)
    other = applies(ISHIDA, LATER)
    own = open_correction(application=other, by=other.resident, now=LATER)

    withdraw(correction=own, by=other.resident, now=LATER)

    assert kinds(other) == ["application", "stop", "resume"]
    with pytest.raises(NotItsTurn):
        withdraw(correction=own, by=other.resident, now=LATER)


def test_a_mislink_is_stopped_for_good_and_every_entry_reversed_by_a_new_one(
    mislinked: Application, first: OnDuty, second: OnDuty
) -> None:
    awarded(mislinked, 2_000, LATER)
    awarded(mislinked, -300, LATER)

    decided(mislinked, MISLINK, first, second, LATER)

    entries = LedgerEntry.objects.order_by("id")
    assert [(one.points, one.origin and one.origin.points) for one in entries] == [
        (2_000, None),
        (-300, None),
        (-2_000, 2_000),
        (300, -300),
    ]
    assert RecordedTotal.objects.get().in_all == 0
    assert kinds(mislinked) == ["application", "stop", "stop"]
    assert not StandingApplication.objects.exists()
    assert Application.objects.get() == mislinked, "the original stays"
    assert b'"stopped"' in awarded(mislinked, 100, LATER)
    assert b'"below_zero"' in awarded(mislinked, -100, LATER), "there is nothing left to take back twice"
    assert audit_books() == []
    with pytest.raises(NotOpenable):
        open_correction(application=mislinked, by=first, now=LATER)


def test_the_wronged_person_applies_afresh_once_and_whose_account_it_is_gets_what_was_credited_to_it(
    mislinked: Application, first: OnDuty, second: OnDuty
) -> None:
    awarded(mislinked, 2_000, LATER)
    decided(mislinked, MISLINK, first, second, LATER)

    afresh = applies(AOKI, LATER)
    theirs = applies_with_account_of(ISHIDA, mislinked, LATER)

    assert (afresh.person_freed_by, theirs.account_freed_by) == (mislinked, mislinked)
    assert afresh.account_freed_by is None
    with pytest.raises(Refused) as refused:
        applies(AOKI, LATER)
    assert refused.value.refusal is Refusal.ALREADY_APPLIED
    with pytest.raises(Refused) as refused:
        applies_with_account_of(CertificateId("aa", "3"), mislinked, LATER)
    assert refused.value.refusal is Refusal.ACCOUNT_ALREADY_USED
    assert give_back(now=LATER) == 2_000
    assert give_back(now=LATER) == 0, "once"
    assert points_of([afresh.pk, theirs.pk, mislinked.pk]) == {afresh.pk: 0, theirs.pk: 2_000, mislinked.pk: 0}
    assert LedgerEntry.objects.get(application=theirs).origin == LedgerEntry.objects.get(
        application=mislinked, origin=None
    )
    assert b'"over_cap"' in awarded(theirs, 3_001, LATER)
    assert b'"accepted":1' in awarded(afresh, 5_000, LATER)
    assert audit_books() == []


def test_nobody_applies_afresh_while_it_is_open(mislinked: Application, first: OnDuty) -> None:
    open_correction(application=mislinked, by=first, now=LATER)

    with pytest.raises(Refused) as refused:
        applies(AOKI, LATER)
    assert refused.value.refusal is Refusal.ALREADY_APPLIED
    with pytest.raises(Refused) as refused:
        applies_with_account_of(ISHIDA, mislinked, LATER)
    assert refused.value.refusal is Refusal.ACCOUNT_ALREADY_USED


def test_only_a_confirmed_mislink_frees_anybody_even_if_the_code_were_wrong(mislinked: Application) -> None:
    copy = {
        field.attname: getattr(mislinked, field.attname)
        for field in Application._meta.concrete_fields
        if not field.primary_key
    }
    copy |= {"account_key": "another", "account_reference": "another", "person_freed_by_id": mislinked.pk}

    with pytest.raises(IntegrityError, match="freed_insert"), transaction.atomic():
        Application.objects.create(**copy)


def test_the_points_of_one_that_a_merge_stopped_are_reversed_too(first: OnDuty, second: OnDuty) -> None:
    earlier, later = applies(AOKI, clock.START), applies(ISHIDA, LATER)
    awarded(earlier, 4_000, LATER)
    awarded(later, 3_000, LATER)
    correction = open_correction(application=later, by=first, now=LATER)
    take_links([(1, Link(AOKI, ISHIDA))], source="test", now=LATER)
    add_evidence(correction=correction, evidence=VISIT, reference="visit 12", by=first, now=LATER)
    propose(correction=correction, outcome=MISLINK, staff=first, now=LATER)

    approve(correction=correction, staff=second, now=LATER)

    total = RecordedTotal.objects.get(incentive=CARD_UPTAKE)
    assert (total.recorded, total.over_cap) == (4_000, 0)
    assert audit_books() == []
