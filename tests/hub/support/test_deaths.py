"""A death through the real doors: reported, looked into, found by two; and what was recorded in error is resumed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from hub import clock
from hub.ledger.correcting import MISLINK, NOT_A_MISLINK, VISIT, on_duty
from hub.people import CARD_UPTAKE, applies, awarded
from hub.sample_pay import REGISTER, SamplePay
from hub.staff.desk import at_work
from hub.visitor import Visitor
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.held import is_held
from mynapoint.hub.applications.models import Application, Notice, StandingApplication
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.books.models import Kind, Movement
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger import corrections
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.corrections import NotOpenable, NotTheSecond, State, stands
from mynapoint.hub.ledger.points import points_of
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.staff.models import Role
from mynapoint.programme.values import IncentiveId

HERE = "/staff/corrections/"
AOKI, ISHIDA = (CertificateId("aa", serial) for serial in "12")


def kinds(application: Application) -> list[str]:
    return list(Notice.objects.filter(application=application).order_by("id").values_list("kind", flat=True))


def office(name: str) -> Client:
    return at_work(Role.OFFICE, terminal=f"desk of {name}", name=name).client


def says(client: Client, at: str, outcome: str, evidence: str = "civil") -> None:
    """Note what was looked at, and propose."""
    assert client.post(f"{at}evidence/", {"evidence": evidence, "reference": "簿冊 12"}).status_code == 302
    assert client.post(f"{at}propose/", {"outcome": outcome}).status_code == 302


def text(response: Any) -> str:
    return str(response.content.decode())


def test_two_of_the_office_record_a_death_and_two_of_them_that_it_was_in_error(
    aoki: Visitor, sample_pay: SamplePay
) -> None:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    one = Application.objects.get()
    awarded(one, 2_000, clock.now())
    first, second = office("office-1"), office("office-2")

    begun = first.post(f"{HERE}death/", {"application": str(one.pk), "words": "ご家族から"})

    at = begun["Location"]
    assert kinds(one) == ["application", "stop"]
    assert b"stopped" in awarded(one, 100, clock.now()), "nothing more, from the moment it is reported"
    assert "亡くなられたという届け出" in aoki.page("/my/")
    assert first.post(f"{at}propose/", {"outcome": "mislink"}).status_code == 422, "that is another question"
    assert first.post(f"{at}evidence/", {"evidence": "visit", "reference": "12"}).status_code == 422
    says(first, at, "died")
    assert "別の職員でなければ" in text(first.post(f"{at}decide/", {"decision": "approve"}))
    assert "止まったままになります" in text(second.get(at))
    assert second.post(f"{at}decide/", {"decision": "approve"}).status_code == 302
    assert kinds(one) == ["application", "stop"], "a second stop would say that the account was another's"
    assert points_of([one.pk]) == {one.pk: 2_000}, "what was awarded stays"
    assert b"stopped" in awarded(one, 100, clock.now())
    assert not Movement.objects.filter(kind=Kind.RELEASED).exists()
    assert StandingApplication.objects.get().application == one
    assert "この申込に心当たりがない" not in aoki.page("/my/")

    assert "確かめ直す" in text(first.get(at))
    at = second.post(f"{HERE}death/", {"application": str(one.pk)})["Location"]
    assert b"stopped" in awarded(one, 100, clock.now()), "to look again resumes nothing"
    says(second, at, "alive", evidence="card")
    assert first.post(f"{at}decide/", {"decision": "approve"}).status_code == 302

    assert kinds(one) == ["application", "stop", "resume"]
    assert Notice.objects.latest("id").room == 3_000
    assert "届け出が誤りだった" in aoki.page("/my/")
    assert b'"accepted":1' in awarded(one, 3_000, clock.now())
    told = AuditRecord.objects.filter(act=Act.CORRECTION_STEP).order_by("id")
    assert [row.details.get("outcome") for row in told if row.details["what"] == "approved"] == ["died", "alive"]
    assert all(row.who.startswith("staff:") for row in told)
    assert audit_books() == []


@pytest.fixture
def both(db: None) -> list[Application]:
    """Two applications of one person, for two incentives."""
    import_register(REGISTER)
    return [applies(AOKI, clock.START, incentive) for incentive in (CARD_UPTAKE, IncentiveId("health_insurance"))]


def test_a_death_stops_every_application_of_the_person_and_nobody_elses(both: list[Application]) -> None:
    other = applies(ISHIDA, clock.START)
    first, second = on_duty(Role.OFFICE, "", "office-1"), on_duty(Role.OFFICE, "", "office-2")

    made = corrections.open_death(application=both[1], by=first, now=clock.START)

    assert made.application == both[1]
    assert [kinds(one)[-1] for one in (*both, other)] == ["stop", "stop", "application"]
    corrections.add_evidence(correction=made, evidence=VISIT.__class__.CIVIL, reference="12", by=first, now=clock.START)
    corrections.propose(correction=made, outcome=MISLINK.__class__.DIED, staff=first, now=clock.START)
    with pytest.raises(NotTheSecond):
        corrections.approve(correction=made, staff=first, now=clock.START)
    corrections.approve(correction=made, staff=second, now=clock.START)
    assert [stands(one).state for one in Correction.objects.all()] == [State.DIED, State.DIED]
    assert [is_held(one) for one in (*both, other)] == [True, True, False]


def test_a_mislink_decided_beside_a_death_does_not_resume_what_the_death_stops(both: list[Application]) -> None:
    first, second = on_duty(Role.OFFICE, "", "office-1"), on_duty(Role.OFFICE, "", "office-2")
    claim = corrections.open_correction(application=both[0], by=first, now=clock.START)
    corrections.open_death(application=both[0], by=first, now=clock.START)
    with pytest.raises(NotOpenable):
        corrections.open_death(application=both[0], by=first, now=clock.START)
    assert kinds(both[0]).count("stop") == 1

    corrections.add_evidence(correction=claim, evidence=VISIT, reference="12", by=first, now=clock.START)
    corrections.propose(correction=claim, outcome=NOT_A_MISLINK, staff=first, now=clock.START)
    corrections.approve(correction=claim, staff=second, now=clock.START)

    assert "resume" not in kinds(both[0])
    assert is_held(both[0])


def test_a_helper_reports_a_death_at_their_own_counter_alone_and_decides_none(both: list[Application]) -> None:
    helper = at_work(Role.HELPER, "hadano", "counter 1", name="helper-1").client

    refused = helper.post(f"{HERE}death/", {"application": str(both[0].pk)})

    assert (refused.status_code, Correction.objects.count()) == (422, 0)
    assert 'href="#dead"' in text(refused)
    made = corrections.open_death(
        application=both[0], by=on_duty(name="mado-2"), municipality="hadano", now=clock.START
    )
    at = f"{HERE}{made.pk}/"
    says(helper, at, "died", evidence="family")
    assert helper.post(f"{at}decide/", {"decision": "approve"}).status_code == 403
    elsewhere = at_work(Role.SUPERVISOR, "nishitokyo", "theirs", name="other").client
    assert elsewhere.post(f"{at}decide/", {"decision": "approve"}).status_code == 404
    assert stands(made).is_open
