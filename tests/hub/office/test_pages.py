"""The office's pages: the figures, each picture with its table and CSV, links that lead further, the open data."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from hub import clock
from hub.office.history import FIRST, HEALTH, Step, do
from hub.people import CARD_UPTAKE
from hub.sample_pay import NUMBER, REGISTER
from hub.staff.desk import at_work
from hub.visitor import browser
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.circuits import FAILURES_IN_A_ROW, Circuit
from mynapoint.hub.office import open_data
from mynapoint.hub.office.figures import day_end
from mynapoint.hub.office.publishing import publish
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.staff.models import Role

PAGE = "/staff/office/"


@pytest.fixture
def office(db: None) -> Client:
    """青木 and 石田 have applied on the first day, one has points since the third; the office looks on the fourth."""
    import_register(REGISTER)
    made: list[Application] = []
    for step in (Step(0, CARD_UPTAKE, 0), Step(9, HEALTH, 0), Step(2 * 86_400, CARD_UPTAKE, 700)):
        do(step, made)
    clock.move_to(day_end(FIRST) + timedelta(days=2, hours=12))
    return at_work(Role.OFFICE).client


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def rows(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def figures_of(html: str) -> list[str]:
    return re.findall(r'class="figure">([\d,−-]+)', html)


def test_the_dashboard_shows_today_and_any_day_before(office: Client) -> None:
    assert figures_of(page(office, PAGE)) == ["2", "700"]
    assert figures_of(page(office, f"{PAGE}?as_of={FIRST}")) == ["2", "0"]
    assert figures_of(page(office, f"{PAGE}?as_of={FIRST - timedelta(days=1)}")) == ["0", "0"]
    for nonsense in ("9999-12-31", "0001-01-01", "x", "2022-02-30"):
        page(office, f"{PAGE}?as_of={nonsense}&weeks=x&round=x&incentive=x&service=x")


def test_every_picture_has_a_title_a_description_and_its_numbers_as_a_table(office: Client) -> None:
    html = page(office, PAGE)

    for svg in re.findall(r'<svg class="chart".*?</svg>', html, re.DOTALL):
        (title, description) = re.search(r'aria-labelledby="(\S+) (\S+)"', svg).groups()  # type: ignore[union-attr]
        assert f'<title id="{title}">' in svg
        assert f'<desc id="{description}">' in svg
        assert svg.count("<rect") == 28
    assert html.count('<svg class="chart"') == 2
    assert " style=" not in html


def test_what_is_a_part_leads_to_that_part_and_back(office: Client) -> None:
    html = page(office, PAGE)
    link = next(one for one in re.findall(r'href="\?([^"]+)"', html) if f"incentive={CARD_UPTAKE}" in one)

    part = page(office, f"{PAGE}?{link.replace('&amp;', '&')}")

    assert figures_of(part) == ["1", "700"]
    assert "はずす" in part
    assert 'id="budget"' not in part, "a budget has no part"
    assert figures_of(page(office, f"{PAGE}?service={NUMBER}")) == ["2", "700"]


@pytest.mark.parametrize("code", ["day", "incentive", "service", "claim", "budget", "backlog", "prefecture", "counter"])
def test_every_table_has_its_csv(office: Client, code: str) -> None:
    html = page(office, PAGE)
    (link,) = re.findall(rf'href="({PAGE}{code}\.csv[^"]*)"', html)

    made = rows(office, link.replace("&amp;", "&"))

    assert all(one["as_of"] == f"{FIRST + timedelta(days=3)}" for one in made)
    if code in {"day", "incentive", "service"}:
        assert sum(int(one["applications"]) for one in made) == 2
        assert sum(int(one["points"]) for one in made) == 700


def test_a_table_nobody_has_is_not_found(office: Client) -> None:
    page(office, f"{PAGE}people.csv", 404)


def test_the_plan_stands_beside_what_happened(office: Client) -> None:
    asked = "round=round2&people=3&seed=1&runs=5&as_of=2022-07-14"
    html = page(office, f"{PAGE}plan/?{asked}")
    made = rows(office, f"{PAGE}plan.csv?{asked}")

    own = {one["week_ends_on"]: one for one in made if one["incentive"] == CARD_UPTAKE}
    assert (own["2022-07-03"]["applications"], own["2022-07-03"]["points"]) == ("0", "0")
    assert html.count('class="chart-actual"') > 1
    assert own["2022-07-10"]["applications"] == "", "on the fourth day the week is not over"


def test_a_plan_for_nobody_is_refused_with_a_sentence(office: Client) -> None:
    assert "入力を確かめてください" in page(office, f"{PAGE}plan/?round=round2&people=0&seed=1&runs=5", 422)
    assert "比べる" in page(office, f"{PAGE}plan/")


def test_the_health_page_names_who_is_not_asked_and_who_is_late(office: Client) -> None:
    circuit = Circuit("the account API at sample.example")
    for _ in range(FAILURES_IN_A_ROW):
        circuit.failed("no answer")
    assert "早すぎる付与 1件" in page(office, f"{PAGE}health/"), "points of July, before July closes"

    clock.move_to(day_end(FIRST) + timedelta(days=90))
    html = page(at_work(Role.OFFICE, terminal="office 2", name="office-2").client, f"{PAGE}health/")

    assert "sample.example" in html
    assert "止めている" in html
    assert "遅れている" in html


def test_open_data_is_read_by_everybody_as_page_csv_json_and_metadata(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    del office
    monkeypatch.setattr(open_data, "STEP", 1)
    everybody = browser()
    assert "まだありません" in page(everybody, "/open-data/")
    page(everybody, "/open-data/applications-and-points.csv", 404)
    publish(now=day_end(FIRST) + timedelta(days=8))

    assert "サンプルPay" in page(everybody, "/open-data/")
    (first, *_) = made = rows(everybody, "/open-data/applications-and-points.csv")
    assert {one["service"] for one in made} == {"all", NUMBER}
    assert first["through"] == "2022-07-10"
    told = json.loads(page(everybody, "/open-data/applications-and-points.json?edition=2022-07-10"))
    assert [str(one["applications_at_least"]) for one in told["rows"]] == [one["applications_at_least"] for one in made]
    about = json.loads(page(everybody, "/open-data/metadata.json"))
    assert about["editions"] == ["2022-07-10"]
    assert set(about["columns"]) == set(first)
    page(everybody, "/open-data/applications-and-points.json?edition=2022-07-11", 404)
    page(everybody, "/open-data/applications-and-points.json?edition=x", 404)
