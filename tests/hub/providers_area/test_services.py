"""A provider's services: drafted and submitted by its people, decided by the office alone, with effect and history."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub import clock
from hub.people import applies
from hub.sample_pay import NUMBER, REGISTER
from hub.staff.desk import at_work
from hub.visitor import browser, text
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.documents import document_of
from mynapoint.hub.payment_services.history import changes_of
from mynapoint.hub.payment_services.life import EFFECTS, State, Step
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.providers_area.models import Proposal
from mynapoint.hub.staff.models import Role, StaffAccount

OWN = "/staff/provider/services/"
OFFICE = "/staff/providers/"
OTHER_NUMBER = "MP0000002"


@pytest.fixture
def provider(db: None) -> Client:
    import_register(REGISTER)
    return at_work(Role.PROVIDER, terminal="pay 1", name="pay-1").client


@pytest.fixture
def office(provider: Client) -> Client:
    return at_work(Role.OFFICE, terminal="office 1", name="office-one").client


def form_fields(client: Client, address: str) -> dict[str, str]:
    """What a browser would send of a form as it came."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def state(number: str) -> str:
    return str(PaymentService.objects.get(number=number).state)


def drafted(provider: Client, **changed: str) -> str:
    """A new service with everything of サンプルPay but its name; return its number."""
    fields = form_fields(provider, f"{OWN}{NUMBER}/change/") | {
        "name": "サンプルPayプラス",
        "kana": "サンプルペイプラス",
        "name_en": "Sample Pay Plus",
    }
    empty = set(form_fields(provider, f"{OWN}new/"))
    answer = provider.post(f"{OWN}new/", {name: value for name, value in fields.items() if name in empty} | changed)
    assert answer.status_code == 302, text(answer)[:6000]
    return str(answer["Location"].split("/")[-2])


def submits(provider: Client, number: str) -> None:
    assert provider.post(f"{OWN}{number}/submit/", {"reason": "開始したいため"}).status_code == 302


def step(office: Client, number: str, name: Step) -> Any:
    return office.post(f"{OFFICE}services/{number}/{name}/", {"reason": "確かめました"})


def test_what_a_form_reads_it_writes_again(provider: Client) -> None:
    before = document_of(PaymentService.objects.get(number=NUMBER))
    fields = form_fields(provider, f"{OWN}{NUMBER}/change/")

    same = provider.post(f"{OWN}{NUMBER}/change/", fields | {"reason": "同じ"})
    assert same.status_code == 409, text(same)[:3000]
    assert "いまの登録と同じ内容です" in text(same)

    answer = provider.post(f"{OWN}{NUMBER}/change/", fields | {"notes-ja": "", "notes-en": "", "reason": "x"})
    assert answer.status_code == 302
    changed = {key for key, value in before.items() if Proposal.objects.get().document.get(key) != value}
    assert changed == {"notes"}


def test_a_new_service_is_drafted_submitted_approved_and_can_then_be_found(provider: Client, office: Client) -> None:
    number = drafted(provider)
    assert state(number) == State.DRAFT
    page = text(provider.get(f"{OWN}{number}/submit/"))
    assert EFFECTS[State.SUBMITTED].ja in page
    submits(provider, number)
    assert browser().get(f"/payment-services/{number}/").status_code == 404

    assert EFFECTS[State.APPROVED].ja in text(office.get(f"{OFFICE}services/{number}/approve/"))
    assert step(office, number, Step.APPROVE).status_code == 302

    assert state(number) == State.APPROVED
    assert browser().get(f"/payment-services/{number}/").status_code == 200
    steps = [(one.step, one.made_by) for one in changes_of(number)]
    assert steps == [("enter", "pay-1"), ("submit", "pay-1"), ("approve", "office-one")]
    assert "office-one" in text(provider.get(f"{OWN}{number}/"))


def test_people_of_a_provider_take_no_step_of_the_office(provider: Client) -> None:
    number = drafted(provider)
    submits(provider, number)

    for name in (Step.APPROVE, Step.RETURN, Step.SUSPEND, Step.RESUME, Step.WITHDRAW):
        assert provider.post(f"{OFFICE}services/{number}/{name}/", {"reason": "x"}).status_code == 403

    assert state(number) == State.SUBMITTED


def test_whoever_opened_the_account_of_the_one_who_submits_approves_nothing_of_theirs(
    provider: Client, office: Client
) -> None:
    number = drafted(provider)
    submits(provider, number)
    accounts = StaffAccount.objects
    accounts.filter(name="pay-1").update(vouched_by=accounts.get(name="office-one"), vouched_at=timezone.now())

    assert step(office, number, Step.APPROVE).status_code == 409
    assert state(number) == State.SUBMITTED

    accounts.filter(name="pay-1").update(vouched_at=timezone.now() - timedelta(days=8))
    assert step(office, number, Step.APPROVE).status_code == 302


def test_what_is_sent_back_is_a_draft_again_with_the_reason(provider: Client, office: Client) -> None:
    number = drafted(provider)
    submits(provider, number)
    assert provider.get(f"{OWN}{number}/change/").status_code == 404
    assert step(office, number, Step.RETURN).status_code == 302

    assert state(number) == State.DRAFT
    assert "確かめました" in text(provider.get(f"{OWN}{number}/"))
    fields = form_fields(provider, f"{OWN}{number}/change/") | {"name": "サンプルPayダッシュ"}
    assert provider.post(f"{OWN}{number}/change/", fields).status_code == 302
    assert PaymentService.objects.get(number=number).name == "サンプルPayダッシュ"


