"""What people read when the programme's own conditions say no: period, card, person, use, cap, budget; reservation."""

from __future__ import annotations

SENTENCES = {
    "before_application_period": (
        "申込の受付は{starts_on}に始まります。始まりましたら、もう一度お手続きください。",
        "Applications open on {starts_on}. Please come back then.",
    ),
    "start_not_announced": (
        "受付開始日は未定です。国からの発表をお待ちください。",
        "The first day of applications has not been announced yet. Please wait for the announcement.",
    ),
    "after_application_period": (
        "申込期間は{ended_on}に終了しました。",
        "Applications closed on {ended_on}.",
    ),
    "card_requested_too_late": (
        "対象となるのは、{requested_by}までにマイナンバーカードを申請した方です(このカードの申請日:{requested_on})。",
        "The card had to be requested by {requested_by}; this one was requested on {requested_on}.",
    ),
    "grace_missed": (
        "特例の対象となるのは、{until}までにマイナンバーカードを申請した方です(このカードの申請日:{requested_on})。",
        "The exception is for cards requested by {until}; this one was requested on {requested_on}.",
    ),
    "already_applied": (
        "この施策には{applied_on}に「{service}」で申込済みです。申込は1人1回で、決済サービスの変更はできません。",
        "You applied for this incentive on {applied_on} with {service}. It is once per person and cannot be changed.",
    ),
    "account_already_used": (
        "この決済サービスIDは、この施策で別の方の申込に使われています。ご自身の決済サービスIDをご確認ください。",
        "This account already serves another person for this incentive. Please check your account number.",
    ),
    "cap_reached": (
        "上限の{points_max}ポイントまで付与済みです。",
        "The cap of {points_max} points has been reached.",
    ),
    "not_in_area": (
        "対象は、{area}にお住まいの方です。お住まいの市区町村の制度をご確認ください。",
        "This is for residents of {area}. Please see what your own municipality offers.",
    ),
    "too_young": (
        "対象は、{born_until}までに生まれた方です(生年月日:{born_on})。",
        "This is for people born by {born_until}; your day of birth is {born_on}.",
    ),
    "too_old": (
        "対象は、{born_from}以降に生まれた方です(生年月日:{born_on})。",
        "This is for people born on {born_from} or later; your day of birth is {born_on}.",
    ),
    "use_before_earning": (
        "{used_on}の利用は対象外です。対象となるのは{earning_from}以降のチャージや買い物です。",
        "Use of {used_on} does not count: top-ups and purchases count from {earning_from}.",
    ),
    "use_after_earning": (
        "{used_on}の利用は対象外です。対象となるチャージや買い物は{earning_until}で終了しました。",
        "Use of {used_on} does not count: top-ups and purchases counted until {earning_until}.",
    ),
    "use_before_application": (
        "{used_at}の利用は対象外です。対象となるのは、申込が有効になった{effective_from}以降のチャージや買い物です。",
        "Use at {used_at} does not count: the application took effect at {effective_from}.",
    ),
    "registered_too_late": (
        "登録が{registered_on}に済みましたが、期限は{registered_by}でした。この施策のポイントは付与されません。",
        "The registration was completed on {registered_on}; it had to be by {registered_by}, so no points are given.",
    ),
    "budget_spent": (
        "申込が予算の{budget}ポイントに達したため、受付を終了しました。",
        "Applications have closed, as they have reached the budget of {budget} points.",
    ),
    "no_reservation": (
        "申込の前に、マイナポイントの予約(マイキーIDの設定)が必要です。",
        "A reservation (My Key ID) is needed before applying.",
    ),
    "already_reserved": (
        "予約は済んでいます。マイキーIDは、マイページでご確認いただけます。",
        "You have made your reservation. Your My Key ID is on your page.",
    ),
    "my_key_id_changes_used_up": (
        "マイキーIDは、もう変えられません。変えられるのは{changes}回までです。",
        "Your My Key ID cannot be changed any more: {changes} changes are the most there are.",
    ),
    "my_key_id_changed_meanwhile": (
        "署名されたあいだに、マイキーIDがすでに変わっていました。何も変えていません。マイキーIDのページでご確認ください。",
        "Your My Key ID changed while you were signing. Nothing was done now; please look at the page of your ID.",
    ),
    "draft_replaced": (
        "署名された申込内容は、別の内容に置き換えられたか、すでに申込済みです。マイページでご確認ください。",
        "The application you signed has been replaced by another or has been made already. Please look at your page.",
    ),
}
