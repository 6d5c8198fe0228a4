"""Claims on the office's dashboard: claimed, approved and paid by service and month, as of any day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hub import clock
from hub.people import CARD_UPTAKE, applies, awarded
from hub.sample_pay import NUMBER, REGISTER
from hub.settlement.desk_of_claims import AFTER_ALL, Office, claims, has_account, is_shown, office, service
from hub.staff.desk import at_work
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.office import figures
from mynapoint.hub.office.backlog import backlog
from mynapoint.hub.office.figures import Claimed, Cut
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.settlement import actions, payments
from mynapoint.hub.settlement.models import Claim, Payment
from mynapoint.hub.staff.models import Role
from mynapoint.programme.values import Points, tokyo_day

DAY = timedelta(days=1)
JULY = (NUMBER, "2022-07")


@pytest.fixture
def at(db: None) -> Office:
    import_register(REGISTER)
    made = office()
    has_account(made, clock.START)
    awarded(applies(CertificateId("aa", "1"), clock.START), 3_000, clock.START)
    return made


def goes_through(at: Office, now: datetime) -> Payment:
    """A claim of July that was refused, another that is checked, approved and paid, a day each."""
    actions.refuse(claims(2_999, "2022-07", now), why="額が違います", staff=at.first, now=now)
    claim = claims(3_000, "2022-07", now)
    is_shown(claim, at.first, now)
    actions.check(Claim.objects.get(pk=claim.pk), staff=at.first, now=now)
    actions.approve(Claim.objects.get(pk=claim.pk), staff=at.second, now=now + DAY)
    return payments.pay(service(), staff=at.first, now=now + 2 * DAY)


def test_a_claim_is_counted_as_it_stood_at_the_end_of_each_day_whatever_came_later(at: Office) -> None:
    payment = goes_through(at, AFTER_ALL)
    payments.take_back(payment, why="口座なし", staff=at.first, now=AFTER_ALL + 3 * DAY)

    first = tokyo_day(AFTER_ALL)
    told = [figures.by_claim(as_of=first + nth * DAY) for nth in range(-1, 4)]

    all_, nothing = Points(3_000), Points(0)
    assert told == [
        {},
        {JULY: Claimed(all_, nothing, nothing)},
        {JULY: Claimed(all_, all_, nothing)},
        {JULY: Claimed(all_, all_, all_)},
        {JULY: Claimed(all_, all_, nothing)},
    ]


def test_a_claim_waits_until_it_is_approved_or_sent_back(at: Office) -> None:
    goes_through(at, AFTER_ALL)

    first = tokyo_day(AFTER_ALL)
    waiting = [backlog(as_of=first + nth * DAY) for nth in range(-1, 2)]
    assert [one.in_all for kinds in waiting for one in kinds if one.code == "claims"] == [0, 1, 0]


def test_claims_are_cut_as_everything_is_and_the_latest_month_is_first(at: Office) -> None:
    goes_through(at, AFTER_ALL)
    claims(0, "2022-08", AFTER_ALL)

    as_of = tokyo_day(AFTER_ALL)
    assert list(figures.by_claim(as_of=as_of)) == [(NUMBER, "2022-08"), JULY]
    assert JULY in figures.by_claim(as_of=as_of, cut=Cut("round2", CARD_UPTAKE, NUMBER))
    assert figures.by_claim(as_of=as_of, cut=Cut(service_number="MP9999999")) == {}
    assert figures.by_claim(as_of=as_of, cut=Cut("round1", CARD_UPTAKE)) == {}


def test_the_dashboard_and_its_csv_say_what_was_claimed(at: Office) -> None:
    goes_through(at, AFTER_ALL)
    clock.move_to(AFTER_ALL + DAY)
    reader = at_work(Role.OFFICE, terminal="three", name="third").client

    html = reader.get("/staff/office/").content.decode()
    sheet = reader.get("/staff/office/claim.csv").content.decode("utf-8-sig").splitlines()

    assert "サンプルPay 2022年7月" in html
    assert sheet == ["as_of,claim,claimed,approved,paid", f"{tokyo_day(AFTER_ALL + DAY)},{NUMBER}.2022-07,3000,3000,0"]
