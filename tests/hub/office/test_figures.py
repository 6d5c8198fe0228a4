"""The office's figures: right by days in Tokyo, by cut, and of a past day the same for ever."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.ledger.correcting import NOT_A_MISLINK, VISIT, on_duty
from hub.office.history import FIRST, HEALTH, STEPS, Step, compared, day_of, do, everything, happened
from hub.people import CARD_UPTAKE, applies
from hub.sample_pay import NUMBER, REGISTER
from mynapoint.hub.applications.actions import prove_registration
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.ledger import corrections
from mynapoint.hub.ledger.counted_days import SETTLED_DAYS
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.office import figures
from mynapoint.hub.office.backlog import backlog
from mynapoint.hub.office.counting import count_days, unlike
from mynapoint.hub.office.figures import ALL, Cut, Tally, day_end
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.staff.models import Role
from mynapoint.programme.values import Points, tokyo_midnight
from property_examples import examples

DAYS = [FIRST + timedelta(days=nth) for nth in range(5)]


@pytest.fixture
def _register(db: None) -> None:
    import_register(REGISTER)


@pytest.mark.usefixtures("_register")
@given(steps=STEPS, counted_on=st.frozensets(st.sampled_from(DAYS)))
@settings(examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_said_of_a_past_day_is_said_again_whatever_came_later_and_once_it_is_counted(
    steps: list[Step], counted_on: frozenset[date]
) -> None:
    said: dict[date, tuple[object, ...]] = {}
    added = dict.fromkeys(DAYS, Tally())
    open_ones: list[Application] = []
    with transaction.atomic():
        for step in steps:
            for day in DAYS:
                if day < day_of(step) and day not in said:
                    said[day] = everything(day)
                    if day in counted_on:
                        count_days(now=day_end(day))
            added[day_of(step)] += do(step, open_ones)

        so_far = dict(zip(DAYS, accumulate(added.values()), strict=True))
        in_the_end = compared(DAYS[-1])
        for last in (FIRST - timedelta(days=1), DAYS[1], DAYS[-1]):
            count_days(now=tokyo_midnight(last + timedelta(days=SETTLED_DAYS)))
            for day, words in said.items():
                assert everything(day) == words
            assert {day: figures.cells(as_of=day).total() for day in DAYS} == so_far
            assert compared(DAYS[-1]) == in_the_end
        assert list(unlike()) == []
        transaction.set_rollback(True)


@pytest.mark.usefixtures("_register")
def test_the_last_second_of_a_day_in_tokyo_is_its_own_and_the_next_is_not() -> None:
    happened(Step(86_399, CARD_UPTAKE, 0), Step(86_400, CARD_UPTAKE, 0))

    assert figures.cells(as_of=FIRST).total().applications == 1
    days = figures.cells(as_of=DAYS[2]).by_day(first=FIRST, last=DAYS[2])
    assert [one.applications for one in days.values()] == [1, 1, 0]


@pytest.mark.usefixtures("_register")
def test_every_cut_counts_its_own_alone() -> None:
    happened(Step(0, CARD_UPTAKE, 0), Step(1, HEALTH, 0), Step(2, CARD_UPTAKE, 700))

    assert figures.cells(as_of=FIRST, cut=Cut(incentive=CARD_UPTAKE)).total() == Tally(1, Points(700))
    assert figures.cells(as_of=FIRST, cut=Cut("round2", HEALTH, NUMBER)).total() == Tally(1, Points(0))
    assert figures.cells(as_of=FIRST, cut=Cut(service_number="MP9999999")).total() == Tally()
    assert figures.cells(as_of=FIRST, cut=ALL).by_service() == {NUMBER: Tally(2, Points(700))}
    assert list(figures.cells(as_of=FIRST).by_incentive()) == [("round2", CARD_UPTAKE), ("round2", HEALTH)]


@pytest.mark.usefixtures("_register")
def test_what_waits_is_counted_by_its_age_and_ends_when_it_is_done() -> None:
    (application,) = happened(Step(0, HEALTH, 0))
    prove_registration(
        resident=application.resident, incentive=HEALTH, proven_on=FIRST, source="register", now=application.applied_at
    )

    counts = {day: backlog(as_of=FIRST + timedelta(days=day))[0].counts for day in (0, 2, 3, 6, 7, 29, 30, 400)}

    assert [counts[day].index(1) for day in counts] == [0, 0, 1, 1, 2, 3, 4, 4]
    assert backlog(as_of=FIRST - timedelta(days=1))[0].in_all == 0


def waits(code: str, on: date) -> int:
    return next(one.in_all for one in backlog(as_of=on) if one.code == code)


@pytest.mark.usefixtures("_register")
def test_an_application_that_was_stopped_waits_for_no_award_and_its_correction_waits_until_decided() -> None:
    (application,) = happened(Step(0, HEALTH, 0))
    prove_registration(
        resident=application.resident, incentive=HEALTH, proven_on=FIRST, source="register", now=application.applied_at
    )
    first, second = on_duty(name="first"), on_duty(Role.SUPERVISOR, name="second")
    at = application.applied_at + timedelta(days=1)
    correction = corrections.open_correction(application=application, by=first, now=at, municipality="hadano")
    corrections.add_evidence(correction=correction, evidence=VISIT, reference="12", by=first, now=at)
    corrections.propose(correction=correction, outcome=NOT_A_MISLINK, staff=first, now=at)
    corrections.approve(correction=correction, staff=second, now=at + timedelta(days=1))

    assert [waits("awards", day) for day in DAYS[:3]] == [1, 0, 1]
    assert [waits("corrections", day) for day in DAYS[:3]] == [0, 1, 0]


@pytest.mark.usefixtures("_register")
def test_a_double_application_waits_from_the_day_its_case_was_opened() -> None:
    old, new = CertificateId("bb", "1"), CertificateId("bb", "2")
    step = Step(0, CARD_UPTAKE, 0)
    applies(old, step.at)
    applies(new, step.at + timedelta(minutes=1))
    take_links([(1, Link(old, new))], source="test", now=step.at + timedelta(days=2))

    assert [backlog(as_of=day)[1].in_all for day in DAYS[:3]] == [0, 0, 1]
