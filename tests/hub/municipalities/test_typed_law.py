"""What the law knows is recognised however it is typed, and what it does not know may be written."""

from __future__ import annotations

from datetime import date

import pytest

from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.placeholders import filled, has_stray_brace
from mynapoint.hub.municipalities.typed_law import typed_law, unknown_placeholders
from mynapoint.hub.words import PageWords

LAW = LawOfDay(date(2022, 7, 15), "ja")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("申請は2022年9月30日までです。", "card_requested_by"),
        ("申請は２０２２年９月３０日までです。", "card_requested_by"),
        ("申請は令和4年9月30日までです。", "card_requested_by"),
        ("申請は2022年(令和4年)9月30日までです。", "card_requested_by"),
        ("申請は令和四年九月三十日までです。", "card_requested_by"),
        ("申請は令和4年9月末までです。", "card_requested_by"),
        ("申請は9月30日までです。", "card_requested_by"),
        ("申請は9月末まで", "card_requested_by"),
        ("申請は2022/9/30まで", "card_requested_by"),
        ("申請は2022-09-30まで", "card_requested_by"),
        ("申請はR4.9.30まで", "card_requested_by"),
        ("申請は9/30まで", "card_requested_by"),
        ("Request the card by 30 September 2022.", "card_requested_by"),
        ("Request the card by September 30th, 2022.", "card_requested_by"),
        ("Request the card by the end of September 2022.", "card_requested_by"),
        ("申請は2023年2月28日まで", "card_requested_by"),  # announced later: the page of that day must not differ
        ("第1弾は2021年12月31日に終わりました。", "round1_applications_until"),
        ("健康保険証は令和4年6月頃から", "direct_applications_from"),
        ("最大20,000円のチャージで", "yen_to_fill"),
        ("最大2万円のチャージで", "yen_to_fill"),
        ("最大二万円のチャージで", "yen_to_fill"),
        ("¥20,000 を", "yen_to_fill"),
        ("up to 20,000 yen", "yen_to_fill"),
        ("5,000円分のポイント", "card_uptake_points"),
        ("5千ポイント", "card_uptake_points"),
        ("7500ポイントがもらえます", "health_insurance_points"),
        ("25%が付きます", "premium_rate"),
        ("25パーセント", "premium_rate"),
        ("暗証番号は4桁です", "pin_digits"),
        ("the four-digit PIN", "pin_digits"),
        ("3回間違えるとロックされます", "pin_tries"),
        ("電話は0120-95-0178です", "free_dial_number"),
        ("電話は０１２０（９５）０１７８です", "free_dial_number"),
        ("音声案内で5番を押します", "free_dial_menu"),
        ("https://mynumbercard.point.soumu.go.jp/service_search/ を見てください", "service_search"),
    ],
)
def test_a_figure_of_the_law_is_recognised_however_it_is_typed(words: str, name: str) -> None:
    found = typed_law(words, LAW)

    assert name in {one for typed in found for one in typed.names}, found


@pytest.mark.parametrize(
    "words",
    [
        "窓口は2022年8月1日に移ります。",
        "1階の5番窓口です。",
        "講習会は全3回です。",
        "駐車場は30分100円です。",
        "電話は0463-82-5115です。",
        "申請は{card_requested_by}、上限は{card_uptake_points}です。",
        "Parking costs 100 yen. The room moves on 1 August 2022.",
        "2022年度の予定",
        "4月から11月まで",
        "受付は9時から17時までです。",
        "",
    ],
)
def test_what_is_the_municipalitys_own_may_be_written(words: str) -> None:
    assert typed_law(words, LAW) == []


def test_a_figure_that_does_not_exist_cannot_be_placed() -> None:
    assert unknown_placeholders("{card_requested_by}と{card_requested_bye}", LAW) == ["card_requested_bye"]
    assert not unknown_placeholders("{round1_applications_until}", LAW)


def test_both_rounds_figures_can_be_placed_by_name() -> None:
    text = PageWords("第1弾は{round1_applications_until}、第2弾は{applications_until}", "-")

    assert filled(text, LAW.figures()) == "第1弾は2021年12月31日まで(終了)、第2弾は2023年2月28日まで"


@pytest.mark.parametrize(
    "words", ["{pin_digits.__class__}", "{pin_digits!r}", "{pin_digits:>99999999}", "{", "}", "{0}", "{PIN}", "{ pin }"]
)
def test_a_placeholder_is_a_name_and_nothing_else(words: str) -> None:
    assert has_stray_brace(words)
    assert filled(PageWords(words, words), LAW.figures()) == words


def test_a_text_whose_figure_nobody_had_announced_is_left_out() -> None:
    text = PageWords("上限は{health_insurance_points}です。", "The most is {health_insurance_points}.")

    assert filled(text, LawOfDay(date(2020, 6, 18), "ja").figures()) == ""
