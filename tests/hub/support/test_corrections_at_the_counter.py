"""“This is not mine” through the real doors: the resident, the counter, the provider’s feed, likely mislinks."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import clock
from hub.ledger.correcting import MISLINK, decided, on_duty
from hub.people import applies, awarded
from hub.sample_pay import REGISTER, SamplePay
from hub.staff.desk import at_work
from hub.support.counter import ACCOUNTS, MARKS, counter
from hub.visitor import Visitor, browser
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.models import Application, Notice
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.points import points_of
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.staff.models import Role
from mynapoint.hub.support.likely_mislinks import are_far, likely_mislinks
from mynapoint.hub.support.models import Visit

AN_HOUR = timedelta(hours=1)
HERE = "/staff/corrections/"


@pytest.fixture
def applied(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    awarded(Application.objects.get(), 2_000, clock.now())
    return aoki


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_resident_says_it_is_not_mine_two_of_the_office_find_it_so_and_they_apply_again(applied: Visitor) -> None:
    mislinked = Application.objects.get()
    assert f"/my/corrections/claim/{mislinked.pk}/" in text(applied.get("/my/"))
    assert "付与が止まります" in applied.page(f"/my/corrections/claim/{mislinked.pk}/")

    applied.post(f"/my/corrections/claim/{mislinked.pk}/", {"words": "窓口で途中までしか操作していません"})

    correction = Correction.objects.get()
    page = applied.page(f"/my/corrections/{correction.pk}/")
    assert "確認しています" in page
    assert "7月29日" in page
    assert "付与を止めています" in applied.page("/my/")
    assert "確認が終わるまで、お待ちください" in applied.page("/my/"), "nobody is told to charge what is not theirs"
    assert b"stopped" in awarded(mislinked, 100, clock.now())
    first, second = (
        at_work(Role.OFFICE, name="office-1", terminal="t1").client,
        at_work(Role.OFFICE, name="office-2", terminal="t2").client,
    )
    at = f"{HERE}{correction.pk}/"
    assert first.post(f"{at}propose/", {"outcome": "mislink"}).status_code == 422, "nothing was looked at"
    assert first.post(f"{at}evidence/", {"evidence": "visit", "reference": "来訪簿 12"}).status_code == 302
    assert first.post(f"{at}propose/", {"outcome": "mislink"}).status_code == 302
    assert "別の職員でなければ" in text(first.post(f"{at}decide/", {"decision": "approve"}))
    assert "元には戻せません" in text(second.get(at))

    assert second.post(f"{at}decide/", {"decision": "approve"}).status_code == 302

    assert points_of([mislinked.pk]) == {mislinked.pk: 0}
    assert "この申込は取り消されました" in applied.page("/my/")
    assert list(Notice.objects.order_by("id").values_list("kind", flat=True)) == ["application", "stop", "stop"]
    told = json.loads(applied.get("/my/data.json").content)["corrections"]
    assert [(one["state"], one["about_own_application"]) for one in told] == [("mislink", True)]
    applied.apply()
    afresh = Application.objects.exclude(pk=mislinked.pk).get()
    assert (afresh.person_freed_by, afresh.account_freed_by) == (mislinked, mislinked)
    assert b'"accepted":1' in awarded(afresh, 5_000, clock.now())
    assert audit_books() == []


def test_a_claim_withdrawn_resumes_and_is_nobody_elses_to_see(applied: Visitor, ueno: Visitor) -> None:
    mislinked = Application.objects.get()
    ueno.sign_in()
    assert ueno.get(f"/my/corrections/claim/{mislinked.pk}/").status_code == 404
    applied.post(f"/my/corrections/claim/{mislinked.pk}/", {})
    correction = Correction.objects.get()
    assert ueno.get(f"/my/corrections/{correction.pk}/").status_code == 404
    assert ueno.post(f"/my/corrections/{correction.pk}/withdraw/", {}).status_code == 404

    applied.post(f"/my/corrections/{correction.pk}/withdraw/", {})

    assert Notice.objects.latest("id").kind == "resume"
    assert "お申し出が取り下げられ" in applied.page("/my/")


def test_a_helper_opens_what_was_applied_for_at_their_own_counters_and_both_people_are_told(
    city: Path, sample_pay: SamplePay, aoki: Visitor, ueno: Visitor
) -> None:
    one = counter(city)
    one.begin()
    one.sign_in("aoki")
    one.visitor.reserve()
    one.visitor.apply(*ACCOUNTS["aoki"])
    mislinked = Application.objects.get()
    one.visitor.post("/counter/end/", {})
    one.begin()
    one.sign_in("ueno")
    elsewhere = at_work(Role.HELPER, "nishitokyo", "theirs", name="other-helper").client
    refused = elsewhere.post(f"{HERE}begin/", {"application": str(mislinked.pk)})
    assert (refused.status_code, Correction.objects.count()) == (422, 0)

    one.helper.client.post(f"{HERE}begin/", {"application": str(mislinked.pk), "is_owner_here": "1"})

    correction = Correction.objects.get()
    assert (correction.municipality, correction.other) == (
        "hadano",
        Visit.objects.latest("begun_at", "seen_at").resident,
    )
    assert elsewhere.get(f"{HERE}{correction.pk}/").status_code == 404
    assert elsewhere.post(f"{HERE}{correction.pk}/propose/", {"outcome": "mislink"}).status_code == 404
    assert f"{HERE}{correction.pk}/" not in text(elsewhere.get(HERE))
    for role, municipality in ((Role.SUPERVISOR, "hadano"), (Role.OFFICE, "")):
        client = at_work(role, municipality, f"desk of {role}", name=f"{role}-x").client
        assert f"{HERE}{correction.pk}/" in text(client.get(HERE))
    for visitor in (aoki, ueno):
        visitor.sign_in()
        assert "申込の訂正" in visitor.page("/my/")
    assert "あなたの決済サービスの口座が" in ueno.page("/my/")
    assert "****1234" not in ueno.page("/my/")


def test_two_cards_at_one_terminal_are_listed_and_two_far_apart_are_not(city: Path, sample_pay: SamplePay) -> None:
    one = counter(city)
    for card in ("aoki", "ueno"):
        one.begin()
        one.sign_in(card)
        one.visitor.reserve()
        one.visitor.apply(*ACCOUNTS[card])
        one.visitor.post("/counter/end/", {})
    made = Application.objects.get(masked_account=MARKS["ueno"][0])

    found = likely_mislinks("hadano", now=clock.now() + AN_HOUR).found

    assert [(row.application, row.gap_seconds) for row in found] == [(made, 0)]
    assert likely_mislinks("nishitokyo", now=clock.now()).found == []
    page = text(at_work(Role.SUPERVISOR, "hadano", "s").client.get(f"{HERE}likely/"))
    assert str(made.pk) in page
    assert "ウ*ノ" not in page
    first = Visit.objects.exclude(resident=made.resident).get()
    Visit.objects.filter(pk=first.pk).update(
        begun_at=clock.now() - AN_HOUR, ended_at=clock.now() - timedelta(minutes=4)
    )
    assert likely_mislinks("hadano", now=clock.now()).found == []


@pytest.mark.parametrize(
    ("one", "other", "is_far"),
    [
        ("ア*キ", "ア*キ", False),
        ("ア*キ", "アオ*", False),
        ("サ*プル タ*ウ", "サンプ* タロウ", False),
        ("ア*キ", "ウ*ノ", True),
        ("ア*キ", "イシ*ダ", True),
    ],
)
def test_masked_names_are_far_when_they_cannot_be_one_name(one: str, other: str, is_far: bool) -> None:
    assert are_far(one, other) is is_far is are_far(other, one)


@pytest.mark.usefixtures("db")
def test_what_is_over_stays_on_record_and_is_shown_as_over() -> None:
    import_register(REGISTER)
    application = applies(CertificateId("aa", "1"), clock.now())
    correction = decided(application, MISLINK, on_duty(), on_duty(Role.SUPERVISOR), clock.now())
    client = at_work(Role.HELPER, terminal="h", name="helper-h").client

    page = text(client.get(f"{HERE}{correction.pk}/"))

    assert "取り消しました" in page
    assert "確認した資料を記録する" not in page
    assert "もう次の段階" in text(
        client.post(f"{HERE}{correction.pk}/evidence/", {"evidence": "card", "reference": "12"})
    )
    assert browser().get(f"{HERE}{correction.pk}/").status_code == 302
