"""The forms of staff: signing in, enrolling, registering a terminal, adding an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.described_fields import describe
from mynapoint.hub.staff.models import Role
from mynapoint.hub.staff.passwords import CHARACTERS_MAX, CHARACTERS_MIN

_PLAIN = {"autocapitalize": "none", "spellcheck": "false"}
_REQUIRED = {"required": _("入力してください。")}


class _Form(forms.Form):
    """A form whose controls name their help and their error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        describe(self)


def _name() -> forms.CharField:
    return forms.CharField(
        label=_("職員名"),
        max_length=40,
        error_messages=_REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True} | _PLAIN),
    )


def _app_code(help_text: Any = "") -> forms.RegexField:
    return forms.RegexField(
        r"\A\d{6}\Z",
        label=_("認証アプリの数字(6桁)"),
        help_text=help_text,
        error_messages=_REQUIRED | {"invalid": _("認証アプリに表示される6桁の数字を入力してください。")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 6} | _PLAIN
        ),
    )


class SignInForm(_Form):
    """Name, password and second factor, on one page: nothing tells which of them was wrong."""

    name = _name()
    password = forms.CharField(
        label=_("パスワード"),
        max_length=CHARACTERS_MAX,
        strip=False,
        error_messages=_REQUIRED,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    code = _app_code(_("30秒ごとに変わります。同じ数字は1回だけ使えます。"))


class OneTimeCodeForm(_Form):
    """The code that registers a terminal."""

    code = forms.CharField(
        label=_("登録コード"),
        help_text=_("例:ABCD-EFGH-JKMN-PQRS。ハイフンはなくてもかまいません。"),
        max_length=40,
        error_messages=_REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True} | _PLAIN),
    )


class EnrolmentForm(_Form):
    """Who enrols, with the one-time code that a second person handed over."""

    name = _name()
    code = forms.CharField(
        label=_("登録コード"),
        help_text=_("責任者から渡されたコードです。例:ABCD-EFGH-JKMN-PQRS"),
        max_length=40,
        error_messages=_REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off"} | _PLAIN),
    )


class FactorsForm(_Form):
    """A password of one's own, twice, and the first code of the app; ``proof`` carries who enrols and the secret."""

    proof = forms.CharField(widget=forms.HiddenInput, max_length=2000)
    code = _app_code()
    password = forms.CharField(
        label=_("新しいパスワード"),
        help_text=_("12文字以上。長い文でもかまいません。ほかで使っているものは使わないでください。"),
        min_length=CHARACTERS_MIN,
        max_length=CHARACTERS_MAX,
        strip=False,
        error_messages=_REQUIRED | {"min_length": _("12文字以上にしてください。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("新しいパスワード(もう一度)"),
        max_length=CHARACTERS_MAX,
        strip=False,
        error_messages=_REQUIRED,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Refuse two different passwords."""
        again = str(self.cleaned_data["again"])
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(_("同じパスワードを、もう一度入力してください。"))
        return again


class AccountForm(_Form):
    """A new account of one's own municipality."""

    name = forms.RegexField(
        r"\A[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]\Z",
        label=_("職員名"),
        help_text=_("英小文字、数字、ピリオド、ハイフン、下線で3〜40文字。あとから変えられません。"),
        error_messages=_REQUIRED
        | {"invalid": _("英小文字、数字、ピリオド、ハイフン、下線で3〜40文字にしてください。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"} | _PLAIN),
    )
    role = forms.ChoiceField(
        label=_("役割"),
        choices=[(role.value, role.label) for role in (Role.HELPER, Role.SUPERVISOR, Role.EDITOR)],
        widget=forms.RadioSelect,
        error_messages={"required": _("どれかを選んでください。")},
    )
