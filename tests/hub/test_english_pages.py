"""On English pages nothing is left in Japanese but names, and what says that it is (``lang``); staff's pages, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client

import mynapoint.demo
from hub import clock
from hub.office.history import HEALTH, Step, do
from hub.people import CARD_UPTAKE
from hub.sample_pay import NUMBER, REGISTER
from hub.staff.desk import at_work
from hub.visitor import browser
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.models import Application
from mynapoint.hub.ledger.corrections import open_correction
from mynapoint.hub.municipalities.actions import import_municipalities
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.staff.models import Role

DATA = Path(mynapoint.demo.__file__).parent / "data"
JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
READ_ALOUD = {"alt", "aria-label", "title", "placeholder", "data-label", "data-soon", "data-extended", "data-over"}
PUBLIC = (
    *("/", "/payment-services/", f"/payment-services/{NUMBER}/", "/payment-services/calculator/", "/not-here/"),
    f"/payment-services/compare/?s={NUMBER}&s=MP0000012",
    *("/m/hadano/", "/m/nishitokyo/", "/m/hadano/inquiry/", "/m/hadano/survey/", "/m/hadano/faq/"),
    *("/help/", "/faq/", "/status/", "/privacy/", "/open-data/", "/sign-in/", "/signed-out/"),
    *("/counter/queue/hadano/", "/staff/"),
)
OF_THE_OFFICE = (
    *("/staff/", "/staff/accounts/", "/staff/settlement/", f"/staff/settlement/services/{NUMBER}/"),
    *("/staff/office/", "/staff/office/health/", "/staff/office/plan/?round=round2&people=3&seed=1&runs=5"),
    *("/staff/corrections/", "/staff/corrections/likely/", "/staff/office/?prefecture=14"),
    *("/staff/providers/", "/staff/providers/reports/", "/staff/providers/people/"),
    f"/staff/providers/services/{NUMBER}/suspend/",
)
OF_A_PROVIDER = (
    *("/staff/", "/staff/provider/services/", "/staff/provider/services/new/", "/staff/provider/reports/"),
    *("/staff/provider/money/", "/staff/provider/keys/"),
)
OF_THE_COUNTER = (
    *("/staff/counter/", "/staff/counter/checklist/", "/staff/counter/queue/", "/staff/counter/pin-resets/"),
    *("/staff/counter/report/", "/staff/corrections/", "/staff/"),
)
OF_THE_EDITOR = (
    *("/staff/pages/hadano/", "/staff/pages/hadano/history/", "/staff/inquiries/hadano/", "/staff/status/"),
    *(f"/staff/pages/hadano/{kind}/add/" for kind in ("text", "counter", "department", "link", "closed", "edition")),
)


class Words(HTMLParser):
    """What a page says in Japanese without saying that it is Japanese."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names, self.found = names, list[str]()
        self.languages = ["en"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element's language, and judge what it has read aloud."""
        given = dict(attrs)
        language = given.get("lang") or self.languages[-1]
        if tag not in EMPTY:
            self.languages.append("ja" if tag in {"script", "style"} else language)
        for name in READ_ALOUD & set(given):
            self.judge(given[name] or "", language)

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        if tag not in EMPTY and len(self.languages) > 1:
            self.languages.pop()

    def handle_data(self, data: str) -> None:
        """Judge a text."""
        self.judge(data, self.languages[-1])

    def judge(self, text: str, language: str) -> None:
        """Names of payment services and people are data; everything else is ours to translate."""
        for name in self.names:
            text = text.replace(name, "")
        if language != "ja" and JAPANESE.search(text):
            self.found.append(text.strip())


@pytest.fixture
def names(db: None) -> set[str]:
    """Two have applied, one has points, one application is looked into; the names are those of the register."""
    import_register(REGISTER)
    import_municipalities(DATA / "municipalities")
    made: list[Application] = []
    for step in (Step(0, CARD_UPTAKE, 0), Step(9, HEALTH, 0), Step(2 * 86_400, CARD_UPTAKE, 700)):
        do(step, made)
    own = Application.objects.earliest("applied_at")
    open_correction(application=own, by=own.resident, words="", now=clock.now())
    return {str(one.label) for one in PaymentService.objects.all()}


def left_in_japanese(client: Client, paths: tuple[str, ...], names: set[str]) -> Iterator[str]:
    client.cookies["django_language"] = "en"
    for path in paths:
        words = Words(names)
        answer = client.get(path)
        assert answer.status_code < 500, path
        words.feed(answer.content.decode())
        yield from (f"{path}: {text}" for text in words.found)


def test_nothing_public_is_left_untranslated(names: set[str]) -> None:
    assert list(left_in_japanese(browser(), PUBLIC, names)) == []


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        (Role.OFFICE, OF_THE_OFFICE),
        (Role.PROVIDER, OF_A_PROVIDER),
        (Role.SUPERVISOR, OF_THE_COUNTER),
        (Role.EDITOR, OF_THE_EDITOR),
    ],
)
def test_nothing_of_the_staff_is_left_untranslated(names: set[str], role: Role, paths: tuple[str, ...]) -> None:
    one = f"/staff/corrections/{Correction.objects.get().pk}/"
    assert list(left_in_japanese(at_work(role).client, (*paths, one), names)) == []
