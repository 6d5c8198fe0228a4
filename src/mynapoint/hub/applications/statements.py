"""The statement of an application (同意文): read by the resident, shown by the agent, signed by the card, kept here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mynapoint.exchange.messages import Counts
from mynapoint.hub.applications.models import Draft
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay


def statement(draft: Draft, incentive: IncentiveOnDay) -> str:
    """Return the statement in the language of the page, on one line: who, where, for what, and that it is for good."""
    points = f"{incentive.points:,}"
    if incentive.is_direct:
        gain = _("%(points)sポイント") % {"points": points}
    elif draft.counts == Counts.TOP_UP:
        gain = _("チャージに対して最大%(points)sポイント") % {"points": points}
    else:
        gain = _("買い物に対して最大%(points)sポイント") % {"points": points}
    text = _(
        "「%(service)s」の決済サービスID %(account)s(名義:%(holder)s)に、%(round)s「%(incentive)s」(%(gain)s)を"
        "申し込みます。申し込んだ後は、決済サービスを変更できません。"
    )
    return text % {
        "service": draft.payment_service.label,
        "account": draft.masked_account,
        "holder": draft.masked_holder,
        "round": incentive.round_label,
        "incentive": incentive.label,
        "gain": gain,
    }
