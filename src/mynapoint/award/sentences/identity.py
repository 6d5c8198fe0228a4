"""What people read when a card, its certificate or its signature does not show who they are."""

from __future__ import annotations

SENTENCES = {
    "certificate_expired": (
        "カードの利用者証明用電子証明書は{expired_on}に有効期限が切れています。"
        "お住まいの市区町村の窓口で更新してから、もう一度お試しください。",
        "The card's user-authentication certificate expired on {expired_on}. "
        "Please have it renewed at your municipality, then try again.",
    ),
    "certificate_not_yet_valid": (
        "カードの利用者証明用電子証明書は{valid_from}から有効です。それ以降にお試しください。",
        "The card's user-authentication certificate is valid from {valid_from}. Please try again then.",
    ),
    "certificate_not_usable_yet": (
        "カードの電子証明書は更新されたばかりです。この施策には{usable_from}からお申し込みいただけます。",
        "The card's certificate has just been renewed. It can be used to apply for this incentive from {usable_from}.",
    ),
    "certificate_revoked": (
        "カードの利用者証明用電子証明書は失効しています。お住まいの市区町村の窓口にご相談ください。",
        "The card's user-authentication certificate has been revoked. Please ask at your municipality.",
    ),
    "certificate_unreadable": (
        "カードの電子証明書を読み取れませんでした。カードを置き直して、もう一度お試しください。"
        "続くときは、お住まいの市区町村の窓口にご相談ください。",
        "The card's certificate could not be read. Please put the card on the reader again and retry. "
        "If this goes on, please ask at your municipality.",
    ),
    "certificate_of_another_kind": (
        "読み取った電子証明書は、ログインには使えない種類のものです。マイナンバーカードの利用者証明用電子証明書"
        "(数字4桁の暗証番号)でお試しください。",
        "The certificate that was read is not one for signing in. Please use the My Number Card's "
        "user-authentication certificate (the one with the PIN of four digits).",
    ),
    "certificate_method_unknown": (
        "カードの電子証明書の方式に、このサイトはまだ対応していません。お住まいの市区町村の窓口でお手続きください。",
        "The method of this card's certificate is not supported here yet. "
        "Please complete this at your municipality's counter.",
    ),
    "certificate_issuer_over": (
        "カードの電子証明書は、有効期間が終わった認証局から発行されています。お住まいの市区町村の窓口で更新してください。",
        "The authority's key that issued the card's certificate is past its period. "
        "Please have the certificate renewed at your municipality.",
    ),
    "certificate_not_on_record": (
        "カードの電子証明書の発行を確認できませんでした。お住まいの市区町村の窓口にご相談ください。",
        "The card authority does not know this certificate. Please ask at your municipality.",
    ),
    "certificate_not_confirmed": (
        "カードの電子証明書が有効であることを確認できませんでした。失効していることがあります。"
        "もう一度お試しになり、続くときはお住まいの市区町村の窓口にご相談ください。",
        "The card's certificate was not confirmed as valid; it may have been revoked. "
        "Please try once more, and if this goes on, ask at your municipality.",
    ),
    "signature_certificate_revoked": (
        "カードの署名用電子証明書が失効しています(引っ越しや氏名の変更で失効します)。"
        "お住まいの市区町村の窓口で発行を受けてから、もう一度お試しください。",
        "The card's signature certificate has been revoked (a move or a change of name does that). "
        "Please have a new one issued at your municipality, then try again.",
    ),
    "certificate_not_accepted": (
        "このカードの電子証明書は、ここでは使えません。マイナンバーカードかどうかご確認ください。",
        "This card's certificate is not accepted here. Please check that it is a My Number Card.",
    ),
    "revocation_unknown": (
        "ただいま、カードの電子証明書が有効かどうかを確認できません。恐れ入りますが、時間をおいてお試しください。",
        "It cannot be checked at present whether the card's certificate has been revoked. Please try again later.",
    ),
    "challenge_expired": (
        "お手続きの有効時間({minutes}分)が過ぎました。恐れ入りますが、もう一度はじめからお願いします。",
        "This step was open for {minutes} minutes and has lapsed. Please start it again.",
    ),
    "card_answer_unreadable": (
        "カードからの応答を読み取れませんでした。何も保存されていません。カード用のソフトを最新のものにして、"
        "もう一度お試しください。",
        "The card's answer could not be read. Nothing was saved. "
        "Please bring the program that reads your card up to date and try again.",
    ),
    "card_signature_invalid": (
        "カードの署名を確認できませんでした。何も保存されていません。もう一度お試しください。",
        "The card's signature could not be verified. Nothing was saved. Please try again.",
    ),
    "other_persons_card": (
        "ログイン中の方とは別の方のカードで署名されました。何も保存せず、ログアウトしました。"
        "ご自身のカードで、はじめからお手続きください。",
        "The statement was signed with another person's card. Nothing was saved and you have been signed out. "
        "Please start again with your own card.",
    ),
    "records_joined": (
        "お手続きの間に、更新前の電子証明書での記録と1つにまとまりました。今のお手続きは保存されていません。"
        "もう一度ログインして、マイページをご確認ください。",
        "During this step your record was joined with the one from before your certificate was renewed. "
        "This step was not saved. Please sign in again and look at your page.",
    ),
    "card_step_cancelled": (
        "カードでの確認が取り消されました。何も保存されていません。続けるときは、もう一度お手続きください。",
        "The card step was cancelled. Nothing was saved. To go on, please start the step again.",
    ),
    "card_not_read": (
        "カードを読み取れませんでした。カードとカードリーダーをご確認のうえ、もう一度お試しください。",
        "The card could not be read. Please check the card and the reader, then try again.",
    ),
    "pin_locked": (
        "暗証番号がロックされています。お住まいの市区町村の窓口で再設定してください。",
        "The PIN is locked. It can be reset at your municipality's counter.",
    ),
    "other_persons_phone": (
        "ログイン中の方とは別の方のスマートフォンで認証されました。何も保存せず、ログアウトしました。"
        "ご自身のスマートフォンかカードで、はじめからお手続きください。",
        "The step was answered with another person's phone. Nothing was saved and you have been signed out. "
        "Please start again with your own phone or card.",
    ),
    "phone_not_linked": (
        "このスマートフォンは、登録されていません。はじめにマイナンバーカードでログインし、"
        "マイページの「スマートフォンを登録する」へお進みください。",
        "This phone is not added to a record. Please sign in with your My Number Card first, "
        "then choose “Add your phone” on your page.",
    ),
    "phone_of_another_record": (
        "このスマートフォンは、別の記録にすでに登録されているため、登録できませんでした。お問い合わせ窓口にご相談ください。",
        "This phone already belongs to another record and was not added. Please ask the support desk.",
    ),
    "phone_step_cancelled": (
        "スマートフォンでの本人確認が終わりませんでした。何も保存されていません。"
        "続けるときは、もう一度お手続きください。",
        "The identity check on your phone was not completed. Nothing was saved. To go on, please start the step again.",
    ),
    "phone_not_confirmed": (
        "スマートフォンでの本人確認の結果を確かめられませんでした。何も保存されていません。もう一度お試しください。"
        "続くときは、マイナンバーカードとカードリーダーでお手続きください。",
        "The result of the identity check on your phone could not be verified. Nothing was saved. Please try again. "
        "If this goes on, please use your My Number Card with a card reader.",
    ),
    "phone_unreachable": (
        "ただいま、スマートフォンでの本人確認を利用できません。恐れ入りますが、時間をおいてお試しください。",
        "The identity check by phone is not available at present. Please try again later.",
    ),
}
