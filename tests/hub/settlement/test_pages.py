"""Pages of settlement: the office alone, two people, from the claim to the file for the bank, in words that help."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from hub import clock
from hub.people import applies, awarded
from hub.sample_pay import NUMBER, REGISTER
from hub.settlement.desk_of_claims import AFTER_ALL, claims, seals
from hub.settlement.test_zengin import parsed
from hub.staff.desk import at_work
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.settlement.figures import state_of
from mynapoint.hub.settlement.models import Claim, State
from mynapoint.hub.staff.models import Role

ACCOUNT = {"bank": "0001", "branch": "001", "kind": "1", "number": "1234567", "holder": "カ)サンプルペイ"}
SERVICE = f"/staff/settlement/services/{NUMBER}/"


@pytest.fixture
def claim(db: None) -> Claim:
    import_register(REGISTER)
    awarded(applies(CertificateId("aa", "1"), clock.START), 3_000, clock.START)
    clock.move_to(AFTER_ALL)
    return claims(3_000, "2022-07", AFTER_ALL)


@pytest.fixture
def office(claim: Claim) -> tuple[Client, Client]:
    first = at_work(Role.OFFICE, terminal="one", name="first").client
    return first, at_work(Role.OFFICE, terminal="two", name="second").client


def posted(client: Client, path: str, fields: dict[str, str] | None = None) -> int:
    return int(client.post(path, fields or {}).status_code)


def test_two_people_take_a_claim_to_the_bank_and_close_it(
    claim: Claim, office: tuple[Client, Client], settings: Any
) -> None:
    settings.PAYER = "0123456789,マイナポイント,0001,ミズホ,123,ホンテン,1,7654321"
    first, second = office
    page = f"/staff/settlement/{claim.pk}/"
    assert "まだ監査記録に封印されていません" in first.post(f"{page}draw/").content.decode()
    seals()
    assert posted(first, f"{page}draw/") == 302
    assert "まだ確かめていない" in first.post(f"{page}check/").content.decode()
    line = Claim.objects.get(pk=claim.pk).draw.lines.get().pk
    assert posted(first, f"{page}lines/{line}/", {"finding": "in_order"}) == 302
    assert posted(first, f"{page}check/") == 302
    assert "別の職員が行います" in first.post(f"{page}approve/").content.decode()
    assert posted(second, f"{page}approve/") == 302

    assert "振込先がありません" in first.post(f"{SERVICE}pay/").content.decode()
    assert posted(first, f"{SERVICE}account/", ACCOUNT) == 302
    shown = first.get(SERVICE).content.decode()
    confirm = re.search(r'action="(/[^"]*confirm/)"', shown)
    assert confirm
    assert posted(first, confirm[1]) == 409
    assert posted(second, confirm[1]) == 302
    assert posted(first, f"{SERVICE}pay/") == 302
    assert posted(first, "/staff/settlement/files/", {"on": "2024-04-12"}) == 409
    made = second.post("/staff/settlement/files/", {"on": "2024-04-12"}, follow=True)
    assert [int(one["振込金額"]) for one in parsed(made.content) if "振込金額" in one] == [3_000]
    assert posted(first, f"{page}close/") == 302

    assert state_of(claim) is State.CLOSED
    told = first.get(f"{SERVICE}statement.csv").content.decode("utf-8-sig").splitlines()
    assert told[1] == f"{NUMBER},{claim.claim_id},round2,card_uptake,2022-07,3000,0,no,closed"
    assert first.get(f"{SERVICE}statement.pdf").content.startswith(b"%PDF")


@pytest.mark.parametrize("path", ["/staff/settlement/", "/staff/settlement/1/", SERVICE, f"{SERVICE}statement.csv"])
@pytest.mark.parametrize("role", [Role.HELPER, Role.SUPERVISOR, Role.EDITOR])
def test_money_is_shown_to_the_office_alone(claim: Claim, role: Role, path: str) -> None:
    assert at_work(role).client.get(path).status_code == 403


def test_a_claim_is_sent_back_with_its_reason_which_stays_on_its_page(
    claim: Claim, office: tuple[Client, Client]
) -> None:
    page = f"/staff/settlement/{claim.pk}/"
    assert posted(office[0], f"{page}refuse/", {"why": "  "}) == 409

    assert posted(office[0], f"{page}refuse/", {"why": "口座が違います"}) == 302

    assert "口座が違います" in office[0].get(page).content.decode()


def test_an_account_that_no_file_can_hold_is_sent_back(office: tuple[Client, Client]) -> None:
    answer = office[0].post(f"{SERVICE}account/", ACCOUNT | {"holder": "株式会社"})

    assert answer.status_code == 422
    assert "カナ、英字の大文字、数字" in answer.content.decode()
