"""The search form: the same fields for the page and for machines, every value checked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mynapoint.hub import words
from mynapoint.hub.described_fields import describe
from mynapoint.hub.payment_services.models import ChannelKind, Kind, PaymentService, Prior, Timing
from mynapoint.hub.payment_services.open_incentives import NATIONAL_ROUNDS, incentives_on
from mynapoint.hub.payment_services.search import PER_PAGE, Query
from mynapoint.hub.words import PageWords
from mynapoint.programme.rounds import load_round

ANY = ("", _("指定しない"))
COUNTS = [choice for choice in PaymentService.COUNTS if choice[0] != PaymentService.EITHER]
SORT = (
    ("", _("名前の順(五十音)")),
    ("-name", _("名前の逆順")),
    ("number", _("登録サービス番号の順")),
    ("newest", _("情報の新しい順")),
)
PER_PAGES = (("", "20"), ("50", "50"), ("100", "100"))
PAGE_MAX = 10_000
NO_CONDITIONS = {"sort", "page", "per_page"}
"""Fields that narrow nothing."""


class SearchForm(forms.Form):
    """What a resident looks for; every field may be left empty."""

    q = forms.CharField(
        label=_("名前"), max_length=60, required=False, widget=forms.TextInput({"aria-describedby": "id_q_help"})
    )
    kind = forms.ChoiceField(label=_("種類"), choices=[ANY, *Kind.choices], required=False)
    timing = forms.ChoiceField(label=_("ポイントが付く時期"), choices=[ANY, *Timing.choices], required=False)
    counts = forms.ChoiceField(label=_("ポイントの対象"), choices=[ANY, *COUNTS], required=False)
    channel = forms.ChoiceField(label=_("申込方法"), choices=[ANY, *ChannelKind.choices], required=False)
    prior = forms.ChoiceField(label=_("事前登録"), choices=[ANY, *Prior.choices], required=False)
    incentive = forms.ChoiceField(label=_("申し込む施策"), required=False)
    round = forms.ChoiceField(label=_("参加している回"), required=False)
    on = forms.DateField(
        label=_("この日に申し込めるもの"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("日付は「2022-07-15」のように入力してください。")},
    )
    sort = forms.ChoiceField(label=_("並べ方"), choices=SORT, required=False)
    per_page = forms.ChoiceField(label=_("1ページの件数"), choices=PER_PAGES, required=False)
    page = forms.IntegerField(min_value=1, max_value=PAGE_MAX, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("incentive", [(str(one.id), str(one.label)) for one in incentives_on(today)])
        self._offer("round", [(name, str(PageWords.of(load_round(name).label))) for name in NATIONAL_ROUNDS])
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = _("「%(value)s」は選べません。一覧から選んでください。")
        describe(self)

    def query(self) -> Query:
        """Return the checked values. Only after ``is_valid``."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in NO_CONDITIONS}
        return Query(name=values.pop("q"), **values)

    def order(self) -> dict[str, Any]:
        """Return the order and the page asked for, as ``search.find`` takes them. Only after ``is_valid``."""
        values = self.cleaned_data
        return {
            "sort": values["sort"] or "name",
            "page": values["page"] or 1,
            "per_page": int(values["per_page"] or PER_PAGE),
        }

    def conditions(self) -> list[tuple[str, str, str]]:
        """Return what is asked for, as field, label and value in words; the order is none. Only after ``is_valid``."""
        given = {name: value for name, value in self.cleaned_data.items() if value and name not in NO_CONDITIONS}
        return [(name, str(self[name].label), self._in_words(name, value)) for name, value in given.items()]

    def _in_words(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            return words.era_day(value)
        field = self.fields[name]
        choices: Any = field.choices if isinstance(field, forms.ChoiceField) else [(value, value)]
        return next(str(label) for chosen, label in choices if chosen == value)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [ANY, *choices]
