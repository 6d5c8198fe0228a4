"""A service's statement as files, for the office and for its provider alike."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _

from mynapoint.hub import web
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.printing import CannotBeSet
from mynapoint.hub.settlement.statement_document import statement_pdf
from mynapoint.hub.settlement.statement_words import printed
from mynapoint.hub.settlement.statements import as_csv, statement


def as_sheet(service: PaymentService) -> HttpResponse:
    """Hand over the statement for a spreadsheet."""
    return web.sheet(as_csv(statement(service)), f"statement-{service.number}.csv")


def as_pdf(service: PaymentService, *, now: datetime) -> HttpResponse:
    """Hand over the statement as a PDF; 503 where none can be made here."""
    try:
        body = statement_pdf(printed(service, now=now))
    except CannotBeSet:
        return HttpResponse(_("この機械ではPDFを作れません。CSVを使ってください。"), status=503)
    return web.attached(body, "application/pdf", f"statement-{service.number}.pdf")
