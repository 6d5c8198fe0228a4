"""The waiting list of a spent budget: in order of arrival, one place each, nobody passed by, turns given on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from hub import clock, waiting_list
from hub.at_once import all_at_once
from hub.people import CARD_UPTAKE, applies, reserves, signs_in
from hub.work import work_of
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.applications.permission import reasons_against
from mynapoint.hub.applications.turns import own_place
from mynapoint.hub.applications.waiting_list import history, join, leave
from mynapoint.hub.books.budgets import limit, spent
from mynapoint.hub.books.models import Movement, OpenPlace, WaitingPlace, WaitingStep
from mynapoint.hub.books.waiting_list import NotSpent, go_through
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.merges import take_links
from mynapoint.programme.values import Points

BUDGET = "round2.card_uptake"
CAP = 5_000
AOKI, ISHIDA, UENO, STRANGER = (CertificateId("aa", serial) for serial in "1234")
LATER = clock.START + timedelta(minutes=1)
LAST_DAY = clock.START + timedelta(days=waiting_list.DAYS - 1)
AT_ONCE = 6


@pytest.fixture
def _spent(sample_pay: object) -> Iterator[None]:
    """Aoki has the last points; the programme states a waiting list."""
    with waiting_list.stated():
        limit(BUDGET, Points(CAP), now=clock.START)
        applies(AOKI, clock.START)
        yield


def waits(name: CertificateId, now: datetime = clock.START) -> Resident:
    reserves(name, now)
    resident = signs_in(name, now)
    join(resident=resident, incentive=CARD_UPTAKE, now=now)
    return resident


def raise_to(caps: int, now: datetime = LATER) -> None:
    limit(BUDGET, Points(caps * CAP), now=now)


def ahead_of(resident: Resident) -> int | None:
    place = own_place(resident, "round2", CARD_UPTAKE)
    return place.ahead if place and place.offer_until is None else None


def turn_of(resident: Resident) -> object:
    place = own_place(resident, "round2", CARD_UPTAKE)
    return place.offer_until if place else None


def refused_for(name: CertificateId, now: datetime = LATER) -> Refusal | None:
    try:
        applies(name, now)
    except Refused as refused:
        return refused.refusal
    return None


@pytest.mark.usefixtures("_spent")
def test_places_are_in_order_of_arrival_and_each_person_has_one() -> None:
    ishida, ueno = waits(ISHIDA), waits(UENO)
    waits(ISHIDA)

    assert (ahead_of(ishida), ahead_of(ueno)) == (0, 1)
    assert WaitingPlace.objects.count() == 2
    row = OpenPlace.objects.values("budget_id", "round_id", "incentive", "resident")[0]
    place = WaitingPlace.objects.create(**row, number=9, points=CAP, taken_at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        OpenPlace.objects.create(**row, number=9, place=place)


@pytest.mark.usefixtures("_spent")
def test_what_comes_back_is_held_for_the_next_and_nobody_passes_by() -> None:
    ishida, ueno = waits(ISHIDA), waits(UENO)

    raise_to(2)
    assert spent() == {("round2", CARD_UPTAKE)}, "pages say it at once: the points are for those who wait"
    assert refused_for(STRANGER) is Refusal.BUDGET_SPENT
    assert refused_for(UENO) is Refusal.BUDGET_SPENT
    assert go_through(now=LATER) == (0, 1)

    assert (turn_of(ishida), ahead_of(ueno)) == (LAST_DAY.date(), 0)
    assert refused_for(STRANGER) is refused_for(UENO) is Refusal.BUDGET_SPENT
    assert not reasons_against(resident=ishida, incentive=CARD_UPTAKE, on=LAST_DAY.date())
    assert refused_for(ISHIDA) is None
    assert not OpenPlace.objects.filter(resident=ishida.pk).exists()
    assert [one.kind for one in WaitingStep.objects.order_by("id")] == ["offered", "applied"]
    assert go_through(now=LATER) == (0, 0)
    assert not audit_books()


@pytest.mark.usefixtures("_spent")
def test_a_turn_that_passes_is_the_next_ones_and_a_new_place_is_the_last() -> None:
    ishida, ueno = waits(ISHIDA), waits(UENO)
    raise_to(2)
    go_through(now=clock.START)
    assert go_through(now=LAST_DAY) == (0, 0)

    assert go_through(now=LAST_DAY + timedelta(days=1)) == (1, 1)

    assert turn_of(ishida) is None
    assert turn_of(ueno) is not None
    waits(ISHIDA, LAST_DAY + timedelta(days=1))
    assert ahead_of(ishida) == 0
    assert refused_for(ISHIDA, LAST_DAY + timedelta(days=1)) is Refusal.BUDGET_SPENT
    assert not audit_books()


@pytest.mark.usefixtures("_spent")
def test_whoever_leaves_gives_their_turn_to_the_next() -> None:
    ishida, ueno = waits(ISHIDA), waits(UENO)
    raise_to(2)
    go_through(now=LATER)

    leave(resident=ishida, incentive=CARD_UPTAKE, now=LATER)
    leave(resident=ishida, incentive=CARD_UPTAKE, now=LATER)

    assert turn_of(ueno) is not None
    assert [one["step"] for one in history(ishida)[0]["steps"]] == ["offered", "left"]  # type: ignore[attr-defined]
    assert sum(Movement.objects.filter(kind="released").values_list("points", flat=True)) == CAP
    assert not audit_books()


@pytest.mark.usefixtures("_spent")
def test_no_place_is_given_while_there_are_points_or_where_no_list_is_stated() -> None:
    raise_to(2)
    with pytest.raises(NotSpent):
        waits(ISHIDA)
    applies(ISHIDA, LATER)
    with pytest.raises(Refused) as refused:
        waits(ISHIDA)
    assert refused.value.refusal is Refusal.ALREADY_APPLIED


@pytest.mark.usefixtures("sample_pay")
def test_a_programme_without_a_waiting_list_refuses() -> None:
    limit(BUDGET, Points(CAP), now=clock.START)
    applies(AOKI, clock.START)

    with pytest.raises(Refused) as refused:
        waits(ISHIDA)

    assert refused.value.refusal is Refusal.BUDGET_SPENT
    assert not WaitingPlace.objects.exists()


@pytest.mark.usefixtures("_spent")
def test_turns_and_places_end_with_the_last_day_of_applications() -> None:
    last = datetime(2023, 9, 30, 3, 0, tzinfo=UTC)
    ishida, ueno = waits(ISHIDA), waits(UENO)
    raise_to(2, last)
    go_through(now=last)
    assert turn_of(ishida) == last.date(), "not 14 days: nobody can apply after it"

    assert go_through(now=last + timedelta(days=1)) == (2, 0)

    assert turn_of(ueno) is None
    assert not OpenPlace.objects.exists()
    assert not audit_books()


@pytest.mark.usefixtures("_spent")
def test_one_person_with_two_certificates_has_one_turn() -> None:
    waits(ISHIDA)
    waits(UENO)
    raise_to(2)
    go_through(now=LATER)
    take_links([(1, Link(ISHIDA, UENO))], source="test", now=LATER)

    assert refused_for(UENO) is None

    assert not OpenPlace.objects.exists()
    assert go_through(now=LATER) == (0, 0)
    assert not audit_books()


@pytest.mark.usefixtures("_spent")
def test_places_and_steps_are_never_changed_or_removed() -> None:
    waits(ISHIDA)
    raise_to(2)
    go_through(now=LATER)

    for rows in (WaitingPlace.objects.all(), WaitingStep.objects.all()):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            rows.update(**{"points": 1} if rows.model is WaitingPlace else {"kind": "left"})
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            rows._raw_delete(rows.db)


@pytest.fixture
def _spent_for_all(file_database: None) -> Iterator[None]:
    with waiting_list.stated():
        limit(BUDGET, Points(CAP), now=clock.START)
        applies(AOKI, clock.START)
        yield


@pytest.mark.usefixtures("_spent_for_all")
def test_an_application_is_as_much_work_however_many_wait_and_have_applied() -> None:
    waits(ISHIDA)
    waits(UENO)
    raise_to(3)
    assert go_through(now=LATER) == (0, 2)

    with_nobody = work_of(lambda: applies(ISHIDA, LATER))
    for number in range(AT_ONCE * AT_ONCE):
        waits(CertificateId("cc", str(number)), LATER)
    with_many = work_of(lambda: applies(UENO, LATER))

    assert 0 < with_many <= with_nobody * 1.1, "whoever applies is asked for by keys alone"


@pytest.mark.usefixtures("_spent_for_all")
def test_those_who_come_at_once_get_numbers_without_gaps_and_one_place_each() -> None:
    residents = []
    for number in range(AT_ONCE):
        name = CertificateId("bb", str(number))
        reserves(name, clock.START)
        residents.append(signs_in(name, clock.START))

    def joins(resident: Resident) -> None:
        join(resident=resident, incentive=CARD_UPTAKE, now=LATER)

    outcomes = all_at_once(*(lambda one=one: joins(one) for one in [*residents, residents[0], residents[1]]))

    assert outcomes == [None] * (AT_ONCE + 2), outcomes
    assert sorted(OpenPlace.objects.values_list("number", flat=True)) == list(range(1, AT_ONCE + 1))
    assert sorted(ahead_of(one) or 0 for one in residents) == list(range(AT_ONCE))


@pytest.mark.usefixtures("_spent_for_all")
def test_one_turn_is_given_once_and_ends_once_whoever_is_at_it() -> None:
    ishida, ueno = waits(ISHIDA), waits(UENO)
    raise_to(2)

    all_at_once(*(lambda: go_through(now=LATER) for _ in range(4)))
    assert [turn_of(one) is not None for one in (ishida, ueno)] == [True, False]
    past = LAST_DAY + timedelta(days=1)
    outcomes = all_at_once(lambda: refused_for(ISHIDA), lambda: go_through(now=past), lambda: go_through(now=past))

    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    ends = list(WaitingStep.objects.exclude(kind="offered").values_list("kind", flat=True))
    assert ends in (["applied"], ["lapsed"])
    assert (turn_of(ueno) is not None) is (ends == ["lapsed"])
    assert not audit_books()


@pytest.mark.usefixtures("_spent_for_all")
def test_two_writers_for_the_last_points_let_the_one_who_waits_through(database: str) -> None:
    if database == "sqlite":
        pytest.skip("SQLite has one writer")
    waits(ISHIDA)
    raise_to(2)

    outcomes = all_at_once(lambda: refused_for(STRANGER), lambda: go_through(now=LATER), lambda: refused_for(UENO))

    assert sorted(map(str, outcomes)) == sorted(["(0, 1)", *[str(Refusal.BUDGET_SPENT)] * 2])
    assert connection.vendor == "postgresql"
    assert refused_for(ISHIDA) is None
    assert not audit_books()
