"""Pages of one service's money: statement, bank account, payment, repayment, return; the file for the bank."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.settlement import payments, statement_files
from mynapoint.hub.settlement.actions import NotPossible, Reason
from mynapoint.hub.settlement.forms import AccountForm, FileForm, RepaymentForm, WhyForm
from mynapoint.hub.settlement.models import BankAccount, Payment, TransferFile
from mynapoint.hub.settlement.sentences import SENTENCES
from mynapoint.hub.settlement.statements import statement
from mynapoint.hub.settlement.transfers import make_file
from mynapoint.hub.settlement.views import claims_page
from mynapoint.hub.settlement.zengin import NotWritable, Payer
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role
from mynapoint.programme.values import Points


@require_GET
@staff_required(Role.OFFICE)
def service(request: StaffRequest, number: str) -> HttpResponse:
    """Show the statement of a service, where its money goes and what was paid."""
    return _page(request, _service(number))


@require_GET
@staff_required(Role.OFFICE)
def statement_csv(_request: StaffRequest, number: str) -> HttpResponse:
    """Hand over the statement for a spreadsheet."""
    return statement_files.as_sheet(_service(number))


@require_GET
@staff_required(Role.OFFICE)
def statement_pdf(_request: StaffRequest, number: str) -> HttpResponse:
    """Hand over the statement as a PDF; 503 where none can be made here."""
    return statement_files.as_pdf(_service(number), now=web.now())


@require_POST
@staff_required(Role.OFFICE)
def enter_account(request: StaffRequest, number: str) -> HttpResponse:
    """Take a bank account that waits for a second person."""
    own, form = _service(number), AccountForm(request.POST)
    if not form.is_valid():
        return _page(request, own, form=form, status=422)
    payments.enter_account(own, form.cleaned_data["payee"], staff=request.staff, now=web.now())
    return redirect("settlement:service", number)


@require_POST
@staff_required(Role.OFFICE)
def confirm_account(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Take the second person's word for a bank account."""
    account = get_object_or_404(BankAccount, pk=pk, payment_service=_service(number))
    return _does(request, number, lambda: payments.confirm_account(account, staff=request.staff, now=web.now()))


@require_POST
@staff_required(Role.OFFICE)
def pay(request: StaffRequest, number: str) -> HttpResponse:
    """Pay everything that is approved, in one sum."""
    return _does(request, number, lambda: payments.pay(_service(number), staff=request.staff, now=web.now()))


@require_POST
@staff_required(Role.OFFICE)
def repay(request: StaffRequest, number: str) -> HttpResponse:
    """Record what the provider has repaid."""
    form = RepaymentForm(request.POST)
    if not form.is_valid():
        return _page(request, _service(number), status=422)
    points = Points(form.cleaned_data["points"])
    return _does(
        request,
        number,
        lambda: payments.take_repayment(_service(number), points, staff=request.staff, now=web.now()),
    )


@require_POST
@staff_required(Role.OFFICE)
def take_back(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Record that the bank gave a transfer back."""
    payment = get_object_or_404(Payment, pk=pk, payment_service=_service(number))
    form = WhyForm(request.POST)
    if not form.is_valid():
        return _page(request, _service(number), status=422)
    why = form.cleaned_data["why"]
    return _does(request, number, lambda: payments.take_back(payment, why=why, staff=request.staff, now=web.now()))


@require_POST
@staff_required(Role.OFFICE)
def new_file(request: StaffRequest) -> HttpResponse:
    """Put every payment that waits into a file for the bank."""
    form = FileForm(request.POST)
    try:
        if not form.is_valid():
            raise NotPossible(Reason.NOT_WRITABLE, "a day is needed")
        made = make_file(_payer(), on=form.cleaned_data["on"], staff=request.staff, now=web.now())
    except NotPossible as refused:
        return claims_page(request, refused=refused)
    return redirect("settlement:file", made.pk)


@require_GET
@staff_required(Role.OFFICE)
def file(_request: StaffRequest, pk: int) -> HttpResponse:
    """Hand over a file as it was made, byte for byte."""
    made = get_object_or_404(TransferFile, pk=pk)
    return web.attached(bytes(made.body), "application/octet-stream", f"transfer-{made.transfer_on}-{made.pk}.txt")


def _payer() -> Payer:
    try:
        return Payer(*settings.PAYER.split(","))
    except (TypeError, NotWritable) as error:
        raise NotPossible(Reason.NOT_WRITABLE, f"MYNAPOINT_PAYER: {error}") from error


def _service(number: str) -> PaymentService:
    return get_object_or_404(PaymentService.objects.select_related("provider"), number=number)


def _does(request: StaffRequest, number: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotPossible as refused:
        return _page(request, _service(number), refused=refused, status=409)
    return redirect("settlement:service", number)


def _page(
    request: StaffRequest,
    own: PaymentService,
    *,
    form: AccountForm | None = None,
    refused: NotPossible | None = None,
    status: int = 200,
) -> HttpResponse:
    made = Payment.objects.filter(payment_service=own).select_related("account", "returns", "transfer__file")
    context = {
        "service": own,
        "statement": statement(own),
        "account": BankAccount.objects.filter(payment_service=own).select_related("confirmed").order_by("pk").last(),
        "payments": made.order_by("-pk"),
        "form": form or AccountForm(),
        "refused": SENTENCES[refused.reason] if refused else "",
    }
    return render(request, "settlement/service.html", context, status=status)
