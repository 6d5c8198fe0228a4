"""What a step of a service's life means for applications, awards and residents: shown before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.models import Account
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.payment_services.life import EFFECTS, TRANSITIONS, State, Step
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.settlement.figures import residue
from mynapoint.hub.words import PageWords, grouped
from mynapoint.programme.parameters import OnServiceLeft
from mynapoint.programme.rounds import load_round


@dataclass(frozen=True, slots=True)
class Effect:
    """What holds once a step is taken.

    ``after``   the state it leads to, and ``meaning``, what that does to applications
    ``lines``   what it is to those who have applied, with figures as of now
    """

    after: State
    meaning: PageWords
    lines: Sequence[str]


def effect_of(service: PaymentService, step: Step) -> Effect:
    """Return what a step would bring about. The state alone brings it about: search, application and my page ask it."""
    after = TRANSITIONS[step].after
    return Effect(after, EFFECTS[after], _lines(service, step) if _is_relied_on(service) else [])


def _is_relied_on(service: PaymentService) -> bool:
    return service.state in (State.APPROVED, State.SUSPENDED)


def _lines(service: PaymentService, step: Step) -> list[str]:
    applied = Application.objects.filter(payment_service=service).count()
    recorded = LedgerEntry.objects.filter(payment_service=service).aggregate(all=Sum("points"))["all"] or 0
    told = [
        _("これまでの申込: %(number)s件。申込そのものは、そのまま残ります。") % {"number": grouped(applied)},
        _("記録したポイント: %(number)sポイント。減ることはありません。") % {"number": grouped(recorded)},
    ]
    if applied and step in (Step.SUSPEND, Step.WITHDRAW):
        told.append(_("申し込んだ方のマイページに、この決済サービスの状態が表示されます。"))
    if step is Step.WITHDRAW:
        told += [_left(row.round_id, row.incentive) for row in service.participations.all()]
    left = residue(service)
    if unsettled := left[Account.AWARDED] + left[Account.CLAIMED]:
        told.append(_("まだ支払っていない額: %(yen)s円。これまでどおり精算します。") % {"yen": grouped(unsettled)})
    return told


def _left(round_id: str, incentive: str) -> str:
    law = load_round(round_id)
    own = next(one for name, one in law.incentives.items() if str(name) == incentive)
    label = {"label": str(PageWords.of(own.label))}
    if own.rest_when_service_left is OnServiceLeft.REAPPLY:
        return _("「%(label)s」の残りのポイントは、別の決済サービスに申し込み直せます。") % label
    return _("「%(label)s」の残りのポイントは、終わりになります。") % label
