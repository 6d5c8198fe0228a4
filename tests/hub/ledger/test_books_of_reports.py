"""Reports sent twice, in parts, out of order or cut off: the books are in the end as one clean report leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import clock
from hub.people import CARD_UPTAKE, applies
from hub.sample_pay import NUMBER, REGISTER
from mynapoint.exchange.codec import MalformedMessage, encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.hub.books.budgets import standings
from mynapoint.hub.books.models import Account
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger import actions
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.models import LedgerEntry, RecordedTotal
from mynapoint.hub.ledger.releasing import NotOver, release_room
from mynapoint.hub.ledger.reports import parse_report
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber
from property_examples import examples

CAP = 5_000
HEALTH = IncentiveId("health_insurance")


class Cut(Exception):
    """The connection ends before the hub has answered."""


@pytest.fixture
def people(db: None) -> list[str]:
    import_register(REGISTER)
    return [str(applies(CertificateId("aa", f"{number}"), clock.START).pk) for number in range(3)]


def sent(lines: Sequence[AwardLine], report_id: str, *, up_to: Any = clock.START) -> bytes:
    total = Points(sum(line.points for line in lines))
    return encode_lines([AwardReportHeader(report_id, ServiceNumber(NUMBER), up_to, len(lines), total), *lines])


def recorded(body: bytes) -> bytes:
    service = PaymentService.objects.get(number=NUMBER)
    return actions.record_awards(
        service=service,
        key=ProviderKey(key_id="sample-pay-1", provider=service.provider),
        report=parse_report(body),
        body=body,
        now=clock.START,
    ).body


def books() -> dict[str, Any]:
    assert audit_books() == []
    return {
        "entries": sorted(LedgerEntry.objects.values_list("line_id", "application", "points", "posted_on")),
        "totals": sorted(RecordedTotal.objects.values_list("resident", "recorded", "over_cap")),
        "accounts": standings(),
    }


@st.composite
def transmissions(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[list[int]]]:
    """Awards that keep to every cap in any order, and parts that hold each of them at least once, some cut off."""
    awards = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, CAP // 8)), min_size=1, max_size=8))
    places = list(range(len(awards)))
    again = draw(st.lists(st.sampled_from(places), max_size=6))
    order = draw(st.permutations(places + again))
    ends = sorted(draw(st.lists(st.integers(0, len(order)), max_size=3)))
    return awards, [order[a:b] for a, b in zip([0, *ends], [*ends, len(order)], strict=True)]


@settings(parent=examples(20), suppress_health_check=list(HealthCheck), deadline=None)
@given(sending=transmissions(), cuts=st.sets(st.integers(0, 3)), by_set=st.booleans())
def test_however_it_is_sent_the_books_are_as_one_clean_report_leaves_them(
    people: list[str], sending: tuple[list[tuple[int, int]], list[list[int]]], cuts: set[int], by_set: bool
) -> None:
    awards, parts = sending
    lines = [
        AwardLine(f"l-{place}", people[who], CARD_UPTAKE, Points(points), date(2022, 7, 15))
        for place, (who, points) in enumerate(awards)
    ]
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(actions, "LINES_MIN", 0 if by_set else 1_000_000)
        with transaction.atomic():
            recorded(sent(lines, "clean"))
            clean = books()
            transaction.set_rollback(True)
        for number, part in enumerate(parts):
            body = sent([lines[place] for place in part], f"part-{number}")
            if number in cuts:
                with pytest.raises(Cut), transaction.atomic():
                    raise Cut(recorded(body))
                with pytest.raises(MalformedMessage):
                    parse_report(body[: len(body) * 2 // 3])
            first = recorded(body)
            assert recorded(body) == first

        assert books() == clean
        transaction.set_rollback(True)


def test_room_is_released_when_everything_was_reported_and_not_before(people: list[str]) -> None:
    line = AwardLine("l-1", people[0], CARD_UPTAKE, Points(900), date(2022, 7, 15))
    recorded(sent([line], "r-1"))
    late = clock.START + timedelta(days=600)
    with pytest.raises(NotOver, match="has reported up to"):
        release_room("round2", CARD_UPTAKE, now=late)
    recorded(sent([], "r-2", up_to=late))
    with pytest.raises(NotOver):
        release_room("round2", CARD_UPTAKE, now=clock.START)

    assert release_room("round2", CARD_UPTAKE, now=late) == 3 * CAP - 900
    assert release_room("round2", CARD_UPTAKE, now=late) == 0
    assert b'"reason":"stopped"' in recorded(
        sent([AwardLine("l-2", people[0], CARD_UPTAKE, Points(1), date(2022, 7, 15))], "r-3")
    )
    recorded(sent([AwardLine("l-3", people[0], CARD_UPTAKE, Points(-900), date(2022, 7, 15))], "r-4"))
    assert {one.balances[Account.RESERVED] for one in standings()} == {0}, "what is clawed back now is free"
    assert sum(recorded for _, recorded, _ in books()["totals"]) == 0


def test_a_fixed_sum_is_not_closed_while_its_last_day_is_not_known(people: list[str]) -> None:
    applies(CertificateId("aa", "0"), clock.START, HEALTH)

    with pytest.raises(NotOver, match="not known yet"):
        release_room("round2", HEALTH, now=clock.START + timedelta(days=600))
