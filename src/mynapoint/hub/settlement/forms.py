"""What the office types: a bank account, a reason, the sum of a repayment, a day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.settlement.zengin import NotWritable, Payee


class AccountForm(forms.Form):
    """Where a service's money goes, as its provider has told it on paper."""

    bank = forms.RegexField(r"^[0-9]{4}$", label=_("金融機関番号(4けた)"))
    branch = forms.RegexField(r"^[0-9]{3}$", label=_("支店番号(3けた)"))
    kind = forms.ChoiceField(label=_("預金の種類"), choices=[("1", _("普通")), ("2", _("当座")), ("4", _("貯蓄"))])
    number = forms.RegexField(r"^[0-9]{7}$", label=_("口座番号(7けた)"))
    holder = forms.CharField(label=_("口座名義(カナ)"), max_length=60)

    def clean(self) -> dict[str, Any]:
        """Let the name be one that a transfer file can hold."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                cleaned["payee"] = Payee(**cleaned)
            except NotWritable:
                self.add_error("holder", _("カナ、英字の大文字、数字で、半角30字までで入力してください。"))
        return cleaned


class WhyForm(forms.Form):
    """A reason, kept with the step."""

    why = forms.CharField(label=_("理由"), max_length=200)


class RepaymentForm(forms.Form):
    """What a provider has repaid, whole yen."""

    points = forms.IntegerField(label=_("返金額(円)"), min_value=1)


class FileForm(forms.Form):
    """The day on which the bank transfers."""

    on = forms.DateField(label=_("振込日"), widget=forms.DateInput(attrs={"type": "date"}))
