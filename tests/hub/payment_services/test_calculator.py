"""The calculator says what the award says: every plan, every rule, each day; and its page gives the reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from award.both_engines import rule
from award.test_properties import RULES
from hub import clock
from hub.page_text import main_text, markup, text
from mynapoint.award import premium
from mynapoint.award.premium import Enrolment, Kind, Transaction
from mynapoint.hub.payment_services import calculator
from mynapoint.hub.payment_services.calculator import Every, Line, Plan
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import incentives_on
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import TOKYO, Points, Yen, tokyo_midnight
from property_examples import examples

PAGE = "/payment-services/calculator/"
TODAY = date(2022, 7, 15)
uses = st.builds(
    Line,
    kind=st.sampled_from([Kind.TOP_UP, Kind.TOP_UP, Kind.PURCHASE]),
    yen=st.sampled_from([1, 3, 499, 500, 999, 1_000, 19_999, 20_000]).map(Yen) | st.integers(1, 30_000).map(Yen),
    on=st.dates(date(2022, 7, 10), date(2023, 3, 10)),
    refunded_yen=st.just(Yen(0)) | st.integers(0, 30_000).map(Yen),
)
plans = st.builds(
    Plan,
    applied_on=st.dates(date(2022, 7, 1), date(2023, 2, 28)),
    counts=st.sampled_from([Kind.TOP_UP, Kind.PURCHASE]),
    points_elsewhere=st.sampled_from([0, 1, 1_200, 4_999, 5_000, 6_000]).map(Points),
    lines=st.lists(uses, max_size=10).map(tuple),
)


@examples(150)
@given(st.sampled_from(RULES), plans)
def test_a_plan_gives_what_the_award_would_give_and_on_the_same_days(by: ServiceRule, plan: Plan) -> None:
    enrolment = Enrolment("A", "S", plan.counts, tokyo_midnight(plan.applied_on), plan.points_elsewhere)
    rows = list(ledger(plan))

    found = calculator.outcome(by, plan)

    paid = 0
    for award in found.awards:
        paid += award.points
        ends_at = tokyo_midnight(award.on + timedelta(days=1)) - timedelta(microseconds=1)
        begins_at = tokyo_midnight(award.on) - timedelta(microseconds=1)
        assert premium.points_due(by, enrolment, rows, ends_at) == paid
        assert premium.points_due(by, enrolment, rows, begins_at) == paid - award.points
    in_the_end = premium.awards(by, tokyo_midnight(date(2099, 1, 1)), [enrolment], rows, {})
    assert found.points == paid == in_the_end.get("A", 0) == min(found.uncapped, found.explained.room)


def ledger(plan: Plan) -> list[Transaction]:
    """The plan as a service's ledger would have it, had it come true; written down here anew."""
    rows = []
    for place, line in enumerate(plan.lines):
        noon = datetime.combine(line.on, time(12), TOKYO)
        rows.append(Transaction(f"u{place}", "S", line.kind, None, line.yen, noon))
        if line.refunded_yen:
            later = noon + timedelta(days=3)
            rows.append(Transaction(f"r{place}", "S", Kind.REFUND, f"u{place}", line.refunded_yen, later))
    return rows


@examples(50)
@given(st.sampled_from([Every.WEEK, Every.MONTH]), st.dates(date(2022, 7, 15), date(2023, 3, 10)))
def test_a_repeated_line_is_the_same_line_written_out(every: Every, on: date) -> None:
    until = date(2023, 2, 28)
    line = Line(Kind.TOP_UP, Yen(700), on, every)

    days = list(calculator.days(line, until=until))

    assert days[0] == on
    assert all(day <= until for day in days[1:])
    gaps = {(later - earlier).days for earlier, later in pairwise(days)}
    assert gaps <= ({7} if every is Every.WEEK else {28, 29, 30, 31})
    written = Plan(on, Kind.TOP_UP, Points(0), tuple(replace(line, on=day, every=Every.ONCE) for day in days))
    again = replace(written, lines=(line,))
    assert calculator.outcome(rule(), again).awards == calculator.outcome(rule(), written).awards


def test_the_rule_is_the_service_file_s_as_announced_today(sample_pay: PaymentService) -> None:
    (card_uptake,) = [one for one in incentives_on(TODAY) if one.id == "card_uptake"]
    (not_announced,) = [one for one in incentives_on(date(2022, 1, 21)) if one.id == "card_uptake"]

    assert calculator.rule_for(sample_pay, card_uptake) == rule()
    assert calculator.rule_for(sample_pay, not_announced) is None


def ask(client: Client, *lines: dict[str, str], **asked: str) -> Any:
    sent = {"service": "MP0000001", "lines": str(len(lines)), "do": "calculate"}
    sent |= {"incentive": "card_uptake", "counts": "top_up", "applied_on": "2022-07-15"}
    for place, line in enumerate(lines):
        sent |= {f"line{place}-{name}": value for name, value in ({"kind": "top_up"} | line).items()}
    return client.post(PAGE, sent | asked)


