"""What the printed statement says: the sums, then every claim and where it stands."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from mynapoint.hub import web
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.settlement.models import State
from mynapoint.hub.settlement.statement_document import StatementDocument
from mynapoint.hub.settlement.statements import statement
from mynapoint.hub.words import grouped, instant


def printed(service: PaymentService, *, now: datetime) -> StatementDocument:
    """Return the statement of a service in the page's language."""
    told = statement(service)
    sums = [
        (_("付与の記録(取り消しを引いたもの)"), told.header.recorded),
        (_("請求の合計"), told.header.claimed),
        (_("支払いの合計"), told.header.paid),
        (_("承認済みで、まだ支払っていない額"), told.header.carried),
    ]
    claims = [
        [
            f"{one.claim_id} ({one.incentive})",
            one.month + (_("(最終)") if one.final else ""),
            grouped(one.points),
            grouped(one.expired),
            str(State(one.state.value).label),
        ]
        for one in told.claims
    ]
    return StatementDocument(
        language=web.language(),
        title=_("精算の計算書"),
        of=f"{service.label} ({service.number})",
        columns=(_("項目"), _("額(円)")),
        sums=[(name, grouped(points)) for name, points in sums],
        claims_heading=_("請求"),
        heads=[_("請求"), _("月"), _("請求額(円)"), _("失効"), _("状態")],
        claims=claims,
        note=_("%(at)sの記録によります。1ポイントは1円です。") % {"at": instant(now)},
    )
