"""Why a step of settlement cannot be made, in words for the staff."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.settlement.actions import Reason

SENTENCES: dict[Reason, str | Promise] = {
    Reason.TURN: _("この請求は、すでに先へ進んでいます。今の状態を確かめてください。"),
    Reason.SECOND_PERSON: _("この操作は、別の職員が行います。登録コードを発行した相手とは、7日間、2人目になれません。"),
    Reason.FIGURES: _("提出のあとで付与の記録が変わり、請求額と合いません。差し戻して、請求し直してもらってください。"),
    Reason.NOT_DRAWN: _("まだ抽出していません。先に、証拠を求める明細を抽出してください。"),
    Reason.NOT_SEALED: _("この請求は、まだ監査記録に封印されていません。数分後に、もう一度お試しください。"),
    Reason.NOT_IN_ORDER: _("抽出した明細のなかに、証拠と合っていないもの、またはまだ確かめていないものがあります。"),
    Reason.EARLIER_OPEN: _("前の月の請求がまだ決まっていません。先に、そちらを承認するか差し戻してください。"),
    Reason.LATER_CLAIM: _("あとの月の請求が、この請求を前提にしています。先に、そちらを差し戻してください。"),
    Reason.NO_REASON: _("差し戻す理由を書いてください。"),
    Reason.DONE_BEFORE: _("これは、すでに行われています。"),
    Reason.NO_ACCOUNT: _("2人が確かめた振込先がありません。振込先を登録し、別の職員が確認してください。"),
    Reason.NOTHING_TO_PAY: _("支払うものがありません。"),
    Reason.OWES: _("差し引きが0円を下回るので、支払えません。次の支払いに繰り越すか、全額の返金を受けてください。"),
    Reason.NOT_WRITABLE: _("振込ファイルに書けない値があります。口座の番号と、カナの名義を確かめてください。"),
}
