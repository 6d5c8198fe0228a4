"""When the payment service leaves: chosen afresh elsewhere for the room that is left, never two standing, cap kept."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from hub import clock
from hub.at_once import all_at_once
from hub.ledger.correcting import MISLINK, decided, on_duty
from hub.people import CARD_UPTAKE, applies, awarded, draft, reserves, signature, signs_in
from hub.sample_pay import NUMBER, REGISTER
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.applications import actions
from mynapoint.hub.applications.models import Application, Notice, StandingApplication
from mynapoint.hub.applications.permission import incentive_on
from mynapoint.hub.applications.statements import statement
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.books.models import Kind, Movement
from mynapoint.hub.identity.actions import signer
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.corrections import open_correction
from mynapoint.hub.ledger.journey import Next, journey
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.ledger.models import DoubleApplication, LedgerEntry, RecordedTotal
from mynapoint.hub.ledger.my_page import my_page
from mynapoint.hub.ledger.points import points_of
from mynapoint.hub.payment_services.actions import import_register, move
from mynapoint.hub.payment_services.life import Step
from mynapoint.hub.payment_services.models import Participation, PaymentService
from mynapoint.hub.staff.models import Role
from mynapoint.programme.values import tokyo_day
from property_examples import examples

AOKI, RENEWED = (CertificateId("aa", serial) for serial in "12")
OTHERS = ("MP0000004", "MP0000005", "MP0000006")
FIRST_DAY = tokyo_day(clock.START)
LATER = clock.START + timedelta(days=2)
AT_ONCE = 4


@pytest.fixture(autouse=True)
def _register(db: None) -> None:
    import_register(REGISTER)


@pytest.fixture
def first() -> Application:
    """青木's choice, 2,000 points of which are recorded; the service is still there."""
    application = applies(AOKI, clock.START)
    awarded(application, 2_000, clock.START)
    return application


def leaves(number: str = NUMBER, on: date = FIRST_DAY) -> None:
    """Let a day be the last one of a service in the incentive."""
    service = PaymentService.objects.get(number=number)
    Participation.objects.filter(service=service, incentive=CARD_UPTAKE).update(left_on=on)


def kinds(application: Application) -> list[str]:
    return list(Notice.objects.filter(application=application).order_by("id").values_list("kind", flat=True))


def test_who_chose_a_service_that_left_chooses_afresh_for_the_room_that_is_left(first: Application) -> None:
    leaves()

    second = applies(AOKI, LATER, number=OTHERS[0])

    assert StandingApplication.objects.get().application == second
    assert kinds(first) == ["application", "stop"]
    assert Notice.objects.get(application=second).room == 3_000
    assert AuditRecord.objects.filter(act=Act.APPLIED).latest("pk").details["replaces"] == str(first.pk)
    assert Movement.objects.get(kind=Kind.RELEASED).points == 3_000, "what the first had reserved is free"
    assert b'"over_cap"' in awarded(second, 3_001, LATER)
    assert b'"accepted":1' in awarded(second, 3_000, LATER)
    assert points_of([first.pk, second.pk]) == {first.pk: 2_000, second.pk: 3_000}
    assert audit_books() == []


def test_a_service_withdrawn_for_good_has_left_and_a_suspended_one_has_not(first: Application) -> None:
    move(number=NUMBER, step=Step.SUSPEND, by="office-1", reason="試験", now=clock.START)
    with pytest.raises(Refused) as refused:
        applies(AOKI, LATER, number=OTHERS[0])
    assert refused.value.refusal is Refusal.ALREADY_APPLIED

    move(number=NUMBER, step=Step.WITHDRAW, by="office-2", reason="試験", now=clock.START)

    assert applies(AOKI, LATER, number=OTHERS[0]).person_freed_by == first


