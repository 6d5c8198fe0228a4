"""The words of the list before starting, in Japanese, English and やさしい日本語; a sheet is printed in any of them."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language in which the sheet is printed."""

    JA = "ja"
    EN = "en"
    EASY = "easy"


_Words = dict[Language, str]


def _in(ja: str, en: str, easy: str) -> _Words:
    return {Language.JA: ja, Language.EN: en, Language.EASY: easy}


TITLE = _in("申込の前に確かめること", "Before you apply", "もうしこむ まえに たしかめること")
READY = _in("そろっています", "Ready", "あります")
MISSING = _in("まだです", "Missing", "まだです")
NOT_ASKED = _in("確認していません", "Not checked", "まだ きいていません")
WHAT = _in("すること", "What to do", "すること")
PLACE = _in("場所", "Where", "ばしょ")
CHOSEN = _in("選んだ決済サービス", "Chosen payment service", "つかう サービス")
KEPT = _in(
    "この紙に、お名前や番号は書かれていません。市も国も、この内容を保存していません。",
    "No name or number is on this sheet, and nobody keeps what it says.",
    "この かみに、なまえや ばんごうは ありません。だれも この ないようを もって いません。",
)

ASKED: dict[str, _Words] = {
    "certificate": _in(
        "マイナンバーカードがあり、利用者証明用電子証明書の期限が切れていない",
        "The My Number Card is here, and its user certificate has not expired",
        "マイナンバーカードが あります。でんし しょうめいしょの きげんが すぎて いません",
    ),
    "pin": _in(
        "利用者証明用電子証明書の暗証番号(数字4桁)を覚えている",
        "The visitor knows the PIN of the user certificate (4 digits)",
        "カードの 4つの すうじ(あんしょうばんごう)を おぼえて います",
    ),
    "means": _in(
        "決済サービスIDとセキュリティコードがわかるもの(カードやスマートフォン)を持っている",
        "The payment service's account and security code are at hand (its card or phone)",
        "つかう サービスの カードか スマートフォンを もって います",
    ),
    "registration": _in(
        "選んだ決済サービスの事前登録が済んでいる",
        "The prior registration with the chosen payment service is done",
        "つかう サービスの じぜん とうろくが おわって います",
    ),
}
SERVICE = _in(
    "選んだ決済サービスに、今日、この窓口で申し込める",
    "The chosen payment service can be applied for at this counter today",
    "つかう サービスは、きょう、この まどぐちで もうしこめます",
)
NEXT: dict[str, _Words] = {
    "certificate": _in(
        "カードをお持ちでないときは、取りに戻ってください。電子証明書の期限が切れているときは、更新してください。",
        "If the card is not here, please fetch it. If the certificate has expired, please have it renewed.",
        "カードが ないときは、とりに かえって ください。きげんが すぎて いるときは、あたらしく して ください。",
    ),
    "pin": _in(
        "暗証番号の再設定をしてください。カードと本人確認書類が必要です。",
        "Please have the PIN reset. Bring the card and an identity document.",
        "あんしょうばんごうを もういちど きめて ください。カードと、じぶんだと わかる ものを もって きて ください。",
    ),
    "means": _in(
        "決済サービスのカードやスマートフォンを持って、もう一度お越しください。",
        "Please come again with the payment service's card or phone.",
        "つかう サービスの カードか スマートフォンを もって、もういちど きて ください。",
    ),
    "registration": _in(
        "決済サービスの会員登録などを済ませてから、もう一度お越しください。",
        "Please register with the payment service first, then come again.",
        "さきに サービスの とうろくを してから、もういちど きて ください。",
    ),
}
WHERE: dict[str, _Words] = {
    "certificate": _in(
        "お住まいの市区町村の、マイナンバーカードの窓口",
        "The My Number Card counter of the municipality you live in",
        "すんで いる まちの しやくしょ(マイナンバーカードの まどぐち)",
    ),
    "pin": _in(
        "お住まいの市区町村の、マイナンバーカードの窓口",
        "The My Number Card counter of the municipality you live in",
        "すんで いる まちの しやくしょ(マイナンバーカードの まどぐち)",
    ),
    "means": _in("ご自宅など", "At home, for instance", "いえなど"),
    "registration": _in(
        "決済サービスのアプリ、ウェブサイトまたは店頭",
        "The payment service's app, website or shop",
        "サービスの アプリ、ウェブサイト、みせ",
    ),
    "service": _in(
        "キャッシュレス決済サービス検索で、申し込める場所と日を確かめるか、ほかのサービスを選んでください。",
        "Look in the payment-service search where and when it can be applied for, or choose another one.",
        "サービスの けんさくで、どこで もうしこめるか しらべて ください。べつの サービスを えらぶことも できます。",
    ),
}