def test_the_page_says_how_much_when_and_why(register: None, client: Client) -> None:
    response = ask(
        client,
        {"yen": "8,000", "on": "2022-07-20"},
        {"yen": "３０００円", "on": "2022-08-01", "refunded_yen": "1000"},
        {"yen": "4000", "on": "2022-07-25", "kind": "purchase"},
        {"yen": "1000", "on": "2023-03-01"},
        {},
        points_elsewhere="600",
    )

    page = main_text(response)
    assert response.status_code == 200
    for words in (
        "2,500 ポイント",
        "2022年(令和4年)8月31日 2,000",
        "2022年(令和4年)9月30日 500",
        "2022年(令和4年)7月20日にチャージ8,000円 → 対象です。8,000円を数えます。",
        "対象です。取り消す1,000円を引いて、2,000円を数えます。",
        "対象外です。申込で選んだ使い方ではありません。",
        "対象外です。対象期間が終わる2023年(令和5年)2月28日より後です。",
        "10,000円の25%です。",
        "これまでに受け取った600ポイントを引きます。",
        "上限まで、あと1,900ポイント(7,600円分)です。",
    ):
        assert words in page, words


def test_a_plan_above_the_cap_says_that_no_more_comes(register: None, client: Client) -> None:
    page = main_text(ask(client, {"yen": "3000", "on": "2022-07-20", "every": "week"}))

    assert "5,000 ポイント" in page
    assert "残りの上限を超える分は付きません。" in page
    assert "32回: 対象です。96,000円を数えます。" in page


@pytest.mark.parametrize(
    ("service", "line", "asked", "reason"),
    [
        ("MP0000012", {"yen": "499", "on": "2022-07-20"}, {}, "1回の最低額の500円に足りません"),
        ("MP0000012", {"yen": "500", "on": "2022-07-15"}, {}, "申込が有効になる2022年(令和4年)7月16日より前です"),
        ("MP0000012", {"yen": "500", "on": "2022-07-16"}, {}, "対象です。500円を数えます。"),
    ],
)
def test_each_service_s_own_terms_count(
    register: None, client: Client, service: str, line: dict[str, str], asked: dict[str, str], reason: str
) -> None:
    assert reason in main_text(ask(client, line, service=service, **asked))


@pytest.mark.parametrize(
    ("line", "asked", "told"),
    [
        ({"yen": "800", "on": "2022-07-14"}, {}, "過ぎた日は計算できません。2022年7月15日以降の予定を入れてください。"),
        ({"yen": "0", "on": "2022-07-20"}, {}, "1から1,000,000までの数字で入力してください。"),
        ({"yen": "many", "on": "2022-07-20"}, {}, "1から1,000,000までの数字で入力してください。"),
        ({"yen": "800"}, {}, "使う日を入力してください。"),
        ({"on": "2022-07-20"}, {}, "金額を入力してください。"),
        ({}, {}, "使う予定を1つ以上入力してください。金額と日の両方が必要です。"),
        ({"yen": "800", "on": "2022-07-20"}, {"applied_on": "2023-03-01"}, "この日には、この決済サービスで"),
        ({"yen": "800", "on": "2022-07-20"}, {"applied_on": "2019-03-01"}, "この日には、この決済サービスで"),
    ],
)
def test_what_cannot_be_computed_says_what_to_do(
    register: None, client: Client, line: dict[str, str], asked: dict[str, str], told: str
) -> None:
    response = ask(client, line, **asked)

    assert response.status_code == 422
    assert told in main_text(response)
    assert "計算の結果" not in main_text(response)


def test_more_uses_than_can_be_answered_quickly_are_refused(register: None, client: Client) -> None:
    response = ask(client, *[{"yen": "10", "on": "2022-07-20", "every": "week"}] * 4)

    assert response.status_code == 422
    assert "80回を超えます" in main_text(response)


def test_a_fixed_sum_needs_no_use(register: None, client: Client) -> None:
    page = main_text(ask(client, incentive="health_insurance"))

    assert "7,500 ポイント" in page
    assert "使う金額にかかわらず" in page


def test_lines_are_added_without_losing_what_was_typed(register: None, client: Client) -> None:
    page = markup(ask(client, {"yen": "777", "on": "2022-07-20"}, do="add"))

    assert 'value="777"' in page
    assert 'name="line1-yen"' in page
    assert 'name="line2-yen"' not in page


def test_one_chooses_a_service_first_of_those_that_can_be_computed(register: None, client: Client) -> None:
    page = markup(client.get(PAGE))

    assert '<option value="MP0000001">' in page
    assert '<option value="MP0000018">' not in page
    assert client.get(PAGE, {"service": "MP0000018"}).status_code == 404
    assert "サンプルPay" in main_text(client.get(PAGE, {"service": "MP0000001"}))


def test_after_the_programme_nothing_is_promised(register: None, client: Client) -> None:
    clock.move_to(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))

    response = ask(client, {"yen": "800", "on": "2026-11-23"}, applied_on="2023-02-01")

    assert "0 ポイント" in main_text(response)
    assert "対象外です。対象期間が終わる2023年(令和5年)2月28日より後です。" in main_text(response)


def test_the_calculator_is_in_english_too(register: None, client: Client) -> None:
    client.cookies["django_language"] = "en"

    page = main_text(ask(client, {"yen": "8000", "on": "2022-07-20"}))

    assert "2,000 points" in page
    assert "31 August 2022" in page
    assert not [letter for letter in page if "\u3041" <= letter <= "\u9fff"], page
    assert "How much do I get, and when?" in text(client.get(PAGE))
