"""The calculator's form: an application that is planned, and up to ten lines of what is going to be used."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mynapoint.award.premium import Kind
from mynapoint.hub import words
from mynapoint.hub.payment_services.calculator import LINES_MOST, NOTHING, Every, Line, Plan
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay
from mynapoint.programme.values import Points, Yen

YEN_MOST = 1_000_000
DIGITS_MOST = 9
LINES_AT_FIRST = 2
KINDS = ((Kind.TOP_UP.value, _("チャージ")), (Kind.PURCHASE.value, _("買い物")))
EVERY = (
    (Every.ONCE.value, _("1回だけ")),
    (Every.WEEK.value, _("毎週")),
    (Every.MONTH.value, _("毎月")),
)


_UNITS = str.maketrans("", "", ", 円¥")


class WholeField(forms.IntegerField):
    """A whole number as people type it: 「１０,０００円」 is 10000."""

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "short"})
        super().__init__(widget=widget, **options)
        self._bounds = range(least, most + 1)

    def to_python(self, value: Any) -> int | None:
        """Return the number without commas, spaces and its unit, in whatever width it was typed."""
        plain = unicodedata.normalize("NFKC", str(value or "")).translate(_UNITS)
        number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= DIGITS_MOST else None
        if plain and (number is None or number not in self._bounds):
            figures = {"least": words.grouped(self._bounds[0]), "most": words.grouped(self._bounds[-1])}
            raise forms.ValidationError(_("%(least)sから%(most)sまでの数字で入力してください。"), params=figures)
        return number


class ApplicationForm(forms.Form):
    """Which incentive, from which day, what it counts, and what has been received before."""

    incentive = forms.ChoiceField(label=_("施策"))
    counts = forms.ChoiceField(label=_("ポイントの対象"), choices=KINDS)
    applied_on = forms.DateField(
        label=_("申し込む日(申込が済んでいる方は、申し込んだ日)"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput({"type": "date", "class": "short", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={
            "invalid": _("日付は「2022-07-15」のように入力してください。"),
            "required": _("申し込む日を入力してください。"),
        },
    )
    points_elsewhere = WholeField(
        label=_("この施策でこれまでに受け取ったポイント"), least=0, most=YEN_MOST, required=False
    )

    def __init__(
        self, *args: Any, service: PaymentService, incentives: Sequence[IncentiveOnDay], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._incentives = {str(one.id): one for one in incentives}
        self._service = service
        self._choices("incentive", [(id_, str(one.label)) for id_, one in self._incentives.items()])
        countable = {counts.value for counts in service.countable}
        self._choices("counts", [choice for choice in KINDS if choice[0] in countable])

    def clean(self) -> dict[str, Any]:
        """Refuse a day on which nobody can apply for the incentive at this service."""
        values = dict(self.cleaned_data)
        on, incentive = values.get("applied_on"), self._incentives.get(values.get("incentive", ""))
        if on and incentive and not self._takes_applications(incentive, on):
            self.add_error("applied_on", _("この日には、この決済サービスでこの施策に申し込めません。"))
        return values

    def chosen(self) -> IncentiveOnDay:
        """Return the incentive. Only after ``is_valid``."""
        return self._incentives[self.cleaned_data["incentive"]]

    def _takes_applications(self, incentive: IncentiveOnDay, on: date) -> bool:
        rows = [row for row in self._service.participations.all() if row.incentive == incentive.id]
        return any(row.is_in(on) for row in rows) and (incentive.closes_on is None or on <= incentive.closes_on)

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if len(choices) == 1:
            field.initial = choices[0][0]


class LineForm(forms.Form):
    """One line of the plan; empty lines count for nothing."""

    kind = forms.ChoiceField(label=_("使い方"), choices=KINDS)
    yen = WholeField(label=_("1回の金額(円)"), least=1, most=YEN_MOST, required=False)
    on = forms.DateField(
        label=_("使う日"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput({"type": "date", "class": "short", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("日付は「2022-07-15」のように入力してください。")},
    )
    every = forms.ChoiceField(label=_("くり返し"), choices=EVERY, required=False)
    refunded_yen = WholeField(label=_("あとで取り消す額(円)"), least=0, most=YEN_MOST, required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self._today = today
        self.fields["on"].widget.attrs["min"] = today.isoformat()

    @property
    def is_empty(self) -> bool:
        """Tell whether neither a sum nor a day was typed."""
        return not (self.data.get(self.add_prefix("yen")) or self.data.get(self.add_prefix("on")))

    def clean(self) -> dict[str, Any]:
        """Want sum and day together, and only days ahead: what has been bought is no business of the state's."""
        values = dict(self.cleaned_data)
        if self.is_empty:
            return values
        if values.get("yen") is None and "yen" not in self.errors:
            self.add_error("yen", _("金額を入力してください。"))
        if values.get("on") is None and "on" not in self.errors:
            self.add_error("on", _("使う日を入力してください。"))
        if (on := values.get("on")) and on < self._today:
            self.add_error(
                "on",
                _("過ぎた日は計算できません。%(day)s以降の予定を入れてください。") % {"day": words.day(self._today)},
            )
        return values

    def line(self) -> Line:
        """Return the line. Only after ``is_valid``, and not of an empty one."""
        values = self.cleaned_data
        refunded = Yen(values["refunded_yen"] or NOTHING)
        return Line(Kind(values["kind"]), Yen(values["yen"]), values["on"], Every(values["every"] or "once"), refunded)


def line_forms(data: Mapping[str, Any] | None, *, service: PaymentService, today: date, more: bool) -> list[LineForm]:
    """Return the lines as they were sent, one more where asked for; at first two empty ones."""
    sent = str(data.get("lines", "")) if data else ""
    count = int(sent) if sent.isascii() and sent.isdigit() and int(sent) <= LINES_MOST else LINES_AT_FIRST
    kind = service.countable[0].value
    forms_ = [LineForm(data, prefix=f"line{place}", today=today, initial={"kind": kind}) for place in range(count)]
    if more and count < LINES_MOST:
        forms_.append(LineForm(prefix=f"line{count}", today=today, initial={"kind": kind}))
    return forms_


def plan(application: ApplicationForm, lines: Sequence[LineForm]) -> Plan:
    """Return the plan of forms that are all valid."""
    values = application.cleaned_data
    return Plan(
        applied_on=values["applied_on"],
        counts=Kind(values["counts"]),
        points_elsewhere=Points(values["points_elsewhere"] or 0),
        lines=tuple(form.line() for form in lines if not form.is_empty),
    )
