"""What readers send, the survey of three questions and an inquiry; its answer, and notices of the service status."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.described_fields import describe
from mynapoint.hub.municipalities.exchanges import SurveyAnswer
from mynapoint.hub.municipalities.notices import StatusNotice
from mynapoint.hub.words import PageWords


class InstantInput(forms.DateTimeInput):
    """A day and time as browsers ask for it, in Tokyo."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", attrs={"class": "short"})


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
        describe(self)


class AnswerForm(forms.Form):
    """An answer to an inquiry, and how many there were when it was begun."""

    text = forms.CharField(label=_("回答"), max_length=4000, widget=forms.Textarea({"rows": 8}))
    seen = forms.IntegerField(min_value=0, max_value=1000, widget=forms.HiddenInput())


class StatusNoticeForm(forms.Form):
    """A notice of the service status, in both languages."""

    kind = forms.ChoiceField(label=_("種類"), choices=StatusNotice.Kind.choices)
    words_ja = forms.CharField(label=_("お知らせの文(日本語)"), max_length=400, widget=forms.Textarea({"rows": 3}))
    words_en = forms.CharField(
        label=_("お知らせの文(英語)"), max_length=400, widget=forms.Textarea({"rows": 3, "lang": "en"})
    )
    starts_at = forms.DateTimeField(label=_("始まる日時"), widget=InstantInput())
    ends_at = forms.DateTimeField(
        label=_("終わる日時"),
        required=False,
        widget=InstantInput(),
        help_text=_("わからないときは、空けておきます。終わったときに「終了する」を押します。"),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_at"].initial = now.replace(second=0, microsecond=0)

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning."""
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts is not None and ends is not None and ends <= starts:
            self.add_error("ends_at", _("始まる日時より後にしてください。"))
        return cleaned

    def notice(self) -> dict[str, Any]:
        """Return what is published."""
        words = PageWords(self.cleaned_data["words_ja"], self.cleaned_data["words_en"])
        return {"words": words, **{name: self.cleaned_data[name] for name in ("kind", "starts_at", "ends_at")}}
