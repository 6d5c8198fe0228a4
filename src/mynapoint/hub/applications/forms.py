"""The application form, built from what the service itself says about its accounts and codes."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mynapoint.exchange.messages import Counts
from mynapoint.hub.applications.actions import Account
from mynapoint.hub.described_fields import describe
from mynapoint.hub.identity.signers import Signer, declared
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.programme.values import AccountId

_FORM_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_COUNTS_WORDS = {
    Counts.TOP_UP: _("チャージ(前払い)した金額に応じて受け取る"),
    Counts.PURCHASE: _("買い物した金額に応じて受け取る"),
}


class NeverShownAgain(forms.TextInput):
    """A text input whose value never goes back to a page."""

    def format_value(self, value: Any) -> None:
        """Return nothing, whatever was typed."""


class AccountForm(forms.Form):
    """The account, up to three security codes and, where the service counts either, the choice of what counts."""

    form_id = forms.CharField(widget=forms.HiddenInput, required=False)
    signer = forms.ChoiceField(
        label=_("手続きをする方"),
        choices=Signer.choices,
        widget=forms.RadioSelect,
        required=False,
        initial=Signer.HOLDER,
    )

    def __init__(self, service: PaymentService, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self._countable = service.countable
        if len(service.countable) > 1:
            self.fields["counts"] = forms.ChoiceField(
                label=_("ポイントの受け取り方"),
                choices=[(counts.value, _COUNTS_WORDS[counts]) for counts in service.countable],
                widget=forms.RadioSelect,
                error_messages={"required": _("どちらかを選んでください。")},
            )
        self.fields["account_id"] = _text(service.account_label, service.account_help, service.account_pattern)
        self._codes = []
        for code in service.security_codes.all():
            name = f"code_{code.position}"
            self.fields[name] = _text(code.label, code.help, code.pattern, widget=NeverShownAgain())
            self._codes.append(name)
        self.initial["form_id"] = secrets.token_urlsafe(16)
        describe(self)

    def signer_declared(self) -> Signer:
        """Return who will sign. Only after ``is_valid``."""
        return declared(self.cleaned_data["signer"])

    def account(self) -> Account:
        """Return what was typed. Only after ``is_valid``."""
        values = self.cleaned_data
        form_id = values["form_id"]
        return Account(
            account_id=AccountId(values["account_id"]),
            security_codes=tuple(values[name] for name in self._codes),
            counts=Counts(values["counts"]) if "counts" in values else self._countable[0],
            form_id=form_id if _FORM_ID.fullmatch(form_id) else secrets.token_urlsafe(16),
        )


def _text(label: Any, help_text: Any, pattern: str, widget: forms.TextInput | None = None) -> forms.RegexField:
    field = forms.RegexField(
        rf"\A(?:{pattern})\Z",
        label=label,
        help_text=help_text,
        max_length=64,
        widget=widget or forms.TextInput(),
        error_messages={
            "required": _("入力してください。"),
            "invalid": _("形式が違います。%(help)s") % {"help": help_text},
            "max_length": _("64文字以内で入力してください。"),
        },
    )
    field.widget.attrs.update({"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"})
    return field
