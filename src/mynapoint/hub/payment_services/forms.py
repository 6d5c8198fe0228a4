"""The search form: the same fields for the page and for machines, every value checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.payment_services.models import ChannelKind, Kind
from mynapoint.hub.payment_services.search import Query

ANY = ("", _("指定しない"))
TIMINGS = (
    ("after_use", _("ご利用のたび(何時間後・何日後)")),
    ("month_close", _("毎月まとめて")),
    ("threshold", _("上限に達してからまとめて")),
)
PRIOR = (("none", _("不要なもの")), ("needed", _("必要なもの")))


class SearchForm(forms.Form):
    """What a resident looks for; every field may be left empty."""

    q = forms.CharField(label=_("名前"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("種類"), choices=[ANY, *Kind.choices], required=False)
    timing = forms.ChoiceField(label=_("ポイントが付く時期"), choices=[ANY, *TIMINGS], required=False)
    channel = forms.ChoiceField(label=_("申込方法"), choices=[ANY, *ChannelKind.choices], required=False)
    prior = forms.ChoiceField(label=_("事前登録"), choices=[ANY, *PRIOR], required=False)
    incentive = forms.ChoiceField(label=_("申し込む施策"), required=False)
    on = forms.DateField(
        label=_("この日に申し込めるもの"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("日付は「2022-07-15」のように入力してください。")},
    )

    def __init__(self, *args: Any, incentives: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["incentive"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [ANY, *incentives]
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = _("「%(value)s」は選べません。一覧から選んでください。")
        for name, field in self.fields.items():
            if self.is_bound and name in self.errors:
                field.widget.attrs.update({"aria-invalid": "true", "aria-describedby": f"id_{name}_error"})

    def query(self) -> Query:
        """Return the checked values. Only after ``is_valid``."""
        values = dict(self.cleaned_data)
        return Query(name=values.pop("q"), **values)
