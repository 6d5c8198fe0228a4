"""The receipt of an application: on a page to print, and as a PDF to keep."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mynapoint.exchange.messages import Counts
from mynapoint.hub import web
from mynapoint.hub.applications.models import Application, StandingApplication
from mynapoint.hub.applications.permission import incentive_on
from mynapoint.hub.applications.receipt_document import ReceiptDocument
from mynapoint.hub.applications.receipt_document import receipt_pdf as set_receipt
from mynapoint.hub.applications.standing import applications_of
from mynapoint.hub.identity.sessions import ResidentRequest, resident_required
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay
from mynapoint.hub.printing import CannotBeSet
from mynapoint.hub.words import era_day, grouped, instant
from mynapoint.programme.values import IncentiveId, tokyo_day


@require_GET
@resident_required
def receipt(request: ResidentRequest, application_id: uuid.UUID) -> HttpResponse:
    """Show what was applied for; only to its own resident."""
    application = _own(request, application_id)
    context = {
        "application": application,
        "incentive": _incentive(application),
        "applied_on": tokyo_day(application.applied_at),
        "stands": _stands(application),
    }
    return render(request, "applications/receipt.html", context)


@require_GET
@resident_required
def receipt_pdf(request: ResidentRequest, application_id: uuid.UUID) -> HttpResponse:
    """Hand over the receipt as a PDF; 503 with a page that says what else helps where none can be made here."""
    application = _own(request, application_id)
    try:
        body = set_receipt(_document(application))
    except CannotBeSet:
        return render(request, "applications/no_pdf.html", {"application": application}, status=503)
    return web.attached(body, "application/pdf", f"mynapoint-{tokyo_day(application.applied_at)}.pdf")


def _own(request: ResidentRequest, application_id: uuid.UUID) -> Application:
    own = applications_of(request.resident).select_related("payment_service", "consent")
    return get_object_or_404(own, pk=application_id)


def _incentive(application: Application) -> IncentiveOnDay:
    return incentive_on(IncentiveId(application.incentive), tokyo_day(application.applied_at))


def _stands(application: Application) -> bool:
    return StandingApplication.objects.filter(application=application).exists()


def _document(application: Application) -> ReceiptDocument:
    incentive, service, consent = _incentive(application), application.payment_service, application.consent
    is_by_card = consent.credential_id is not None
    facts = [
        (_("受付番号"), str(application.pk)),
        (_("申込日"), era_day(tokyo_day(application.applied_at))),
        (_("決済サービス"), str(service.label)),
        (str(service.account_label), application.masked_account),
        (_("名義"), application.masked_holder),
        (_("申し込んだ施策"), f"{incentive.round_label} {incentive.label}"),
    ]
    signed = _("署名した日時:%(at)s") if is_by_card else _("同意した日時:%(at)s")
    return ReceiptDocument(
        language=web.language(),
        title=_("マイナポイント 申込の控え"),
        columns=(_("項目"), _("内容")),
        facts=facts,
        next_heading=_("次にすること"),
        next_steps=_next_steps(application, incentive),
        statement_heading=_("カードで署名した内容") if is_by_card else _("スマートフォンで同意した内容"),
        statement=consent.statement,
        signed=signed % {"at": instant(consent.signed_at)},
        note=_("この控えは、申込が記録されたことを示すものです。ポイントの状況は、マイページでご確認ください。"),
    )


def _next_steps(application: Application, incentive: IncentiveOnDay) -> list[str]:
    if not _stands(application):
        return [_("この申込への付与は止めています。理由と、していただくことは、マイページでご確認ください。")]
    if incentive.is_direct:
        return [
            _(
                "登録がまだの方は、登録を済ませてください。登録が確認されると、ポイントが付与されます。チャージや買い物は必要ありません。"
            )
        ]
    if application.counts == Counts.TOP_UP:
        words = _(
            "%(day)sまでに、「%(service)s」にチャージしてください。チャージした額の%(rate)s%%が、%(points)sポイントを上限に付与されます。"
        )
    else:
        words = _(
            "%(day)sまでに、「%(service)s」で買い物をしてください。買い物の額の%(rate)s%%が、%(points)sポイントを上限に付与されます。"
        )
    figures = {
        "day": era_day(incentive.earning_until),
        "service": application.payment_service.label,
        "rate": incentive.premium_rate,
        "points": grouped(application.room),
    }
    return [words % figures]