@pytest.mark.parametrize("days", [0, 1])
def test_on_its_last_day_it_still_takes_part_and_on_the_day_after_it_does_not(first: Application, days: int) -> None:
    leaves(on=tokyo_day(LATER))
    now = LATER + timedelta(days=days)

    if days:
        assert applies(AOKI, now, number=OTHERS[0]).person_freed_by == first
    else:
        with pytest.raises(Refused) as refused:
            applies(AOKI, now, number=OTHERS[0])
        assert refused.value.refusal is Refusal.ALREADY_APPLIED


def test_the_service_that_left_is_not_chosen_again_and_one_that_takes_part_only_once(first: Application) -> None:
    leaves()
    with pytest.raises(Refused) as refused:
        applies(AOKI, LATER)
    assert refused.value.refusal is Refusal.SERVICE_NO_LONGER_TAKES_PART
    applies(AOKI, LATER, number=OTHERS[0])

    with pytest.raises(Refused) as refused:
        applies(AOKI, LATER, number=OTHERS[1])

    assert refused.value.refusal is Refusal.ALREADY_APPLIED
    assert kinds(first) == ["application", "stop"]


def test_whoever_has_the_whole_cap_has_nothing_left_to_choose_for(first: Application) -> None:
    awarded(first, 3_000, clock.START)
    leaves()

    with pytest.raises(Refused) as refused:
        applies(AOKI, LATER, number=OTHERS[0])

    assert [one.refusal for one in refused.value.reasons] == [Refusal.CAP_REACHED, Refusal.ALREADY_APPLIED]


def test_while_a_correction_is_open_nothing_takes_the_place(first: Application) -> None:
    leaves()
    open_correction(application=first, by=first.resident, now=LATER)

    with pytest.raises(Refused) as refused:
        applies(AOKI, LATER, number=OTHERS[0])

    assert refused.value.refusal is Refusal.ALREADY_APPLIED


def test_lines_of_the_first_service_are_refused_afterwards_and_what_it_takes_back_is_not_earned_twice(
    first: Application,
) -> None:
    leaves()
    second = applies(AOKI, LATER, number=OTHERS[0])

    assert b'"stopped"' in awarded(first, 100, LATER)
    assert b'"accepted":1' in awarded(first, -500, LATER)

    assert b'"over_cap"' in awarded(second, 3_001, LATER), "its provider was told 3,000, and 3,000 are reserved"
    assert b'"accepted":1' in awarded(second, 3_000, LATER)
    assert b'"below_zero"' in awarded(second, -3_001, LATER)
    assert audit_books() == []


def test_it_may_happen_again_and_the_rooms_never_exceed_the_cap(first: Application) -> None:
    leaves()
    second = applies(AOKI, LATER, number=OTHERS[0])
    awarded(second, 1_000, LATER)
    leaves(OTHERS[0], on=tokyo_day(LATER))

    third = applies(AOKI, LATER + timedelta(days=1), number=OTHERS[1])

    assert Notice.objects.get(application=third).room == 2_000
    assert StandingApplication.objects.get().application == third
    assert audit_books() == []


def test_a_mislink_before_is_corrected_as_any_other(first: Application) -> None:
    leaves()
    applies(AOKI, LATER, number=OTHERS[0])

    decided(first, MISLINK, on_duty(), on_duty(Role.SUPERVISOR), LATER)

    assert StandingApplication.objects.get().application.person_freed_by == first
    assert RecordedTotal.objects.get().in_all == 0
    assert audit_books() == []


def test_with_a_renewed_certificate_it_is_the_same_person_and_a_late_link_opens_no_case(first: Application) -> None:
    leaves()
    second = applies(AOKI, LATER, number=OTHERS[0])
    signs_in(RENEWED, LATER)

    taken = take_links([(1, Link(AOKI, RENEWED))], source="test", now=LATER)

    assert taken.merged == 1
    assert not DoubleApplication.objects.exists()
    assert StandingApplication.objects.get().application == second
    with pytest.raises(Refused) as refused:
        applies(RENEWED, LATER, number=OTHERS[1])
    assert refused.value.refusal is Refusal.ALREADY_APPLIED