def test_a_change_of_what_residents_rely_on_takes_the_office(provider: Client, office: Client) -> None:
    fields = form_fields(provider, f"{OWN}{NUMBER}/change/") | {"name": "サンプルPay改", "reason": "改名のため"}
    assert provider.post(f"{OWN}{NUMBER}/change/", fields).status_code == 302
    assert PaymentService.objects.get(number=NUMBER).name != "サンプルPay改"
    assert provider.post(f"{OWN}{NUMBER}/change/", fields).status_code == 409
    proposal = Proposal.objects.get()
    assert provider.post(f"{OFFICE}proposals/{proposal.pk}/", {"decision": "take"}).status_code == 403
    assert "サンプルPay改" in text(office.get(f"{OFFICE}services/{NUMBER}/"))

    assert office.post(f"{OFFICE}proposals/{proposal.pk}/", {"decision": "take"}).status_code == 302

    assert PaymentService.objects.get(number=NUMBER).name == "サンプルPay改"
    last = changes_of(NUMBER)[-1]
    assert (last.made_by, last.seen_by, last.reason) == ("pay-1", "office-one", "改名のため")
    assert office.post(f"{OFFICE}proposals/{proposal.pk}/", {"decision": "take"}).status_code == 409


def test_a_change_that_is_sent_back_or_taken_back_changes_nothing(provider: Client, office: Client) -> None:
    before = document_of(PaymentService.objects.get(number=NUMBER))
    fields = form_fields(provider, f"{OWN}{NUMBER}/change/") | {"name": "サンプルPay改", "reason": "改名のため"}
    provider.post(f"{OWN}{NUMBER}/change/", fields)
    first = Proposal.objects.get().pk
    assert office.post(f"{OFFICE}proposals/{first}/", {"decision": "back", "reason": " "}).status_code == 409
    assert office.post(f"{OFFICE}proposals/{first}/", {"decision": "back", "reason": "英語も直して"}).status_code == 302
    assert "英語も直して" in text(provider.get(f"{OWN}{NUMBER}/"))
    provider.post(f"{OWN}{NUMBER}/change/", fields)
    second = Proposal.objects.order_by("pk").last()
    assert second is not None
    assert provider.post(f"/staff/provider/proposals/{second.pk}/take-back/").status_code == 302

    assert office.post(f"{OFFICE}proposals/{second.pk}/", {"decision": "take"}).status_code == 409
    assert document_of(PaymentService.objects.get(number=NUMBER)) == before


def test_a_change_is_not_taken_over_once_the_entry_has_changed_otherwise(provider: Client, office: Client) -> None:
    fields = form_fields(provider, f"{OWN}{NUMBER}/change/") | {"name": "サンプルPay改", "reason": "改名のため"}
    provider.post(f"{OWN}{NUMBER}/change/", fields)
    assert step(office, NUMBER, Step.SUSPEND).status_code == 302

    answer = office.post(f"{OFFICE}proposals/{Proposal.objects.get().pk}/", {"decision": "take"})

    assert answer.status_code == 409
    assert "出し直してもらってください" in text(answer)


def test_before_a_service_is_stopped_the_office_sees_whom_it_is_about(provider: Client, office: Client) -> None:
    applies(CertificateId("aa", "1"), clock.START)
    page = text(office.get(f"{OFFICE}services/{NUMBER}/suspend/"))
    assert EFFECTS[State.SUSPENDED].ja in page
    assert "これまでの申込: 1件" in page
    assert step(office, NUMBER, Step.SUSPEND).status_code == 302

    assert "残りのポイント" in text(office.get(f"{OFFICE}services/{NUMBER}/withdraw/"))
    assert step(office, NUMBER, Step.WITHDRAW).status_code == 409, "who stopped it does not end it alone"
    assert EFFECTS[State.SUSPENDED].ja in text(provider.get(f"{OWN}{NUMBER}/"))


def test_an_entry_that_cannot_take_applications_is_told_so_field_by_field(provider: Client) -> None:
    fields = form_fields(provider, f"{OWN}{NUMBER}/change/") | {"points-name-ja": "", "points-name-en": ""}
    answer = provider.post(f"{OWN}{NUMBER}/change/", fields | {"reason": "x", "account-label-en": ""})
    assert answer.status_code == 422
    assert "日本語と英語の両方" in text(answer)

    answer = provider.post(f"{OWN}{NUMBER}/change/", fields | {"reason": "x"})
    assert answer.status_code == 422
    assert re.search(r'id="id_points-name-ja_error">申込を受け付けるには', text(answer))


def test_another_providers_service_is_not_there(provider: Client) -> None:
    for path in ("", "change/", "submit/"):
        assert provider.get(f"{OWN}{OTHER_NUMBER}/{path}").status_code == 404
        assert provider.post(f"{OWN}{OTHER_NUMBER}/{path}").status_code in {404, 405}
    other = at_work(Role.PROVIDER, terminal="aoba 1", name="aoba-1", provider="aoba").client
    fields = form_fields(provider, f"{OWN}{NUMBER}/change/") | {"name": "サンプルPay改", "reason": "改名のため"}
    provider.post(f"{OWN}{NUMBER}/change/", fields)

    assert other.post(f"/staff/provider/proposals/{Proposal.objects.get().pk}/take-back/").status_code == 404
    assert NUMBER not in text(other.get(OWN))
