"""Pages of staff: register this terminal, enrol, sign in and out, the menu."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mynapoint.hub import web
from mynapoint.hub.staff import accounts, actions, menu, second_factors
from mynapoint.hub.staff.access import (
    StaffRequest,
    TerminalRequest,
    forget_signed_in,
    keep_signed_in,
    keep_terminal,
    signed_in_staff,
    staff_required,
    terminal_required,
    this_terminal,
)
from mynapoint.hub.staff.actions import NotLetIn
from mynapoint.hub.staff.forms import EnrolmentForm, FactorsForm, OneTimeCodeForm, SignInForm
from mynapoint.hub.staff.models import Role, StaffAccount
from mynapoint.hub.staff.seals import opened, sealed

EVERYBODY = tuple(Role)
ENROLLING_SECONDS = 15 * 60
_SALT = "mynapoint.staff.enrolment"


@never_cache
@require_http_methods(["GET", "POST"])
def terminal(request: HttpRequest) -> HttpResponse:
    """Register this browser as a terminal, with the code made for it."""
    form = OneTimeCodeForm(request.POST or None)
    context = {"form": form, "terminal": this_terminal(request)}
    if request.method == "GET":
        return render(request, "staff/terminal.html", context)
    if not form.is_valid():
        return render(request, "staff/terminal.html", context, status=422)
    try:
        _terminal, secret = accounts.register_terminal(code=form.cleaned_data["code"], now=web.now())
    except NotLetIn:
        return render(request, "staff/terminal.html", context | {"problem": _not_this_code()}, status=422)
    response = redirect("staff:sign_in")
    keep_terminal(response, secret)
    forget_signed_in(response)
    return response


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@terminal_required
def sign_in(request: TerminalRequest) -> HttpResponse:
    """Ask for name, password and the second factor's code at once."""
    if request.method == "GET":
        if signed_in_staff(request):
            return redirect("staff:home")
        return render(request, "staff/sign_in.html", {"form": SignInForm()})
    form = SignInForm(request.POST)
    if not form.is_valid():
        return render(request, "staff/sign_in.html", {"form": form}, status=422)
    try:
        _session, token = actions.sign_in(**form.cleaned_data, terminal=request.terminal, now=web.now())
    except NotLetIn:
        return render(request, "staff/sign_in.html", {"form": SignInForm(), "is_not_let_in": True}, status=422)
    rotate_token(request)
    response = redirect("staff:home")
    keep_signed_in(response, token)
    return response


@require_POST
@staff_required(*EVERYBODY)
def sign_out(request: StaffRequest) -> HttpResponse:
    """End this person's sessions, here and everywhere."""
    actions.sign_out(staff=request.staff, now=web.now())
    response = redirect("staff:sign_in")
    forget_signed_in(response)
    response["Clear-Site-Data"] = '"cache"'  # what the browser holds ready for its Back button
    return response


@require_GET
@staff_required(*EVERYBODY)
def home(request: StaffRequest) -> HttpResponse:
    """Show what somebody of this role can do."""
    return render(request, "staff/home.html", {"entries": menu.entries(request.staff.role)})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@terminal_required
def enrol(request: TerminalRequest) -> HttpResponse:
    """Ask who enrols and for the one-time code; show the second factor's picture."""
    if request.method == "GET":
        return render(request, "staff/enrol.html", {"form": EnrolmentForm()})
    form = EnrolmentForm(request.POST)
    if not form.is_valid():
        return render(request, "staff/enrol.html", {"form": form}, status=422)
    try:
        account = accounts.account_to_enrol(**form.cleaned_data, terminal=request.terminal)
    except NotLetIn:
        context = {"form": EnrolmentForm(), "problem": _not_this_code()}
        return render(request, "staff/enrol.html", context, status=422)
    secret = second_factors.new_secret()
    kept = sealed(secret, account=account.pk).hex()
    proof = signing.dumps([account.pk, account.enrolment_digest, kept], salt=_SALT)
    return _factors_page(request, account, secret, FactorsForm(initial={"proof": proof}))


@require_POST
@sensitive_post_parameters()
@terminal_required
def factors(request: TerminalRequest) -> HttpResponse:
    """Set password and second factor, once the app's first code shows that it has the secret."""
    form = FactorsForm(request.POST)
    try:
        pk, enrolment, kept = signing.loads(request.POST.get("proof", ""), salt=_SALT, max_age=ENROLLING_SECONDS)
        account = StaffAccount.objects.get(pk=pk, enrolment_digest=enrolment)
    except (signing.BadSignature, StaffAccount.DoesNotExist):
        context = {"form": EnrolmentForm(), "problem": _not_this_code()}
        return render(request, "staff/enrol.html", context, status=422)
    secret = opened(bytes.fromhex(kept), account=account.pk)
    if not form.is_valid():
        return _factors_page(request, account, secret, form, status=422)
    try:
        accounts.enrol(
            account=account,
            password=form.cleaned_data["password"],
            secret=secret,
            code=form.cleaned_data["code"],
            terminal=request.terminal,
            now=web.now(),
        )
    except NotLetIn:
        form.add_error("code", _("この数字ではありません。認証アプリに今表示されている数字を入力してください。"))
        return _factors_page(request, account, secret, form, status=422)
    return redirect("staff:sign_in")


def _factors_page(
    request: TerminalRequest, account: StaffAccount, secret: str, form: FactorsForm, status: int = 200
) -> HttpResponse:
    picture = second_factors.picture(secret, name=account.name)
    context = {
        "form": form,
        "account": account,
        "picture": mark_safe(picture),  # noqa: S308 - drawn here from our own letters
        "typed": second_factors.typed(secret),
    }
    return render(request, "staff/factors.html", context, status=status)


def _not_this_code() -> str:
    return _("登録コードが違うか、期限が切れています。責任者に新しいコードを発行してもらってください。")