def test_the_database_frees_nobody_whose_application_stands(first: Application) -> None:
    copy = Application.objects.get(pk=first.pk)
    copy.pk = None
    copy.payment_service = PaymentService.objects.get(number=OTHERS[0])
    copy.person_freed_by = first

    with pytest.raises(IntegrityError, match="freed_insert"), transaction.atomic():
        copy.save(force_insert=True)


def test_the_statement_says_the_room_that_is_left_and_that_the_first_service_ends(first: Application) -> None:
    leaves()
    mine = draft(first.resident, CARD_UPTAKE, LATER, OTHERS[0])

    text = statement(mine, incentive_on(CARD_UPTAKE, tokyo_day(LATER)))

    assert "最大3,000ポイント" in text
    assert "サンプルPay" in text


def test_my_page_says_what_can_be_chosen_and_then_what_was(first: Application) -> None:
    resident = first.resident
    leaves()
    assert my_page(resident, now=LATER).cards[0].may_be_replaced
    assert journey(resident, session="", now=LATER).next is Next.APPLY

    second = applies(AOKI, LATER, number=OTHERS[0])

    before, after = my_page(resident, now=LATER).cards
    assert (before.replacement, before.is_stopped, before.room) == (second, True, 0)
    assert (after.replacement, after.is_stopped, after.room) == (None, False, 3_000)
    assert journey(resident, session="", now=LATER).next is Next.USE


@pytest.mark.usefixtures("file_database")
def test_of_several_choices_at_once_one_stands() -> None:
    import_register(REGISTER)
    one = applies(AOKI, clock.START)
    awarded(one, 2_000, clock.START)
    leaves()
    resident = signs_in(AOKI, LATER)
    reserves(AOKI, LATER)
    mine = draft(resident, CARD_UPTAKE, LATER, OTHERS[0])
    signed = [signature(AOKI, LATER, subject=str(mine.pk)) for _ in range(AT_ONCE)]
    own = signer(signature=signed[0], resident=resident, now=LATER)

    outcomes = all_at_once(
        *(lambda each=each: actions.apply(draft=mine, signature=each, credential=own, now=LATER) for each in signed)
    )

    refused = [outcome.refusal for outcome in outcomes if isinstance(outcome, Refused)]
    assert refused == [Refusal.ALREADY_APPLIED] * (AT_ONCE - 1), outcomes
    assert StandingApplication.objects.count() == 1
    assert Notice.objects.filter(kind="stop").count() == 1
    assert audit_books() == []


class _RollBack(Exception):
    """Ends an example without a trace."""


_steps = st.lists(
    st.one_of(
        st.tuples(st.just("award"), st.integers(0, 3), st.integers(-3_000, 6_000).filter(bool)),
        st.tuples(st.just("leave"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("choose"), st.integers(0, 3), st.just(0)),
    ),
    max_size=14,
)


@examples(12)
@given(steps=_steps)
def test_in_any_order_no_more_than_the_cap_is_awarded_in_sum_and_one_stands(steps: list[tuple[str, int, int]]) -> None:
    with suppress(_RollBack), transaction.atomic():
        played(steps)
        raise _RollBack


def played(steps: list[tuple[str, int, int]]) -> None:
    numbers, made, now = (NUMBER, *OTHERS), list[Application](), LATER
    for what, which, points in [("choose", 0, 0), *steps]:
        now += timedelta(days=1)
        if what == "leave":
            leaves(numbers[which], on=tokyo_day(now) - timedelta(days=1))
        elif what == "choose":
            with suppress(Refused):
                made.append(applies(AOKI, now, number=numbers[which]))
        else:
            awarded(made[which % len(made)], points, now)
        assert 0 <= sum(LedgerEntry.objects.values_list("points", flat=True)) <= 5_000
        assert StandingApplication.objects.get().application == made[-1]
    assert audit_books() == []
