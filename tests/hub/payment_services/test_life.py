"""The life of an entry: a closed table of steps, two persons to open and to end a service, all of it kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from mynapoint.award.means import service_refusals
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.payment_services.actions import move
from mynapoint.hub.payment_services.history import changes_of
from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.life import EFFECTS, TRANSITIONS, State, Step, steps_between
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.plans import RegisterRefused
from mynapoint.hub.payment_services.search import Query, find

NOW = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)
NUMBER = "MP0000001"


def take(step: Step, by: str = "office-1", number: str = NUMBER, minutes: int = 0) -> PaymentService:
    return move(number=number, step=step, by=by, reason="試験", now=NOW + timedelta(minutes=minutes))


def refusals() -> list[str]:
    offer = PaymentService.objects.get(number=NUMBER).offer("card_uptake")
    return [one.refusal.code for one in service_refusals(offer, on=NOW.date())]


def test_a_suspended_service_takes_no_new_application_until_somebody_else_resumes_it(register: None) -> None:
    take(Step.SUSPEND)
    assert refusals() == ["service_suspended"]
    assert NUMBER not in {one.service.number for one in find(Query()).services}

    with pytest.raises(RegisterRefused, match="somebody else"):
        take(Step.RESUME)
    take(Step.RESUME, by="office-2")

    assert refusals() == []


def test_a_withdrawn_service_never_comes_back(register: None) -> None:
    take(Step.SUSPEND)
    take(Step.WITHDRAW, by="office-2")

    assert refusals() == ["service_withdrawn"]
    for step in set(Step) - {Step.CHANGE}:
        with pytest.raises(RegisterRefused):
            take(step, by="office-3")
    assert steps_between(State.WITHDRAWN, State.APPROVED) is None


def test_who_submitted_an_entry_cannot_approve_it(register: None) -> None:
    number = "MP0000018"  # submitted by office-1

    with pytest.raises(RegisterRefused, match="somebody else"):
        take(Step.APPROVE, number=number)

    assert take(Step.APPROVE, by="office-2", number=number).state == State.APPROVED


def test_every_step_not_in_the_table_is_refused(register: None) -> None:
    for step in Step:
        if step is Step.CHANGE or TRANSITIONS[step].before != State.APPROVED:
            with pytest.raises(RegisterRefused, match="is approved"):
                take(step, by="office-2")


def test_a_returned_entry_is_a_draft_again(register: None) -> None:
    assert take(Step.RETURN, number="MP0000018").state == State.DRAFT


def test_each_step_is_kept_with_who_when_and_why_and_audited(register: None) -> None:
    take(Step.SUSPEND, by="office-3")

    latest = changes_of(NUMBER)[-1]
    assert (latest.step, latest.made_by, latest.reason, latest.made_at) == ("suspend", "office-3", "試験", NOW)
    audited = AuditRecord.objects.filter(act=Act.REGISTER_CHANGED).latest("id")
    assert (audited.who, audited.subject) == ("staff:office-3", f"service:{NUMBER}")
    assert audited.details == {"code": "suspend", "revision": latest.revision}


def test_the_database_refuses_a_state_without_its_history(register: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentService.objects.filter(number="MP0000018").update(state=State.APPROVED)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentService.objects.create(
            number="MP0000099",
            state=State.APPROVED,
            provider=PaymentService.objects.get(number=NUMBER).provider,
            name="無断",
            kana="ムダン",
            name_en="Unasked",
            kind="qr",
        )


def row(**columns: object) -> RegisterChange:
    latest = changes_of("MP0000018")[-1]
    values = {
        "subject": "MP0000018",
        "revision": latest.revision + 1,
        "step": "approve",
        "state_before": "submitted",
        "state_after": "approved",
        "made_by": "office-2",
        "reason": "試験",
        "made_at": NOW,
    }
    return RegisterChange.objects.create(**(values | columns))


@pytest.mark.parametrize(
    "columns",
    [
        {"made_by": "office-1"},
        {"seen_by": "office-2"},
        {"revision": 9},
        {"state_before": "draft"},
        {"step": "resume"},
        {"state_after": "withdrawn"},
        {"reason": ""},
        {"made_at": NOW - timedelta(days=30)},
        {"step": "change", "state_after": "submitted"},
    ],
)
def test_the_database_itself_holds_history_to_the_table_and_to_two_persons(
    register: None, columns: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        row(**columns)
    row()


def test_history_is_neither_changed_nor_removed(register: None) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        RegisterChange.objects.filter(subject=NUMBER).update(made_by="nobody")
    with pytest.raises(DatabaseError), transaction.atomic():
        RegisterChange.objects.filter(subject=NUMBER).delete()


def test_every_state_says_in_both_languages_what_it_means_for_applications() -> None:
    assert set(EFFECTS) == set(State)
    assert all(words.ja and words.en for words in EFFECTS.values())
