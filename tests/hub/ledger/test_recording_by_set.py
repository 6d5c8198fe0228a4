"""A large report on PostgreSQL: recorded by sets as it would be line by line, the same answer and the same rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import clock
from hub.at_once import all_at_once
from hub.ledger.test_reports_at_once import applied
from hub.people import CARD_UPTAKE, applies, awarded
from hub.sample_pay import NUMBER, REGISTER
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.hub.applications.models import Application, StandingApplication
from mynapoint.hub.books.models import Movement
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger import actions
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.ledger.models import LedgerEntry, RecordedTotal
from mynapoint.hub.ledger.reports import parse_report
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber
from property_examples import examples

ONLY_ON = "postgresql"
HEALTH = IncentiveId("health_insurance")
KEYS = ["k1", "k2", "k3", "k4", "k5", "k6", "kept"]
ROWS = st.tuples(
    st.sampled_from(KEYS),
    st.integers(0, 7),
    st.sampled_from([CARD_UPTAKE, CARD_UPTAKE, CARD_UPTAKE, HEALTH]),
    st.sampled_from([1, 300, 300, 2_500, 5_000, -300, -1]),
)


def report(rows: Sequence[tuple[str, str, IncentiveId, int]], report_id: str = "big") -> bytes:
    lines = [AwardLine(key, who, what, Points(points), date(2022, 7, 15)) for key, who, what, points in rows]
    total = Points(sum(line.points for line in lines))
    return encode_lines([AwardReportHeader(report_id, ServiceNumber(NUMBER), clock.START, len(lines), total), *lines])


def recorded(body: bytes, *, by_set: bool) -> bytes:
    service = PaymentService.objects.get(number=NUMBER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "LINES_MIN", 0 if by_set else 1_000_000)
        return actions.record_awards(
            service=service,
            key=ProviderKey(key_id="sample-pay-1", provider=service.provider),
            report=parse_report(body),
            body=body,
            now=clock.START,
        ).body


def kept() -> dict[str, Any]:
    about = ("line_id", "application", "points", "posted_on", "recorded_at", "payment_service")
    moved = ("kind", "from_account", "to_account", "points", "budget", "service_number")
    return {
        "entries": set(LedgerEntry.objects.values_list(*about)),
        "totals": set(RecordedTotal.objects.values_list("resident", "incentive", "recorded", "over_cap", "points_max")),
        "movements": sorted(Movement.objects.values_list(*moved)),
    }


@pytest.fixture
def people(db: None) -> list[str]:
    """Five applications, one of them stopped by a merge; one for a fixed sum; and two that are none."""
    import_register(REGISTER)
    made = [applies(CertificateId("aa", f"{number}"), clock.START + timedelta(seconds=number)) for number in range(5)]
    awarded(made[0], 4_000, clock.START)
    awarded(made[4], 2_000, clock.START)
    take_links([(1, Link(CertificateId("aa", "3"), CertificateId("aa", "4")))], source="test", now=clock.START)
    made.append(applies(CertificateId("aa", "0"), clock.START, HEALTH))
    return [*(str(one.pk) for one in made), str(uuid.UUID(int=1)), "no-uuid"]


@settings(parent=examples(30), suppress_health_check=list(HealthCheck), deadline=None)
@given(rows=st.lists(ROWS, max_size=9))
def test_by_sets_or_line_by_line_the_answer_and_the_rows_are_the_same(
    people: list[str], rows: list[tuple[str, int, IncentiveId, int]]
) -> None:
    body = report([(key, people[who], what, points) for key, who, what, points in rows])
    outcomes = []
    for by_set in (True, False):
        with transaction.atomic():
            recorded(report([("kept", people[0], CARD_UPTAKE, 300)], "before"), by_set=False)
            outcomes.append((recorded(body, by_set=by_set), kept()))
            assert audit_books() == []
            transaction.set_rollback(True)

    assert outcomes[0] == outcomes[1]


def test_plain_lines_are_recorded_together_and_the_others_judged(
    people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[int] = []
    judge = actions._judge

    def counted(service: PaymentService, lines: Sequence[tuple[int, AwardLine]]) -> Any:
        judged.append(len(lines))
        return judge(service, lines)

    monkeypatch.setattr(actions, "_judge", counted)

    answer = recorded(
        report(
            [
                ("k1", people[1], CARD_UPTAKE, 300),
                ("k2", people[1], CARD_UPTAKE, 4_700),
                ("k3", people[2], CARD_UPTAKE, 5_001),
                ("k4", people[7], CARD_UPTAKE, 1),
                ("k5", people[2], CARD_UPTAKE, 300),
            ]
        ),
        by_set=True,
    )

    assert judged == [1], "the one that names no application; the cap is judged by sets"
    assert b'"accepted":3,"repeated":0,"refused":2,"points_accepted":5300' in answer
    assert Application.objects.count() == 6


def test_a_line_for_a_stopped_application_is_judged_singly_in_a_large_report_too(people: list[str]) -> None:
    body = report([("k1", people[4], CARD_UPTAKE, 300), ("k2", people[1], CARD_UPTAKE, 300)])
    outcomes = []
    for by_set in (True, False):
        with transaction.atomic():
            outcomes.append((recorded(body, by_set=by_set), kept()))
            transaction.set_rollback(True)

    assert b'"accepted":1,"repeated":0,"refused":1' in outcomes[0][0]
    assert outcomes[0] == outcomes[1]


def test_what_was_applied_for_before_a_merge_counts_for_who_the_person_is(people: list[str]) -> None:
    later = applies(CertificateId("aa", "9"), clock.START + timedelta(minutes=1), HEALTH)
    take_links([(2, Link(CertificateId("aa", "1"), CertificateId("aa", "9")))], source="test", now=clock.START)
    later.resident.refresh_from_db()
    body = report([("k1", str(later.pk), HEALTH, 2_500), ("k2", people[1], CARD_UPTAKE, 300)])
    outcomes = []
    for by_set in (True, False):
        with transaction.atomic():
            outcomes.append((recorded(body, by_set=by_set), kept()))
            transaction.set_rollback(True)

    who = Application.objects.get(pk=people[1]).resident_id
    assert later.resident.merged_into_id == who
    assert {(who, HEALTH, 2_500), (who, CARD_UPTAKE, 300)} <= {total[:3] for total in outcomes[0][1]["totals"]}
    assert outcomes[0] == outcomes[1]


def test_everybody_in_a_large_report_is_locked_until_it_is_recorded(file_database: None) -> None:
    application = applied("aoki")
    recorded(report([("k0", str(application.pk), CARD_UPTAKE, 300)], "before"), by_set=True)  # a new total locks, too

    @transaction.atomic
    def locks() -> Resident:
        return Resident.objects.select_for_update(no_key=True, nowait=True).get(pk=application.resident_id)

    with transaction.atomic():
        recorded(report([("k1", str(application.pk), CARD_UPTAKE, 300)]), by_set=True)
        (outcome,) = all_at_once(locks)

    assert isinstance(outcome, OperationalError), "nobody merges a person, or opens a correction, in between"


def test_a_large_report_is_looked_up_by_its_keys_alone_however_small_a_table(
    people: list[str],
) -> None:
    grow_with_the_nation = (Application, Movement, Resident, LedgerEntry, RecordedTotal, StandingApplication)
    names = [one._meta.db_table for one in grow_with_the_nation]

    def read_whole() -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = ANY(%s::text[])", [names]
            )
            return dict(cursor.fetchall())

    recorded(report([("k0", people[1], CARD_UPTAKE, 300)], "before"), by_set=True)
    before = read_whole()
    recorded(report([("k1", people[1], CARD_UPTAKE, 300), ("k2", people[2], CARD_UPTAKE, 300)]), by_set=True)

    assert read_whole() == before
