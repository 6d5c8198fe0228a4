"""What readers of a municipal page send: the survey of three questions, and an inquiry."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.municipalities.exchanges import SurveyAnswer


class SurveyForm(forms.Form):
    """Three questions, each may be left out, not all of them."""

    easy_to_find = forms.TypedChoiceField(label=_("このページは、すぐに見つかりましたか。"))
    easy_to_understand = forms.TypedChoiceField(label=_("書いてあることは、わかりやすかったですか。"))
    useful = forms.TypedChoiceField(label=_("書いてあることは、役に立ちましたか。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = SurveyAnswer.ANSWERS
            field.coerce, field.empty_value, field.required = int, None, False
            field.widget = forms.RadioSelect(choices=field.choices)

    def clean(self) -> dict[str, Any]:
        """Refuse an empty survey."""
        answers = super().clean() or {}
        if not self.errors and all(answer is None for answer in answers.values()):
            raise ValidationError(_("1つ以上の質問にお答えください。"))
        return answers


class InquiryForm(forms.Form):
    """A question, and an address for those who want an answer."""

    question = forms.CharField(
        label=_("お問い合わせの内容"), max_length=2000, widget=forms.Textarea({"rows": 8, "aria-describedby": "help"})
    )
    reply_to = forms.EmailField(
        label=_("返信先のメールアドレス"), required=False, widget=forms.EmailInput({"autocomplete": "email"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if self.is_bound and name in self.errors:
                described = f"id_{name}_error {field.widget.attrs.get('aria-describedby', '')}".strip()
                field.widget.attrs.update({"aria-invalid": "true", "aria-describedby": described})
