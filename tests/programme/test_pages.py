"""Every fact of the two municipal pages, numbered in reading order, and where the project states it."""

from __future__ import annotations

from datetime import date

import pytest

from mynapoint.programme.explain import figure_words, hours_words
from mynapoint.programme.rounds import load_round
from mynapoint.programme.sources import Source

PAGES = {
    "S0": ("nishitokyo-2022-01-24", date(2022, 1, 24)),
    "S1": ("hadano-2020-06-18", date(2020, 6, 18)),
}

# Facts that are law: fact, round, key, and what the page of that day reads there (a part of it, in Japanese).
FIGURES = [
    ("S0-5", "round1", "card_requested_by", "2021年4月30日まで"),
    ("S0-6", "round1", "applications_until", "2021年12月31日まで(終了)"),
    ("S0-6", "round1", "earning_until", "2021年12月31日まで(終了)"),
    ("S0-7", "round2", "card_uptake_applications_from", "2022年1月1日から"),
    ("S0-8", "round2", "yen_to_fill", "20,000円"),
    ("S0-12", "round2", "card_uptake_points", "5,000ポイント"),
    ("S0-14", "round2", "earning_from", "2022年1月1日から"),
    ("S0-15", "round2", "health_insurance_points", "7,500ポイント"),
    ("S0-17", "round2", "public_funds_account_points", "7,500ポイント"),
    ("S0-18", "round2", "direct_applications_from", "未定(2022年6月頃の予定)"),
    ("S0-19", "round2", "applications_until", "2023年2月28日まで"),
    ("S0-20", "round2", "earning_until", "2023年2月28日まで"),
    ("S0-21", "round2", "card_requested_by", "2022年9月30日まで"),
    ("S0-24", "round2", "card_uptake_points", "5,000ポイント"),
    ("S0-28", "round2", "free_dial_number", "0120-95-0178"),
    ("S0-29", "round2", "free_dial_menu", "5番"),
    ("S0-39", "round2", "faq", "https://"),
    ("S0-45", "round2", "pin_digits", "4桁"),
    ("S0-46", "round2", "pin_tries", "3回"),
    ("S0-49", "round2", "service_search", "https://"),
    ("S1-9", "round1", "national_site", "https://"),
    ("S1-11", "round1", "pin_digits", "4桁"),
    ("S1-16", "round1", "applications_from", "2020年7月から"),
    ("S1-18", "round1", "points_from", "2020年9月から"),
    ("S1-21", "round1", "service_search", "https://"),
    ("S1-32", "round1", "pin_digits", "4桁"),
    ("S1-35", "round1", "earning_from", "2020年9月1日から"),
    ("S1-35", "round1", "earning_until", "2021年3月31日まで"),
    ("S1-37", "round1", "yen_to_fill", "20,000円"),
    ("S1-37", "round1", "card_uptake_points", "5,000ポイント"),
    ("S1-37", "round1", "premium_rate", "25%"),
    ("S1-49", "round1", "faq", "https://"),
    ("S1-50", "round1", "free_dial_number", "0120-95-0178"),
    ("S1-51", "round1", "free_dial_menu", "5番"),
]
STATEMENTS = [
    ("S0-7", "round1", "use_round2", "第2弾をご利用"),
    ("S0-8", "round2", "carry_over", "上限まで引き続き"),
    ("S0-9", "round2", "services_may_leave", "参加しないこと"),
    ("S0-11", "round2", "details_on_national_site", "最新の情報"),
    ("S0-13", "round2", "existing_holders_included", "すでにカードをお持ちの方も"),
    ("S0-16", "round2", "registered_before_included", "すでに健康保険証として登録した方"),
    ("S0-18", "round2", "how_to_apply_direct", "決まりしだい"),
    ("S0-22", "round2", "what_it_is", "チャージまたは買い物"),
    ("S0-23", "round2", "services_in_search", "決済サービス検索"),
    ("S0-24", "round2", "cap_is_per_person", "1人ごと"),
    ("S0-25", "round2", "points_are_the_services", "選んだ決済サービスのポイント"),
    ("S0-26", "round2", "card_only_for_procedures", "予約と申込のときだけ"),
    ("S0-27", "round2", "no_purchase_history", "買い物の履歴"),
    ("S0-32", "round2", "three_steps", "3つ"),
    ("S0-33", "round2", "reservation_is", "利用者証明用電子証明書を使ってオンライン"),
    ("S0-34", "round2", "application_is", "1つ選び"),
    ("S0-35", "round2", "possible_at_home", "ご自分のパソコンやスマートフォン"),
    ("S0-36", "round2", "card_with_certificate", "利用者証明用電子証明書が入った"),
    ("S0-37", "round2", "needed_at_home", "ICカードリーダー"),
    ("S0-38", "round2", "payment_means_needed", "決済手段"),
    ("S0-39", "round2", "how_to_on_national_site", "予約と申込の方法"),
    ("S0-44", "round2", "card_with_certificate", "利用者証明用電子証明書が入った"),
    ("S0-47", "round2", "pin_reset_at_municipality", "再設定できます"),
    ("S0-48", "round2", "payment_means_needed", "予約だけなら要りません"),
    ("S0-50", "round2", "not_all_at_counters", "支援窓口では申し込めない"),
    ("S1-7", "round1", "aims", "基盤"),
    ("S1-8", "round1", "what_it_is", "予約と申込をして"),
    ("S1-9", "round1", "details_on_national_site", "総務省"),
    ("S1-10", "round1", "three_steps", "カード、マイナポイントの予約、マイナポイントの申込の順"),
    ("S1-11", "round1", "pin_set_at_pickup", "カードを受け取ったとき"),
    ("S1-13", "round1", "reservation_is", "マイキーIDを設定"),
    ("S1-14", "round1", "possible_at_home", "予約と申込"),
    ("S1-15", "round1", "how_to_on_national_site", "予約の方法"),
    ("S1-17", "round1", "application_is", "ポイントを受け取る"),
    ("S1-19", "round1", "possible_at_home", "予約と申込"),
    ("S1-20", "round1", "choice_is_final", "変えることはできません"),
    ("S1-21", "round1", "services_in_search", "決済サービス検索"),
    ("S1-28", "round1", "channels_differ", "専用アプリからだけ、店頭だけ"),
    ("S1-29", "round1", "application_start_differs", "受付が始まる日"),
    ("S1-30", "round1", "prior_registration", "事前登録が必要"),
    ("S1-31", "round1", "card_with_certificate", "利用者証明用電子証明書が入った"),
    ("S1-33", "round1", "pin_reset_at_municipality", "再設定します"),
    ("S1-36", "round1", "top_up_or_purchase", "チャージか、そのサービスでの買い物"),
    ("S1-39", "round1", "before_start_earns_nothing", "8月末までのチャージや買い物には"),
    ("S1-40", "round1", "timing_differs", "決済サービスによって"),
    ("S1-41", "round1", "timing_after_use", "数時間後"),
    ("S1-42", "round1", "timing_month_close", "翌月の末"),
    ("S1-43", "round1", "timing_threshold", "20,000円に達した月の末から3か月後"),
    ("S1-44", "round1", "use_differs", "決済サービスによって"),
    ("S1-45", "round1", "use_directly", "そのまま支払い"),
    ("S1-46", "round1", "use_after_exchange", "交換"),
    ("S1-47", "round1", "choice_is_final", "よく考えて"),
    ("S1-48", "round1", "both_are_needed", "予約がお済みの方も"),
]
HOURS = [
    ("S0-30", ["平日・土曜日・日曜日・祝日 9時30分から20時まで", "年末年始も受け付けます"]),
    ("S0-31", ["この受付時間は2022年3月31日まで"]),
    ("S1-52", ["平日 9時30分から20時まで"]),
    ("S1-53", ["土曜日・日曜日・祝日 9時30分から17時30分まで"]),
]
# What belongs to the page or its municipality, not to the law: titles, counters, addresses, forms.
MUNICIPAL = {
    "S0": [*range(1, 5), 10, *range(40, 44), *range(51, 59)],
    "S1": [*range(1, 7), 12, *range(22, 28), 34, 38, *range(54, 59)],
}


