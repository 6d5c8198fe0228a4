"""Two residents who are one person: one cap from the merge on, one application stands, no claw-back by itself."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from hub import clock
from hub.people import applies, awarded, reserves
from hub.sample_pay import REGISTER
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications import applying
from mynapoint.hub.applications.actions import prove_registration
from mynapoint.hub.applications.cases import Opened
from mynapoint.hub.applications.models import Application, Notice, Registration, StandingApplication
from mynapoint.hub.applications.standing import applications_of
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.identity.models import Credential, Resident, SerialLink
from mynapoint.hub.ledger.merges import Taken, join_links, take_links
from mynapoint.hub.ledger.models import DoubleApplication, LedgerEntry, RecordedTotal
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.programme.values import IncentiveId

OLD, NEW, NEWEST = (CertificateId("aa", serial) for serial in "123")
OTHER_ROOT = CertificateId("bb", "2")
LATER = clock.START + timedelta(minutes=1)
HEALTH = IncentiveId("health_insurance")


@pytest.fixture(autouse=True)
def _register(db: None) -> None:
    import_register(REGISTER)


def arrives(*links: Link) -> Taken:
    return take_links(list(enumerate(links, start=2)), source="card authority", now=LATER)


@pytest.fixture
def first() -> Application:
    return applies(OLD, clock.START)


@pytest.fixture
def second(first: Application) -> Application:
    return applies(NEW, LATER)


def test_what_only_one_of_them_applied_for_stands_for_the_person(first: Application) -> None:
    reserves(NEW, LATER)
    only_new = applies(NEW, LATER, HEALTH)

    taken = arrives(Link(OLD, NEW))

    assert (taken.new, taken.merged, taken.cases) == (1, 1, 0)
    survivor = Resident.objects.get(merged_into=None)
    assert {row.application for row in StandingApplication.objects.filter(resident=survivor)} == {first, only_new}
    assert list(applications_of(survivor)) == [first, only_new]
    assert only_new.resident != survivor, "under whom it was made is not rewritten"


@pytest.mark.usefixtures("first")
def test_whoever_is_joined_with_another_while_they_apply_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    read = applying.open_case

    def joined_before(**known: Any) -> Opened:
        arrives(Link(OLD, NEW))
        return read(**known)

    monkeypatch.setattr(applying, "open_case", joined_before)

    with pytest.raises(Refused) as refused:
        applies(NEW, LATER)

    assert refused.value.refusal is Refusal.RECORDS_JOINED
    assert StandingApplication.objects.count() == 1


def test_the_later_of_two_applications_is_stopped_and_the_case_says_what_each_was_given(
    first: Application, second: Application
) -> None:
    awarded(first, 1_500, LATER)
    awarded(second, 3_000, LATER)

    arrives(Link(OLD, NEW))

    case = DoubleApplication.objects.get()
    assert (case.earlier, case.later, case.points_earlier, case.points_later) == (first, second, 1_500, 3_000)
    assert (case.state, case.decided_at) == ("open", None)
    stop = Notice.objects.get(kind=NoticeKind.STOP.value)
    assert (stop.application, stop.room, stop.points) == (second, 0, 0)
    assert AuditRecord.objects.get(act=Act.DOUBLE_APPLICATION_FOUND).details["points"] == 4_500
    assert LedgerEntry.objects.count() == 2, "nothing is clawed back by itself"


def test_from_the_merge_on_the_two_share_one_cap_and_the_stopped_one_gets_nothing(
    first: Application, second: Application
) -> None:
    awarded(first, 1_500, LATER)
    awarded(second, 3_000, LATER)
    arrives(Link(OLD, NEW))

    assert b'"stopped"' in awarded(second, 100, LATER)
    assert b'"over_cap"' in awarded(first, 501, LATER)
    assert b'"accepted":1' in awarded(first, 500, LATER)
    total = RecordedTotal.objects.get()
    assert (total.recorded, total.over_cap) == (5_000, 0)


def test_what_was_given_beyond_the_cap_before_is_told_apart_and_only_falls(
    first: Application, second: Application
) -> None:
    awarded(first, 5_000, LATER)
    awarded(second, 4_000, LATER)
    arrives(Link(OLD, NEW))
    total = RecordedTotal.objects.get()
    assert (total.recorded, total.over_cap) == (5_000, 4_000)

    assert b'"over_cap"' in awarded(first, 1, LATER)
    assert b'"accepted":1' in awarded(second, -4_000, LATER), "the provider may claw back"
    assert b'"below_zero"' in awarded(second, -1, LATER), "but not what another provider gave"
    total.refresh_from_db()
    assert (total.recorded, total.over_cap) == (5_000, 0)


def test_a_registration_proven_under_one_and_an_application_under_the_other_meet(first: Application) -> None:
    application = applies(OLD, clock.START, HEALTH)
    reserves(NEW, LATER)
    new = Credential.objects.get(serial=NEW.serial).resident
    prove_registration(resident=new, incentive=HEALTH, proven_on=date(2022, 7, 1), source="register", now=LATER)
    assert not Notice.objects.filter(kind=NoticeKind.AWARD_INSTRUCTION.value).exists()

    arrives(Link(OLD, NEW))

    assert Notice.objects.get(kind=NoticeKind.AWARD_INSTRUCTION.value).application == application
    assert Registration.objects.get().resident == new


def test_a_fixed_sum_is_not_instructed_while_two_applications_for_it_are_in_a_case() -> None:
    applies(OLD, clock.START, HEALTH)
    applies(NEW, LATER, HEALTH)
    old, new = (row.resident for row in Credential.objects.order_by("id"))
    prove_registration(resident=new, incentive=HEALTH, proven_on=date(2022, 7, 1), source="register", now=LATER)
    given = list(Notice.objects.filter(kind=NoticeKind.AWARD_INSTRUCTION.value))

    arrives(Link(OLD, NEW))
    prove_registration(resident=old, incentive=HEALTH, proven_on=date(2022, 7, 1), source="register", now=LATER)

    assert list(Notice.objects.filter(kind=NoticeKind.AWARD_INSTRUCTION.value)) == given
    assert DoubleApplication.objects.count() == 1


def test_the_same_serial_of_another_root_is_another_certificate(first: Application) -> None:
    applies(OTHER_ROOT, LATER)

    taken = arrives(Link(OLD, NEW))

    assert (taken.new, taken.merged) == (1, 0)
    assert DoubleApplication.objects.count() == 0


def test_a_link_changes_nothing_the_second_time(first: Application, second: Application) -> None:
    arrives(Link(OLD, NEW))
    notices = Notice.objects.count()

    taken = arrives(Link(OLD, NEW), Link(OLD, NEW))

    assert (taken.new, taken.known, taken.merged, taken.cases) == (0, 2, 0, 0)
    assert Notice.objects.count() == notices


def test_links_between_certificates_nobody_has_seen_join_them_when_they_come(first: Application) -> None:
    arrives(Link(NEW, NEWEST), Link(OLD, NEW))

    reserves(NEWEST, LATER)

    assert Resident.objects.count() == 1


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (Link(OLD, OLD), "same certificate"),
        (Link(NEWEST, OLD), "come before"),
        (Link(OLD, OTHER_ROOT), "replaced by another"),
        (Link(OTHER_ROOT, NEW), "replace another"),
    ],
)
def test_a_link_that_contradicts_what_is_known_is_refused_alone_and_put_on_record(link: Link, why: str) -> None:
    arrives(Link(OLD, NEW), Link(NEW, NEWEST))

    taken = arrives(link, Link(CertificateId("cc", "1"), CertificateId("cc", "2")))

    assert taken.new == 1
    assert [(line, why in sentence) for line, sentence in taken.refused] == [(2, True)]
    assert AuditRecord.objects.get(act=Act.LINK_REFUSED).details["line"] == 2


def test_the_database_refuses_a_merge_that_forgets_the_application(first: Application) -> None:
    reserves(NEW, LATER)
    old, new = Resident.objects.order_by("first_seen_at")

    with pytest.raises(IntegrityError, match="resident_has_standing"), transaction.atomic():
        Resident.objects.filter(pk=old.pk).update(merged_into=new)


def test_the_database_refuses_a_merge_that_forgets_the_points(first: Application) -> None:
    awarded(first, 100, LATER)
    reserves(NEW, LATER)
    old, new = Resident.objects.order_by("first_seen_at")
    StandingApplication.objects.all().delete()

    with pytest.raises(IntegrityError, match="resident_has_total"), transaction.atomic():
        Resident.objects.filter(pk=old.pk).update(merged_into=new)


def test_the_database_lets_nothing_stand_or_count_under_a_resident_who_was_merged(first: Application) -> None:
    survivor = first.resident
    gone = Resident.objects.create(first_seen_at=LATER, merged_into=survivor)
    StandingApplication.objects.all().delete()

    with pytest.raises(IntegrityError, match="stands_for_survivor"), transaction.atomic():
        StandingApplication.objects.create(resident=gone, incentive="card_uptake", application=first)
    with pytest.raises(IntegrityError, match="total_of_survivor"), transaction.atomic():
        RecordedTotal.objects.create(resident=gone, incentive="card_uptake", points_max=5_000)


def test_the_database_counts_nothing_for_nobody(first: Application) -> None:
    awarded(first, 100, LATER)
    nobody = uuid.uuid4()

    with pytest.raises(IntegrityError, match="total_of_survivor_insert"), transaction.atomic():
        RecordedTotal.objects.bulk_create(
            RecordedTotal(resident_id=who, incentive="health_insurance", points_max=7_500)
            for who in (first.resident_id, nobody)
        )
    with pytest.raises(IntegrityError, match="total_of_survivor_update"), transaction.atomic():
        RecordedTotal.objects.update(resident_id=nobody)


def test_a_link_left_unjoined_is_joined_by_the_job(first: Application, second: Application) -> None:
    SerialLink.objects.create(
        old_issuer_key_id=OLD.issuer_key_id,
        old_serial=OLD.serial,
        new_issuer_key_id=NEW.issuer_key_id,
        new_serial=NEW.serial,
        known_at=LATER,
        source="card authority",
    )

    assert join_links(now=LATER) == (1, 1)
    assert join_links(now=LATER) == (0, 0)
