"""The statement of an application (同意文): read by the resident, shown by the agent, signed by the card, kept here."""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mynapoint.exchange.card_token import shows_what_it_says
from mynapoint.exchange.messages import Counts
from mynapoint.hub.applications.left import left_behind, room_left
from mynapoint.hub.applications.models import Draft
from mynapoint.hub.identity.signers import Signer, declaration
from mynapoint.hub.payment_services.models import ChannelKind
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay
from mynapoint.programme.values import Points

_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_GETA = "〓"
_AT_A_COUNTER = gettext_noop("支援窓口で申し込みます。")


def statement(draft: Draft, incentive: IncentiveOnDay, channel: ChannelKind = ChannelKind.WEB) -> str:
    """Return the statement in the language of the page, on one line: who, where, for what, and that it is for good.

    ``channel``  by which way the application comes; one made at a support counter says so

    It can always be signed, whatever a provider calls its holder: a variant of a letter is written as the letter, and
    what an agent does not show (``card_token.check_challenge``) as 〓, as printers do.
    """
    earlier = left_behind(draft, on=incentive.day)
    points = f"{points_to_earn(draft, incentive):,}"
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
    parts = {
        "service": draft.payment_service.label,
        "account": draft.masked_account,
        "holder": draft.masked_holder,
        "round": incentive.round_label,
        "incentive": incentive.label,
        "gain": gain,
    }
    text %= parts
    if earlier is not None:
        ends = _("「%(service)s」への申込はここまでで終わり、まだ報告されていないポイントは記録されません。")
        text += ends % {"service": earlier.service}
    if channel is ChannelKind.COUNTER:
        text += _(_AT_A_COUNTER)
    return _showing_what_it_says(text + declaration(Signer(draft.signer)))


def way_said(signed: str) -> ChannelKind:
    """Return by which way the page came that put a statement to the card: where it was a counter, it says so.

    For whoever knows the statement alone. What a provider calls service and holder stands before the part looked at.
    """
    return ChannelKind.COUNTER if signed.endswith(_ends_of_a_counters()) else ChannelKind.WEB


@cache
def _ends_of_a_counters() -> tuple[str, ...]:
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found += [_showing_what_it_says(_(_AT_A_COUNTER) + declaration(one)) for one in Signer]
    return tuple(found)


def points_to_earn(draft: Draft, incentive: IncentiveOnDay) -> Points | None:
    """Return the most that a choice can give: the cap as announced, or what is left of it since the service left."""
    earlier = left_behind(draft, on=incentive.day)
    return incentive.points if earlier is None else room_left(draft, earlier)


def _showing_what_it_says(text: str) -> str:
    text = _VARIATION_SELECTORS.sub("", text)
    return "".join(one if shows_what_it_says(one) and one != "\n" else _GETA for one in text)
