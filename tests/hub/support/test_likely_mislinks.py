"""Likely mislinks of a whole nation: looked at by slices, the newest first, each finding once and none left out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub import clock
from hub.office.history import HEALTH
from hub.people import CARD_UPTAKE, draft, link, reserves, signature, signs_in
from hub.sample_pay import REGISTER
from hub.staff.desk import at_work
from mynapoint.hub.applications import actions
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.actions import signer
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.staff.models import Role, StaffSession
from mynapoint.hub.support import likely_mislinks as module
from mynapoint.hub.support.likely_mislinks import LOOKED_BACK, likely_mislinks
from mynapoint.hub.support.models import Ending, Visit
from mynapoint.programme.values import IncentiveId

NOW = clock.START + timedelta(days=1)


def applied(who: str, holder: str, incentive: IncentiveId = CARD_UPTAKE, *, minutes: int = 0) -> Application:
    """Somebody applies with an account whose masked name is ``holder``."""
    name, at = CertificateId("aa", who), clock.START + timedelta(minutes=minutes)
    reserves(name, at)
    resident = signs_in(name, at)
    mine = draft(resident, incentive, at)
    mine.masked_holder = holder
    mine.save()
    signed = signature(name, at, subject=str(mine.pk))
    return actions.apply(
        draft=mine, signature=signed, credential=signer(signature=signed, resident=resident, now=at), now=at
    )


@pytest.fixture
def history(db: None) -> list[Application]:
    """青木 and 石田 apply twice, 石田 once with another's account; 上野 before and after a new card, linked later."""
    import_register(REGISTER)
    made = [
        applied("aoki", "ア*キ ハ*コ"),
        applied("ishida", "イ*ダ ミ*ル", minutes=1),
        applied("aoki", "アオ* ハナ*", HEALTH, minutes=2),
        applied("ishida", "ウ*ノ サ*ラ", HEALTH, minutes=3),
        applied("ueno", "ウ*ノ サ*ラ", minutes=4),
        applied("ueno-2", "サ*プル タ*ウ", HEALTH, minutes=5),
    ]
    take_links([(1, link(CertificateId("aa", "ueno"), CertificateId("aa", "ueno-2")))], source="test", now=NOW)
    return made


@pytest.fixture
def visits(history: list[Application]) -> None:
    """Each of these applications was made in a visit of its own, twenty seconds after the one before it."""
    at_work(Role.HELPER, "hadano")
    session = StaffSession.objects.get()
    for one in history:
        Visit.objects.create(
            terminal=session.terminal,
            municipality="hadano",
            staff_session=session,
            resident=one.resident,
            begun_at=one.applied_at - timedelta(seconds=30),
            seen_at=one.applied_at,
            ended_at=one.applied_at + timedelta(seconds=10),
            ending=Ending.KEY,
        )


def looked_through(municipality: str = "") -> list[Application]:
    """What is found from the newest on, slice after slice."""
    found: list[Application] = []
    before: int | None = None
    while True:
        looked = likely_mislinks(municipality, now=NOW, before=before)
        found += [one.application for one in looked.found]
        if looked.older is None:
            return found
        before = looked.older


@pytest.mark.parametrize("at_a_time", [1, 2, 4, 6, 10_000])
def test_names_that_cannot_be_one_are_found_whatever_the_slices(
    history: list[Application], monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(module, "LOOKED_AT", at_a_time)

    assert looked_through() == [history[nth] for nth in (5, 4, 3, 1)]


def test_one_look_asks_as_much_however_many_have_applied(
    history: list[Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKED_AT", 2)

    with CaptureQueriesContext(connection) as few:
        likely_mislinks("", now=NOW)
    for nth in range(5):
        applied(f"one-{nth}", "ア*キ ハ*コ", minutes=10 + nth)
    with CaptureQueriesContext(connection) as more:
        likely_mislinks("", now=NOW)

    assert len(more) <= len(few)


@pytest.mark.usefixtures("visits")
@pytest.mark.parametrize("municipality", ["", "hadano"])
@pytest.mark.parametrize("listed", [1, 2, 200])
def test_what_is_not_listed_at_once_is_listed_next(
    history: list[Application], monkeypatch: pytest.MonkeyPatch, municipality: str, listed: int
) -> None:
    monkeypatch.setattr(module, "LISTED_MAX", listed)

    assert looked_through(municipality) == [history[nth] for nth in (5, 4, 3, 2, 1)], "the first came after nobody"
    assert looked_through("nishitokyo") == []


@pytest.mark.usefixtures("visits")
@pytest.mark.parametrize("municipality", ["", "hadano"])
def test_one_look_asks_as_much_however_many_came_one_after_the_other(municipality: str) -> None:
    with CaptureQueriesContext(connection) as more:
        likely_mislinks(municipality, now=NOW)
    Visit.objects.filter(
        begun_at__range=(clock.START + timedelta(minutes=1), clock.START + timedelta(minutes=3))
    ).delete()
    with CaptureQueriesContext(connection) as few:
        likely_mislinks(municipality, now=NOW)

    assert len(more) <= len(few)


def test_what_is_older_than_three_months_is_not_looked_at(history: list[Application]) -> None:
    assert likely_mislinks("", now=NOW + LOOKED_BACK).found == []
