"""Office, settlement, corrections and the rest of the staff area in a real browser, state by state."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from hub import clock
from hub.chromium import MARKS, faults
from hub.ledger.correcting import NOT_A_MISLINK, decided, on_duty
from hub.office.history import FIRST, HEALTH, Step, do
from hub.office.test_prefectures import visits
from hub.people import CARD_UPTAKE, applies, awarded
from hub.sample_pay import NUMBER
from hub.settlement.desk_of_claims import AFTER_ALL, claims, seals
from hub.staff.desk import at_work, desk
from hub.stage import Stage, judge, sound, two_of_the_office
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger import corrections
from mynapoint.hub.office import open_data
from mynapoint.hub.office.figures import day_end
from mynapoint.hub.office.publishing import publish
from mynapoint.hub.settlement.figures import state_of
from mynapoint.hub.settlement.models import BankAccount, Claim, State
from mynapoint.hub.staff.models import Role

ACCOUNT = {"bank": "0001", "branch": "001", "kind": "1", "number": "1234567", "holder": "カ)サンプルペイ"}
OFFICE, SETTLEMENT, CORRECTIONS, COUNTER = (
    f"/staff/{one}/" for one in ("office", "settlement", "corrections", "counter")
)
SERVICE = f"{SETTLEMENT}services/{NUMBER}/"
A_PLAN = f"{OFFICE}plan/?round=round2&people=3&seed=1&runs=5&as_of=2022-07-14"
JUDGES = {
    "staff:home",
    "staff:terminal",
    "staff:sign_in",
    "staff:enrol",
    "staff:accounts",
    "municipal_staff:status",
    "municipal_staff:towns",
    "office:dashboard",
    "office:plan",
    "office:health",
    "open_data:page",
    "api:page",
    "settlement:claims",
    "settlement:claim",
    "settlement:service",
    "correcting:corrections",
    "correcting:correction",
    "correcting:likely",
    "counter:checklist",
    "counter:queue",
    "counter:queue_print",
    "counter:pin_resets",
    "counter:pin_reset",
    "counter:report",
    "support:queue",
}
pytestmark = MARKS


@pytest.fixture
def history(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[Application]:
    """A few days of the programme: two have applied, one has points, and the first week is published."""
    monkeypatch.setattr(open_data, "STEP", 1)
    made: list[Application] = []
    for step in (Step(0, CARD_UPTAKE, 0), Step(9, HEALTH, 0), Step(2 * 86_400, CARD_UPTAKE, 700)):
        do(step, made)
    clock.move_to(day_end(FIRST) + timedelta(days=9))
    publish(now=clock.now())
    return list(Application.objects.order_by("applied_at"))


def a_claim() -> Claim:
    """サンプルPay claims for 3,000 points, once every award of round 2 is due."""
    awarded(applies(CertificateId("aa", "1"), clock.START), 3_000, clock.START)
    clock.move_to(AFTER_ALL)
    claim = claims(3_000, "2022-07", AFTER_ALL)
    seals()
    return claim


def test_open_data_doors_and_the_staffs_own_pages_are_clean(stage: Stage, history: list[Application]) -> None:
    found: dict[str, str] = {}
    look = judge(stage, found)
    stage.as_one(desk("").client)
    for path in ("/staff/sign-in/", "/staff/terminal/", "/staff/enrol/", "/open-data/", "/api/"):
        look(path)
    stage.as_one(at_work(Role.OFFICE).client)
    for path in ("/staff/", "/staff/accounts/", "/staff/status/", "/staff/inquiries/", "/staff/pages/"):
        look(path)

    sound(found)


def test_the_office_is_clean(stage: Stage, history: list[Application]) -> None:
    found: dict[str, str] = {}
    look = judge(stage, found)
    stage.as_one(at_work(Role.OFFICE).client)
    visits("hadano", 3, day=FIRST, applications=1)
    visits("nishitokyo", 1, day=FIRST)
    part = f"{OFFICE}?service={NUMBER}&incentive={CARD_UPTAKE}&weeks=12"
    for path in (OFFICE, f"{OFFICE}?prefecture=14", part, f"{OFFICE}plan/", A_PLAN):
        look(path)
    look(f"{OFFICE}plan/?round=round2&people=0&seed=1&runs=5")
    look(f"{OFFICE}health/")

    sound(found)


def test_a_helpers_pages_beside_the_visit_are_clean(stage: Stage) -> None:
    found: dict[str, str] = {}
    look = judge(stage, found)
    helper = at_work(Role.SUPERVISOR, "hadano").client
    stage.as_one(helper)
    helper.post(f"{COUNTER}queue/draw/")
    begun = str(helper.post(f"{COUNTER}pin-resets/begin/")["Location"])
    for path in ("checklist/", "queue/", "pin-resets/", "report/"):
        look(COUNTER + path)
    for path in (begun, f"{COUNTER}queue/1/print/", "/counter/queue/hadano/", OFFICE, "/staff/accounts/"):
        look(path)

    sound(found)


def test_corrections_are_clean_from_the_claim_to_the_decision(
    stage: Stage, history: list[Application], city: Path
) -> None:
    found: dict[str, str] = {}
    look = judge(stage, found)
    first, second = two_of_the_office()
    stage.as_one(first)
    look(CORRECTIONS)
    look(f"{CORRECTIONS}likely/")
    own = corrections.open_correction(
        application=history[0], by=on_duty(Role.OFFICE, "", "office-3"), now=clock.now(), words="別の人の口座です。"
    )
    at = f"{CORRECTIONS}{own.pk}/"
    look(at)
    stage.page.get_by_role("button", name="2人目に回す").click()
    found["nothing looked at"] = faults(stage.page)
    first.post(f"{at}evidence/", {"evidence": "visit", "reference": "来訪簿 12"})
    first.post(f"{at}propose/", {"outcome": "mislink"})
    stage.as_one(second)
    look(at)
    second.post(f"{at}decide/", {"decision": "approve"})
    decided(history[1], NOT_A_MISLINK, on_duty(name="mado-1"), on_duty(name="mado-2"), clock.now())
    look(at)
    look(CORRECTIONS)
    begun = first.post(f"{CORRECTIONS}death/", {"application": str(history[1].pk), "words": "ご家族から"})["Location"]
    look(begun)
    first.post(f"{begun}evidence/", {"evidence": "civil", "reference": "簿冊 12"})
    first.post(f"{begun}propose/", {"outcome": "died"})
    look(begun)
    stage.as_one(first)
    second.post(f"{begun}decide/", {"decision": "approve"})
    look(begun)
    look(CORRECTIONS)

    sound(found)


def test_a_claim_is_clean_at_every_step_up_to_the_bank(stage: Stage) -> None:
    """One person of the office does what they may, the other the rest; every state of the pages between is judged."""
    found: dict[str, str] = {}
    look = judge(stage, found)
    stage.as_one(at_work(Role.OFFICE, terminal="office 0", name="office-0").client)
    look(SETTLEMENT)
    claim = a_claim()
    first, second = two_of_the_office()
    page = f"{SETTLEMENT}{claim.pk}/"
    stage.as_one(first)
    look(page)
    stage.page.get_by_role("button", name="1人目として、確認した").click()
    found["not drawn"] = faults(stage.page)
    first.post(f"{page}draw/")
    look(page)
    (line,) = Claim.objects.get(pk=claim.pk).draw.lines.all()
    first.post(f"{page}lines/{line.pk}/", {"finding": "in_order"})
    first.post(f"{page}check/")
    look(page)
    second.post(f"{page}approve/")
    look(SERVICE)
    stage.page.get_by_role("button", name="登録する", exact=True).click()
    found["no account"] = faults(stage.page)
    first.post(f"{SERVICE}account/", ACCOUNT)
    look(SERVICE)
    second.post(f"{SERVICE}account/{BankAccount.objects.get().pk}/confirm/")
    first.post(f"{SERVICE}pay/")
    look(SETTLEMENT)
    second.post(f"{SETTLEMENT}files/", {"on": "2024-04-12"})
    look(SERVICE)
    first.post(f"{page}close/")
    look(page)

    sound(found)


def test_charts_are_seen_whole_with_their_tables_and_files(stage: Stage, history: list[Application]) -> None:
    stage.as_one(at_work(Role.OFFICE).client)
    page = stage.page
    for path, charts, tables in ((OFFICE, 2, 4), (A_PLAN, 2, 1)):
        stage.open(path)
        pictures = page.locator("svg.chart")
        assert pictures.count() >= charts
        for width in (360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            for number in range(pictures.count()):
                box = pictures.nth(number).bounding_box()
                assert box is not None
                assert min(width - 64, 500) <= box["width"] <= width - 32, (path, width)
                assert box["height"] >= 100, (path, width)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.locator("table.data:visible").count() >= tables
        address = str(page.get_by_role("link", name="CSVで保存する").first.get_attribute("href"))
        assert page.request.get(stage.url + address).headers["content-type"].startswith("text/csv")


def test_charts_keep_their_shapes_in_forced_colours(stage: Stage, history: list[Application]) -> None:
    stage.as_one(at_work(Role.OFFICE).client)
    stage.page.emulate_media(forced_colors="active")
    page = stage.open(OFFICE)

    fills = [page.evaluate(_FILL, name) for name in ("chart-column", "chart-track", "chart-text")]

    assert len(set(fills)) == 3, fills
    assert fills[0] == page.evaluate(_SYSTEM, "Highlight")


_FILL = "(name) => getComputedStyle(document.querySelector(`.${name}`)).fill"
_SYSTEM = """(name) => {
    const one = document.body.appendChild(document.createElement("i"));
    one.style.color = name;
    return getComputedStyle(one).color;
}"""


def test_a_claim_is_checked_and_approved_by_keyboard_alone(stage: Stage) -> None:
    claim = a_claim()
    first, second = two_of_the_office()
    stage.as_one(first)
    page = stage.open(SETTLEMENT)
    reach(page, claim.claim_id)
    for button in ("抽出する", "記録する", "1人目として、確認した"):
        reach(page, button)
    stage.as_one(second)
    page.reload()
    reach(page, "2人目として、承認する")

    assert state_of(Claim.objects.get()) is State.APPROVED


def test_a_correction_is_seen_to_by_keyboard_alone(stage: Stage, history: list[Application]) -> None:
    first, second = two_of_the_office()
    stage.as_one(first)
    page = stage.open(CORRECTIONS)
    page.get_by_label("申込番号", exact=True).focus()
    page.keyboard.type(str(history[0].pk))
    reach(page, "受け付ける")
    page.get_by_label("資料の種類").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("来訪簿 12")
    reach(page, "記録する")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    reach(page, "2人目に回す")
    stage.as_one(second)
    page.reload()
    reach(page, "2人目として承認する")

    assert Correction.objects.get().steps.filter(kind="approved").exists()


def reach(page: Page, name: str) -> None:
    """Press Tab until the link or button of that name has the focus, then Enter; the focus is always seen."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", name
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} is not reached")
