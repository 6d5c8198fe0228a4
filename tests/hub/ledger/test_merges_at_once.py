"""A link that comes while its certificate is at work, on a database file: either way the person has one application."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub import clock
from hub.at_once import all_at_once
from hub.people import applies, awarded, reserves
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.applications.models import Application, StandingApplication
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.identity.models import Credential, Resident
from mynapoint.hub.ledger.merges import join_links, take_links
from mynapoint.hub.ledger.models import DoubleApplication, LedgerEntry, RecordedTotal

OLD, NEW, NEWEST = (CertificateId("aa", serial) for serial in "123")
LATER = clock.START + timedelta(minutes=1)
TURNS = 5


def arrives(*links: Link) -> None:
    take_links(list(enumerate(links, start=2)), source="card authority", now=LATER)


def only_refused_for(outcomes: list[object], *allowed: Refusal) -> None:
    errors = [one for one in outcomes if isinstance(one, Exception)]
    assert all(isinstance(one, Refused) and one.refusal in allowed for one in errors), errors


@pytest.mark.usefixtures("file_database")
@pytest.mark.parametrize("turn", range(TURNS))
def test_a_link_coming_while_the_new_certificate_applies_leaves_one_standing(turn: int) -> None:
    applies(OLD, clock.START)
    reserves(NEW, LATER)

    outcomes = all_at_once(lambda: applies(NEW, LATER), lambda: arrives(Link(OLD, NEW)))

    only_refused_for(outcomes, Refusal.ALREADY_APPLIED, Refusal.RECORDS_JOINED, Refusal.OTHER_PERSONS_CARD)
    assert Resident.objects.filter(merged_into=None).count() == 1
    assert StandingApplication.objects.count() == 1
    assert DoubleApplication.objects.count() == Application.objects.count() - 1


@pytest.mark.usefixtures("file_database")
@pytest.mark.parametrize("turn", range(TURNS))
def test_a_link_coming_while_the_new_certificate_signs_in_first_leaves_one_resident(turn: int) -> None:
    applies(OLD, clock.START)

    outcomes = all_at_once(lambda: reserves(NEW, LATER), lambda: arrives(Link(OLD, NEW)))

    only_refused_for(outcomes, Refusal.ALREADY_RESERVED)
    join_links(now=LATER)
    assert Resident.objects.filter(merged_into=None).count() == 1
    assert Credential.objects.count() == 2


@pytest.mark.usefixtures("file_database")
@pytest.mark.parametrize("turn", range(TURNS))
def test_two_links_of_one_chain_at_once_leave_one_resident(turn: int) -> None:
    for minute, one in enumerate((OLD, NEW, NEWEST)):
        applies(one, clock.START + timedelta(minutes=minute))

    outcomes = all_at_once(
        lambda: arrives(Link(NEW, NEWEST)), lambda: arrives(Link(OLD, NEW)), lambda: arrives(Link(OLD, NEW))
    )

    only_refused_for(outcomes)
    assert Resident.objects.filter(merged_into=None).count() == 1
    signed = StandingApplication.objects.get().application.consent.credential
    assert signed is not None
    assert signed.serial == OLD.serial
    assert DoubleApplication.objects.count() == 2


@pytest.mark.usefixtures("file_database")
@pytest.mark.parametrize("turn", range(TURNS))
def test_a_link_coming_while_both_are_awarded_never_lets_the_two_pass_the_cap_unseen(turn: int) -> None:
    first, last = applies(OLD, clock.START), applies(NEW, LATER)
    awarded(first, 3_000, LATER)

    all_at_once(
        lambda: awarded(last, 3_000, LATER),
        lambda: arrives(Link(OLD, NEW)),
        lambda: awarded(first, 1_000, LATER),
    )

    total = RecordedTotal.objects.get()
    assert total.in_all == sum(LedgerEntry.objects.values_list("points", flat=True))
    assert total.recorded == min(total.in_all, 5_000)
    case = DoubleApplication.objects.get()
    assert total.over_cap <= max(case.points_earlier + case.points_later - 5_000, 0), "only what came before"
