"""What a resident meets seldom, in a real browser, state by state: a correction, and a place on a waiting list."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from hub import clock, waiting_list
from hub.chromium import MARKS, faults
from hub.people import applies, awarded
from hub.sample_pay import SamplePay, serve
from hub.stage import Stage, judge, sound, two_of_the_office
from hub.visitor import Visitor
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.budgets import limit
from mynapoint.hub.books.waiting_list import go_through
from mynapoint.hub.identity.links import CertificateId
from mynapoint.programme.values import Points

CORRECTIONS = "/staff/corrections/"
LIST = "/apply/waiting-list/card_uptake/"
JUDGES = {"corrections:claim", "corrections:correction", "applications:waiting_list"}
pytestmark = MARKS


def test_a_resident_says_it_is_not_mine_and_follows_it_up_to_the_end(stage: Stage, city: Path, tmp_path: Path) -> None:
    """From my page by its own links and buttons; the office decides in between."""
    found: dict[str, str] = {}
    look, page = judge(stage, found), stage.page
    stop = serve(SamplePay(), tmp_path)
    aoki = Visitor(city, "aoki")
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    mislinked = Application.objects.latest("applied_at")
    awarded(mislinked, 2_000, clock.now())
    stage.as_one(aoki.client)
    stage.open("/my/").get_by_role("link", name="この申込に心当たりがない").click()
    found["asked"] = faults(page)
    expect(page.locator(".plain-words")).to_be_visible()
    page.get_by_label("お気づきになったこと").fill("あ" * 401)
    page.get_by_role("button", name="心当たりがないと申し出る").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("お気づきになったこと")).to_have_accessible_description(re.compile("いま401文字"))
    found["too long"] = faults(page)
    page.get_by_label("お気づきになったこと").fill("窓口で途中までしか操作していません。")
    page.get_by_role("button", name="心当たりがないと申し出る").click()
    expect(page.get_by_role("status")).to_contain_text("確認しています")
    found["opened"] = faults(page)
    expect(page.locator(".plain-words")).to_be_visible()
    look("/my/")
    expect(page.locator(".next")).to_contain_text("確認が終わるまで、お待ちください")
    decide_a_mislink()
    stage.open("/my/").get_by_role("link", name="これまでの経過を見る").first.click()
    expect(page.get_by_role("status")).to_contain_text("もう一度申し込むことができます")
    found["decided"] = faults(page)
    look("/my/")

    sound(found)
    aoki.apply()
    stop()
    assert Application.objects.filter(person_freed_by=mislinked).exists()


def decide_a_mislink() -> None:
    """Two of the office look into the one open correction, and find that it is a mislink."""
    first, second = two_of_the_office()
    at = f"{CORRECTIONS}{Correction.objects.get().pk}/"
    first.post(f"{at}evidence/", {"evidence": "visit", "reference": "来訪簿 12"})
    first.post(f"{at}propose/", {"outcome": "mislink"})
    second.post(f"{at}decide/", {"decision": "approve"})


def test_a_place_on_a_waiting_list_is_clean_from_taking_it_to_its_turn(stage: Stage, city: Path) -> None:
    found: dict[str, str] = {}
    look = judge(stage, found)
    aoki = Visitor(city, "aoki")
    with waiting_list.stated():
        limit("round2.card_uptake", Points(5_000), now=clock.START)
        aoki.sign_in()
        aoki.reserve()
        applies(CertificateId("aa", "1"), clock.START)
        stage.as_one(aoki.client)
        for path in ("/", LIST):
            look(path)
        aoki.post(LIST, {"do": "join"})
        for path in (LIST, "/my/"):
            look(path)
        limit("round2.card_uptake", Points(10_000), now=clock.START)
        go_through(now=clock.START)
        for path in (LIST, "/my/"):
            look(path)

    sound(found)
