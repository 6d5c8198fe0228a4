"""Every sentence of the agent's pages, in Japanese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["ja", "en"]

WORDS: Mapping[str, tuple[str, str]] = {
    "agent": ("カードエージェント", "Card agent"),
    "emulated": (
        "模擬カードです。本物のマイナンバーカードではありません。",
        "Emulated cards: these are not real My Number Cards.",
    ),
    "emulated_mark": ("模擬", "emulated"),
    "error_prefix": ("エラー:", "Error: "),
    "home_title": ("カードエージェントは動いています", "The card agent is running"),
    "home_text": (
        "マイナポイントなどのサイトで「カードでログイン」を選ぶと、この画面で内容を確かめて署名できます。",
        "Choose “Sign in with the card” on a site such as Mynapoint; you will check and sign the request here.",
    ),
    "confirm_title": ("内容を確かめて、カードで署名してください", "Check the request and sign it with your card"),
    "time": (
        "この画面は5分間有効です。過ぎたときは、元のサイトからやり直してください。",
        "This page is good for 5 minutes. After that, start again on the site.",
    ),
    "who": ("確認を求めているサイト", "The site that is asking"),
    "who_hint": (
        "今まで見ていたサイトと同じでなければ、取り消してください。",
        "If this is not the site you came from, cancel.",
    ),
    "what": ("署名する内容", "What you will sign"),
    "what_hint": (
        "この文がそのまま署名されます。ほかの内容は署名されません。",
        "Exactly this text is signed, and nothing else.",
    ),
    "card": ("使うカード", "Card to use"),
    "card_hint": ("ご自身のカードを選んでください。", "Choose your own card."),
    "tries": ("暗証番号はあと{tries}回まで", "{tries} PIN tries left"),
    "tries_one": ("暗証番号はあと1回だけ", "1 PIN try left"),
    "tries_none": ("暗証番号がロックされています", "the PIN is locked"),
    "tries_unknown": ("カードを読み取れません", "the card cannot be read"),
    "last_try": (
        "あと1回間違えるとロックされ、市区町村の窓口での再設定が必要になることを確かめました",
        "I understand that one more wrong try locks the PIN, and that only a municipal counter can reset it",
    ),
    "pin": ("利用者証明用電子証明書の暗証番号", "PIN of the user-authentication certificate"),
    "pin_hint": (
        "数字4桁です。続けて3回間違えるとロックされます。入力した番号がサイトに送られることはありません。",
        "4 digits. Three wrong tries in a row lock it. What you type is never sent to the site.",
    ),
    "sign": ("署名して戻る", "Sign and return"),
    "cancel": ("取り消す", "Cancel"),
    "wrong_pin": (
        "暗証番号が違います。あと{tries}回間違えると、ロックされます。",
        "That PIN is wrong. {tries} more wrong tries will lock it.",
    ),
    "wrong_pin_one": (
        "暗証番号が違います。あと1回間違えると、ロックされます。わからないときは取り消して、"
        "お住まいの市区町村の窓口で再設定してください。",
        "That PIN is wrong. One more wrong try will lock it. If you are not sure, cancel and have the PIN "
        "reset at your municipality’s counter.",
    ),
    "malformed_pin": (
        "暗証番号は、半角の数字4桁で入力してください。カードには送っていないので、残りの回数は減っていません。",
        "Enter the PIN as 4 digits. Nothing was sent to the card, so no try was used.",
    ),
    "last_try_unconfirmed": (
        "残り1回です。続けるときは、カードの下の確認欄にチェックを入れて、暗証番号をもう一度入力してください。",
        "One try is left. To go on, tick the box below the card and enter the PIN again.",
    ),
    "choose_card": (
        "使うカードを選んで、暗証番号をもう一度入力してください。",
        "Choose the card to use and enter the PIN again.",
    ),
    "answered": (
        "この画面はすでに送信されています。残りの回数を確かめて、もう一度入力してください。",
        "That page had already been sent. Check the tries left and enter the PIN again.",
    ),
    "no_card_title": ("カードが見つかりません", "No card was found"),
    "no_card_text": (
        "カードリーダーにマイナンバーカードを置いて、「もう一度読み取る」を押してください。",
        "Place your My Number Card on the reader, then choose “Read again”.",
    ),
    "again": ("もう一度読み取る", "Read again"),
    "return": ("サイトに戻る", "Return to the site"),
    "done_title": ("署名しました", "Signed"),
    "done_text": (
        "サイトに戻ります。画面が変わらないときは、「サイトに戻る」を押してください。",
        "Returning to the site. If nothing happens, choose “Return to the site”.",
    ),
    "cancelled_title": ("取り消しました", "Cancelled"),
    "cancelled_text": ("署名はしていません。サイトに戻ります。", "Nothing was signed. Returning to the site."),
    "pin_locked_title": ("暗証番号がロックされています", "The PIN is locked"),
    "pin_locked_text": (
        "間違いが3回続いたため、この暗証番号は使えなくなりました。署名はしていません。"
        "お住まいの市区町村の窓口にカードと本人確認書類をお持ちになると、再設定できます。",
        "It was entered wrongly three times in a row and can no longer be used. Nothing was signed. "
        "It can be reset at your municipality’s counter: bring the card and proof of identity.",
    ),
    "card_error_title": ("カードを使えませんでした", "The card could not be used"),
    "card_error_text": (
        "署名はしていません。カードを置き直して、サイトでもう一度はじめからお試しください。",
        "Nothing was signed. Place the card again and start again on the site.",
    ),
    "refused_title": ("この操作は受け付けられません", "This request is not accepted"),
    "refused_text": (
        "カードエージェントが受け取った内容に問題があり、何もせずに終わりました。元のサイトからやり直してください。",
        "Something is wrong with what the card agent received; nothing was done. Start again on the site.",
    ),
    "lapsed_title": ("この画面の有効時間が過ぎました", "This page has lapsed"),
    "lapsed_text": (
        "すでに使われたか、5分が過ぎています。元のサイトからやり直してください。",
        "It was already used, or 5 minutes have passed. Start again on the site.",
    ),
    "detail": ("技術的な理由", "Technical reason"),
}


def words(language: Language) -> dict[str, str]:
    """Return every sentence in one language."""
    return {key: both[0 if language == "ja" else 1] for key, both in WORDS.items()}
