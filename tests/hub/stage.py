"""A hub on a stage: a browser that may be anybody, and what it is told of each page it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

import mynapoint.demo
from hub.chromium import faults
from hub.staff.desk import at_work
from mynapoint.hub.municipalities.actions import import_municipalities
from mynapoint.hub.staff import access
from mynapoint.hub.staff.models import Role

DATA = Path(mynapoint.demo.__file__).parent / "data"
PAYER = "0123456789,マイナポイント,0001,ミズホ,123,ホンテン,1,7654321"


@dataclass
class Stage:
    """A browser that may be anybody: the cookies of a test's client make it so."""

    url: str
    context: BrowserContext
    page: Page

    def as_one(self, client: Client) -> None:
        for name in ("session", access.staff_cookie(), access.terminal_cookie()):
            if name in client.cookies:
                self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.url}])

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page


@contextmanager
def on_stage(browser: Browser, settings: Settings) -> Iterator[Stage]:
    """Serve the hub from this process to a browser of its own."""
    import_municipalities(DATA / "municipalities")
    settings.PAYER = PAYER
    server = LiveServer("localhost")
    settings.ORIGINS = [*settings.ORIGINS, server.url]
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
    yield Stage(str(server.url), context, context.new_page())
    context.close()
    server.stop()


def two_of_the_office() -> tuple[Client, Client]:
    first = at_work(Role.OFFICE, terminal="office 1", name="office-1").client
    return first, at_work(Role.OFFICE, terminal="office 2", name="office-2").client


def judge(stage: Stage, found: dict[str, str], language: str = "ja") -> Callable[[str], None]:
    """Return what opens a page by its path and puts into ``found`` what is wrong with it."""

    def look(path: str) -> None:
        found[f"{len(found)} {path}"] = faults(stage.open(path), language=language)

    return look


def sound(found: dict[str, str]) -> None:
    assert not any(found.values()), "\n".join(f"{name}: {report}" for name, report in found.items() if report)
