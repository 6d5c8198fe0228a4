"""The page on which a supervisor looks after the accounts of their municipality."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.staff import accounts
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.accounts import NotPossible, OneTimeCode
from mynapoint.hub.staff.forms import AccountForm
from mynapoint.hub.staff.models import Role, StaffAccount


@require_GET
@staff_required(Role.SUPERVISOR, Role.OFFICE)
def accounts_page(request: StaffRequest) -> HttpResponse:
    """List the accounts of one's own municipality; for the office its own, and those of people of providers."""
    return _page(request)


@require_POST
@staff_required(Role.SUPERVISOR)
def add(request: StaffRequest) -> HttpResponse:
    """Add an account and show, once, the code with which its person enrols."""
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    name, role = form.cleaned_data["name"], Role(form.cleaned_data["role"])
    try:
        account, code = accounts.add_account(
            name=name, role=role, municipality=request.staff.municipality, by=request.staff, now=web.now()
        )
    except NotPossible:
        return _page(request, form=form, is_taken=True, status=422)
    return _page(request, enrolling=account, code=code)


@require_POST
@staff_required(Role.SUPERVISOR, Role.OFFICE)
def reset(request: StaffRequest, pk: int) -> HttpResponse:
    """Void somebody else's password and second factor; show, once, the code with which they enrol anew."""
    account = get_object_or_404(_own(request), pk=pk)
    try:
        code = accounts.reset_account(account=account, by=request.staff, now=web.now())
    except NotPossible:
        return render(request, "staff/not_yours.html", status=403)
    return _page(request, enrolling=account, code=code)


@require_POST
@staff_required(Role.SUPERVISOR, Role.OFFICE)
def disable(request: StaffRequest, pk: int) -> HttpResponse:
    """Let nobody in with somebody else's account any more."""
    account = get_object_or_404(_own(request), pk=pk)
    try:
        accounts.disable_account(account=account, by=request.staff, now=web.now())
    except NotPossible:
        return render(request, "staff/not_yours.html", status=403)
    return redirect("staff:accounts")


def _own(request: StaffRequest) -> QuerySet[StaffAccount]:
    return StaffAccount.objects.filter(municipality=request.staff.municipality).order_by("name")


def _page(
    request: StaffRequest,
    *,
    form: AccountForm | None = None,
    enrolling: StaffAccount | None = None,
    code: OneTimeCode | None = None,
    is_taken: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "accounts": _own(request),
        "form": (form or AccountForm()) if request.staff.role is Role.SUPERVISOR else None,
        "enrolling": enrolling,
        "code": code,
        "is_taken": is_taken,
    }
    return render(request, "staff/accounts.html", context, status=status)