@pytest.mark.parametrize(("fact", "round_id", "key", "words"), FIGURES)
def test_a_figure_reads_as_on_the_page_and_names_it_as_source(fact: str, round_id: str, key: str, words: str) -> None:
    page, day = PAGES[fact[:2]]
    parameter = load_round(round_id).parameters[key]
    announcement = parameter.as_of(day)

    assert announcement is not None
    assert words in str(figure_words(parameter, day, "ja"))
    assert page in _ids(announcement.source, announcement.also_in)


@pytest.mark.parametrize(("fact", "round_id", "key", "words"), STATEMENTS)
def test_a_rule_reads_as_on_the_page_and_names_it_as_source(fact: str, round_id: str, key: str, words: str) -> None:
    page, day = PAGES[fact[:2]]
    version = load_round(round_id).statements[key].as_of(day)

    assert version is not None
    assert words in version.words.ja
    assert page in _ids(version.source, version.also_in)


@pytest.mark.parametrize(("fact", "lines"), HOURS)
def test_the_lines_hours_read_as_on_the_page(fact: str, lines: list[str]) -> None:
    page, day = PAGES[fact[:2]]
    for round_id in ("round1", "round2"):
        hours = load_round(round_id).contact_lines["free_dial"].hours_as_of(day)

        assert hours is not None
        assert hours.source.id == page
        assert set(lines) <= set(hours_words(hours, day, "ja"))


@pytest.mark.parametrize("page", PAGES)
def test_each_of_the_58_facts_of_a_page_has_its_place(page: str) -> None:
    facts = [row[0] for row in FIGURES] + [row[0] for row in STATEMENTS] + [row[0] for row in HOURS]
    law = {int(fact[3:]) for fact in facts if fact.startswith(page)}

    assert sorted(law | set(MUNICIPAL[page])) == list(range(1, 59))
    assert not law & set(MUNICIPAL[page])


def _ids(source: Source, others: tuple[Source, ...]) -> list[str]:
    return [source.id, *(other.id for other in others)]
