"""The providers' area and the office's pages about it in a real browser: every page, with something on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from hub import clock
from hub.chromium import MARKS, faults
from hub.people import applies, awarded
from hub.providers_area.test_services import OFFICE, OWN, drafted, form_fields, step, submits
from hub.sample_pay import NUMBER
from hub.settlement.desk_of_claims import AFTER_ALL, claims
from hub.staff.desk import at_work
from mynapoint.exchange.signatures import SigningKey
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.payment_services.life import Step
from mynapoint.hub.staff import access
from mynapoint.hub.staff.models import Role

AREA = "/staff/provider/"
JUDGES = {
    "providers_area:services",
    "providers_area:service",
    "providers_area:new_service",
    "providers_area:change_service",
    "providers_area:submit_service",
    "providers_area:reports",
    "providers_area:report",
    "providers_area:money",
    "providers_area:keys",
    "providers_area:trial",
    "providers_review:reports",
    "providers_review:review",
    "providers_review:service",
    "providers_review:step",
    "providers_review:people",
}
pytestmark = MARKS


@pytest.fixture
def hub(file_database: None, settings: Settings) -> Iterator[str]:
    """The hub with its register; サンプルPay has reported and claimed, and drafts, submits and proposes."""
    server = LiveServer("localhost")
    settings.ORIGINS = [*settings.ORIGINS, server.url]
    application = applies(CertificateId("aa", "1"), clock.START)
    awarded(application, 3_000, clock.START)
    awarded(application, 9_000, clock.START)
    clock.move_to(AFTER_ALL)
    claims(3_000, "2022-07", AFTER_ALL)
    yield str(server.url)
    server.stop()


def window(browser: Browser, hub: str, client: Client) -> Page:
    context: BrowserContext = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
    context.set_default_timeout(20_000)
    for name in (access.staff_cookie(), access.terminal_cookie()):
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": hub}])
    return context.new_page()


def sound(page: Page, hub: str, *paths: str) -> None:
    found = {}
    for path in paths:
        page.goto(hub + path)
        found[path] = faults(page)
    assert not any(found.values()), "\n".join(f"{name}: {report}" for name, report in found.items() if report)


def test_every_page_of_a_provider_and_of_its_review_is_clean(browser: Browser, hub: str) -> None:
    provider = at_work(Role.PROVIDER, terminal="pay 1", name="pay-1").client
    office = at_work(Role.OFFICE, terminal="office 1", name="office-one").client
    key = SigningKey.generate("sample-pay-9").public_bytes().hex()
    assert provider.post(f"{AREA}keys/add/", {"key_id": "sample-pay-9", "text": key}).status_code == 302
    draft, submitted = drafted(provider), drafted(provider)
    submits(provider, submitted)
    fields = form_fields(provider, f"{OWN}{NUMBER}/change/") | {"name": "サンプルPay改", "reason": "改名のため"}
    assert provider.post(f"{OWN}{NUMBER}/change/", fields).status_code == 302
    report = AwardReport.objects.order_by("pk").last()
    assert report is not None
    page = window(browser, hub, provider)
    own = (f"{OWN}", f"{OWN}{NUMBER}/", f"{OWN}{NUMBER}/change/", f"{OWN}new/", f"{OWN}{draft}/submit/")
    sound(page, hub, *own, f"{AREA}reports/", f"{AREA}reports/{report.pk}/", f"{AREA}money/", f"{AREA}keys/")

    page.goto(f"{hub}{AREA}trial/")
    page.get_by_label("または、電文を貼り付ける").fill('{"type":"award_line"}')
    page.get_by_role("button", name="調べる").click()
    expect(page.get_by_role("status")).to_contain_text("1行目")
    assert not faults(page)

    page = window(browser, hub, office)
    steps = (f"{OFFICE}services/{NUMBER}/", f"{OFFICE}services/{submitted}/approve/")
    reviewed = (OFFICE, *steps, f"{OFFICE}reports/", f"{OFFICE}people/")
    sound(page, hub, *reviewed)


def test_a_draft_is_written_and_submitted_by_keyboard_alone(browser: Browser, hub: str) -> None:
    provider = at_work(Role.PROVIDER, terminal="pay 1", name="pay-1").client
    page = window(browser, hub, provider)
    page.goto(f"{hub}{OWN}new/")
    page.get_by_label("名前 必須", exact=True).focus()
    for typed in ("青葉ペイ", "アオバペイ", "Aoba Pay", "Q"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("青葉ペイ")

    page.get_by_role("link", name="審査に出す").focus()
    page.keyboard.press("Enter")
    page.get_by_label("理由 必須").focus()
    page.keyboard.type("開始したいため")
    page.keyboard.press("Enter")

    expect(page.get_by_text("審査待ち").first).to_be_visible()
    number = page.url.rstrip("/").rpartition("/")[2]
    office = at_work(Role.OFFICE, terminal="office 1", name="office-one").client
    assert step(office, number, Step.RETURN).status_code == 302
