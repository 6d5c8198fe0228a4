"""The map of prefectures in a real browser, by keyboard alone, on a phone's width and a desk's."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from hub import clock
from hub.chromium import MARKS
from hub.office.history import FIRST
from hub.office.test_prefectures import PAGE, visits
from hub.staff.desk import at_work
from hub.stage import Stage
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.office.figures import day_end
from mynapoint.hub.staff.models import Role
from mynapoint.hub.words import PageWords
from mynapoint.programme.prefectures import PREFECTURES

pytestmark = MARKS
TABS_MOST = 120
FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
IN_SIGHT = """() => {
    const box = document.activeElement.getBoundingClientRect();
    return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
}"""
FRAME = "parseFloat(getComputedStyle(document.activeElement.querySelector('.map-square')).strokeWidth)"


@pytest.fixture(params=[360, 1280])
def page(stage: Stage, request: pytest.FixtureRequest) -> Page:
    """The dashboard on a day on which every prefecture but the last had visits."""
    stage.as_one(at_work(Role.OFFICE).client)
    for number, code in enumerate(list(PREFECTURES)[:-1], start=1):
        name = PageWords(f"町{code}", f"Town {code}")
        Municipality.objects.create(
            slug=f"town-{code}", code=f"{code}1234", name=name, site="https://town.example.jp/", section=name
        )
        visits(f"town-{code}", number % 7 + 1, day=FIRST)
    clock.move_to(day_end(FIRST))
    stage.page.set_viewport_size({"width": request.param, "height": 800})
    return stage.open(PAGE)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(TABS_MOST):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name} is not reached")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_each_prefecture_is_reached_in_order_in_sight_framed_and_named_with_its_number(page: Page) -> None:
    tab_to(page, "都道府県の地図")

    for number, one in enumerate(list(PREFECTURES.values())[:-1], start=1):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == f"{one.name.ja}: {number % 7 + 1}"
        assert page.evaluate(IN_SIGHT), one.name
        assert page.evaluate(FRAME) >= 4, one.name
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "都道府県ごとの表", "what has no visits leads nowhere"


def test_the_map_can_be_passed_by(page: Page) -> None:
    tab_to(page, "地図をとばして表へ進む")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate(FOCUSED) == "都道府県ごとの表"
    page.keyboard.press("Enter")
    tab_to(page, "北海道")
    assert page.evaluate(IN_SIGHT)


def test_enter_leads_to_the_counters_of_a_prefecture_and_from_there_back(page: Page) -> None:
    tab_to(page, "東京都: 7")
    enter(page)

    assert page.locator(".office-table-counter tbody th").all_inner_texts() == ["町13"]
    tab_to(page, "すべての窓口を見る")
    enter(page)
    assert page.locator(".office-table-counter tbody th").count() == len(PREFECTURES) - 1
    page.go_back()
    assert "prefecture=13" in page.url
    page.go_back()
    assert page.url.endswith(PAGE)
