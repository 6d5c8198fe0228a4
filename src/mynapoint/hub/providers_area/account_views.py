"""The office's page of people of providers: accounts and terminals opened, each with a code that is shown once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.described_fields import describe
from mynapoint.hub.payment_services.models import Provider
from mynapoint.hub.staff import accounts
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.accounts import NotPossible, OneTimeCode
from mynapoint.hub.staff.models import Role, StaffAccount, Terminal

_REQUIRED = {"required": _("入力してください。"), "invalid_choice": _("どれかを選んでください。")}


class _Form(forms.Form):
    provider = forms.ModelChoiceField(
        queryset=Provider.objects.order_by("slug"),
        to_field_name="slug",
        label=_("決済事業者"),
        error_messages=_REQUIRED,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        choices: Any = self.fields["provider"]
        choices.label_from_instance = lambda one: f"{one.name} ({one.slug})"
        describe(self)


class PersonForm(_Form):
    """A person of a provider."""

    name = forms.RegexField(
        r"\A[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]\Z",
        label=_("ログイン名"),
        help_text=_("英小文字、数字、ピリオド、ハイフン、下線で3〜40文字。あとから変えられません。"),
        error_messages=_REQUIRED
        | {"invalid": _("英小文字、数字、ピリオド、ハイフン、下線で3〜40文字にしてください。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class TerminalForm(_Form):
    """A machine of a provider, of whose browser it makes a terminal."""

    name = forms.CharField(
        label=_("端末の名前"), help_text=_("例:経理のパソコン"), max_length=60, error_messages=_REQUIRED
    )


@require_GET
@staff_required(Role.OFFICE)
def people(request: StaffRequest) -> HttpResponse:
    """List people and terminals of providers, with the forms that add them."""
    return _page(request)


@require_POST
@staff_required(Role.OFFICE)
def add_person(request: StaffRequest) -> HttpResponse:
    """Open an account and show, once, the code with which its person enrols."""
    form = PersonForm(request.POST, auto_id="person_%s")
    if not form.is_valid():
        return _page(request, person=form, status=422)
    name, provider = form.cleaned_data["name"], form.cleaned_data["provider"].slug
    try:
        _account, code = accounts.add_account(
            name=name, role=Role.PROVIDER, municipality="", provider=provider, by=request.staff, now=web.now()
        )
    except NotPossible:
        form.add_error("name", _t("この名前は、すでに使われています。"))
        return _page(request, person=form, status=422)
    return _page(request, code=code, about=name)


@require_POST
@staff_required(Role.OFFICE)
def add_terminal(request: StaffRequest) -> HttpResponse:
    """Add a terminal and show, once, the code to type in its browser."""
    form = TerminalForm(request.POST, auto_id="terminal_%s")
    if not form.is_valid():
        return _page(request, terminal=form, status=422)
    name, provider = form.cleaned_data["name"], form.cleaned_data["provider"].slug
    _terminal, code = accounts.add_terminal(
        name=name, municipality="", provider=provider, by=request.staff, now=web.now()
    )
    return _page(request, code=code, about=name)


def _page(
    request: StaffRequest,
    *,
    person: PersonForm | None = None,
    terminal: TerminalForm | None = None,
    code: OneTimeCode | None = None,
    about: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "people": StaffAccount.objects.filter(role=Role.PROVIDER).order_by("provider", "name"),
        "terminals": Terminal.objects.exclude(provider="").order_by("provider", "name"),
        "person": person or PersonForm(auto_id="person_%s"),
        "terminal": terminal or TerminalForm(auto_id="terminal_%s"),
        "form": person or terminal,
        "code": code,
        "about": about,
    }
    return render(request, "providers_area/people.html", context, status=status)
